/**
 * How many of the shipped test images the network gets right, with the reader's changes and without.
 *
 * @import { Told } from "../../arithmetic/evaluation.js"
 * @import { Tensors } from "../../arithmetic/safetensors.js"
 * @import { Edits, Network } from "./stages.js"
 */
import { SIDE } from "../../arithmetic/little-picture.js";
import { h, setAttribute, setText } from "../../parts/dom.js";
import { Latest } from "../../state/latest.js";
import { say } from "../../words/words.js";
import { Counting } from "./counting.js";
import { changesOf } from "./stages.js";

const WAIT = 400; // milliseconds without another change before counting begins

/** @param {Edits} edits */
const keyOf = ({ kernels, silenced, off }) => JSON.stringify([kernels, silenced, off]);
/** @type {Edits} */
const PLAIN = { kernels: [], silenced: [], off: [] };

export class Score {
  /** @param {{lang: string, network: Network, load: () => Promise<Tensors>, count: number}} options `load` brings the test images, as many as `count` */
  constructor({ lang, network, load, count }) {
    this.network = network;
    this.load = load;
    this.count = count;
    this.loading = new Latest();
    /** Right answers, by the keys of what was changed. @type {Map<string, number>} */
    this.known = new Map();
    this.state = PLAIN;
    /** @type {(Told & {key: string}) | null} */
    this.running = null;
    this.failed = "";
    /** Made when it is needed. @type {Counting | null} */
    this.counting = null;
    /** @type {number | undefined} */
    this.timer = undefined; // of the pause before counting
    this.alone = -Infinity; // when counting last began by itself
    /** @type {(key: string, params?: Record<string, any>) => string} */
    this.word = (key, params) => say(lang, key, params);
    this.text = h("p", { class: "cx-score-text", "aria-live": "polite" });
    this.button = h("button", {
      type: "button",
      class: "cx-button",
      onclick: () => this.#pressed(),
    });
    this.element = h(
      "div",
      { class: "cx-score", role: "group", "aria-label": this.word("trained.score") },
      this.text,
      this.button,
    );
  }

  /** Counts anew, after a pause, where the reader's changes are new ones. @param {Edits} state */
  show(state) {
    if (keyOf(state) !== keyOf(this.state)) {
      this.#stop();
      this.state = state;
      clearTimeout(this.timer);
      const changed = keyOf(state) !== keyOf(PLAIN);
      if (changed && !this.known.has(keyOf(state))) this.timer = setTimeout(() => this.#beginAlone(state), WAIT);
    }
    this.#tell();
  }

  /** Whoever presses just as counting begins by itself wants it to begin. */
  #pressed() {
    if (!this.running) this.#begin(this.state);
    else if (performance.now() - this.alone > WAIT) this.#stop();
  }

  /** @param {Edits} state */
  #beginAlone(state) {
    this.alone = performance.now();
    this.#begin(state);
  }

  /** @param {Edits} state */
  async #begin(state) {
    this.failed = "";
    this.running = { key: keyOf(state), done: 0, right: 0 };
    this.#tell();
    try {
      const found = await this.loading.of(this.#counting());
      if (!found || this.running?.key !== keyOf(state)) return;
      found.value.count(changesOf(state, this.network.steps));
    } catch (error) {
      this.running = null;
      this.failed = error.message;
      this.#tell();
    }
  }

  /** @returns {Promise<Counting>} */
  async #counting() {
    if (this.counting) return this.counting;
    const { images, labels } = await this.load(), { steps, tensors, input } = this.network;
    const network = {
      steps,
      tensors,
      input,
      pictures: Uint8Array.from(images.d),
      side: SIDE,
      labels: Array.from(labels.d),
    };
    this.counting ??= new Counting(network, (told) => this.#counted(told));
    return this.counting;
  }

  /** @param {Told} told */
  #counted({ done, right }) {
    if (!this.running) return;
    const { key } = this.running;
    this.running = { key, done, right };
    if (done === this.count) {
      this.known.set(key, right);
      this.running = null;
      if (!this.known.has(keyOf(PLAIN))) this.#begin(PLAIN); // what to compare with
    }
    this.#tell();
  }

  #stop() {
    clearTimeout(this.timer);
    this.running = null;
    this.loading.drop();
    this.counting?.stop();
    this.#tell();
  }

  #tell() {
    const { word, count, known, running } = this, now = known.get(keyOf(this.state)), plain = known.get(keyOf(PLAIN));
    const changed = keyOf(this.state) !== keyOf(PLAIN);
    /** @param {number} right */
    const of = (right) => ({ right, count, percent: ((100 * right) / count).toFixed(1) });
    const lines = [];
    if (now !== undefined) lines.push(word("trained.score.right", of(now)));
    if (changed && plain !== undefined) lines.push(word("trained.score.plain", of(plain)));
    if (running) lines.push(word("trained.score.so_far", { done: running.done, right: running.right, count }));
    if (this.failed) lines.push(word("trained.score.failed", { reason: this.failed }));
    setText(this.text, lines.reduce((first, second) => (first ? word("ui.sentences", { first, second }) : second), ""));
    setText(this.button, running ? word("trained.score.stop") : word("trained.score.count", { count }));
    setAttribute(this.button, "hidden", !running && now !== undefined);
  }

  /** Gives up; what has been counted stays. */
  forget() {
    this.#stop();
  }

  destroy() {
    this.#stop();
    this.counting?.destroy();
  }
}
