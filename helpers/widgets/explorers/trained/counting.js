/** Counts right answers in the background: in a worker where there can be one, else between the page's own tasks. */
import { Engine } from "../../arithmetic/engine.js";
import { Evaluation } from "../../arithmetic/evaluation.js";
import WORKER from "../../arithmetic/evaluation-worker.js" with { type: "text" };

const TURN = 30; // milliseconds between two looks at the page

export class Counting {
  /** @param {object} network its steps and tensors, and the test pictures: see Evaluation.of @param {(told: {done: number, right: number}) => void} tell */
  constructor(network, tell) {
    Object.assign(this, { network, tell, asked: 0, worker: null });
    try {
      this.worker = this.#started();
    } catch {
      // a page whose rules allow no worker counts by itself
    }
  }

  #started() {
    const url = URL.createObjectURL(new Blob([WORKER], { type: "text/javascript" })), worker = new Worker(url);
    worker.onmessage = ({ data: { id, done, right } }) => id === this.asked && this.tell({ done, right });
    worker.onerror = (event) => {
      event.preventDefault();
      this.#alone();
    };
    worker.postMessage({ network: this.network });
    return worker;
  }

  /** The worker could not begin, or broke: what it was asked is counted here. */
  #alone() {
    this.worker?.terminate();
    this.worker = null;
    if (this.changes) this.#here(this.asked, this.changes);
  }

  /** Counts with some changes; whatever was being counted is given up. @param {import("../../arithmetic/engine.js").Changes} changes */
  count(changes) {
    this.asked += 1;
    this.changes = changes;
    if (this.worker) this.worker.postMessage({ id: this.asked, changes });
    else this.#here(this.asked, changes);
  }

  stop() {
    this.asked += 1;
    this.changes = null;
    this.worker?.postMessage({ id: this.asked });
  }

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
