/**
 * Counts right answers in the background: in a worker where there can be one, else between the page's own tasks.
 *
 * @import { Changes } from "../../arithmetic/engine.js"
 * @import { Examined, Told } from "../../arithmetic/evaluation.js"
 * @import { Answer, Message } from "../../arithmetic/evaluation-worker.js"
 */
import { Engine } from "../../arithmetic/engine.js";
import { Evaluation } from "../../arithmetic/evaluation.js";
import WORKER from "../../arithmetic/evaluation-worker.js" with { type: "text" };

const TURN = 30; // milliseconds between two looks at the page

export class Counting {
  /** @param {Examined} network @param {(told: Told) => void} tell */
  constructor(network, tell) {
    this.network = network;
    this.tell = tell;
    this.asked = 0; // the number of what was asked last
    /** What is being counted. @type {Changes | null} */
    this.changes = null;
    /** The page's own, made when it is needed. @type {Evaluation | null} */
    this.evaluation = null;
    /** @type {Worker | null} */
    this.worker = null;
    try {
      this.worker = this.#started();
    } catch {
      // a page whose rules allow no worker counts by itself
    }
  }

  #started() {
    const url = URL.createObjectURL(new Blob([WORKER], { type: "text/javascript" })), worker = new Worker(url);
    /** @param {MessageEvent<Answer>} event */
    worker.onmessage = ({ data: { id, done, right } }) => id === this.asked && this.tell({ done, right });
    worker.onerror = (event) => {
      event.preventDefault();
      this.#alone();
    };
    worker.postMessage(/** @type {Message} */ ({ network: this.network }));
    return worker;
  }

  /** The worker could not begin, or broke: what it was asked is counted here. */
  #alone() {
    this.worker?.terminate();
    this.worker = null;
    if (this.changes) this.#here(this.asked, this.changes);
  }

  /** Counts with some changes; whatever was being counted is given up. @param {Changes} changes */
  count(changes) {
    this.asked += 1;
    this.changes = changes;
    if (this.worker) this.worker.postMessage(/** @type {Message} */ ({ id: this.asked, changes }));
    else this.#here(this.asked, changes);
  }

  stop() {
    this.asked += 1;
    this.changes = null;
    this.worker?.postMessage(/** @type {Message} */ ({ id: this.asked }));
  }

  /** Counts in the page, until something else is asked. @param {number} id @param {Changes} changes */
  async #here(id, changes) {
    const { network } = this;
    this.evaluation ??= Evaluation.of(network, new Engine(network.steps, network.tensors));
    let looked = performance.now();
    for (const told of this.evaluation.counted(changes)) {
      if (told.done < network.labels.length && performance.now() - looked < TURN) continue;
      this.tell(told);
      await new Promise((go) => setTimeout(go));
      if (this.asked !== id) return;
      looked = performance.now();
    }
  }

  destroy() {
    this.stop();
    this.worker?.terminate();
  }
}
