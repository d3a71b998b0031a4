/**
 * How many of some labelled pictures a network gets right, with parts changed; what is in front of these is computed once. No DOM.
 *
 * @import { Pair } from "../types.js"
 * @import { Changes, Engine, Step } from "./engine.js"
 * @import { Tensors } from "./safetensors.js"
 *
 * @typedef {{pictures: Uint8Array, side: number, labels: ArrayLike<number>, input: number[]}} Tests grey pictures, a byte a
 *   pixel, side×side each, what they show, and the shape that the network takes
 * @typedef {Tests & {steps: Step[], tensors: Tensors}} Examined a network, and on what it is examined
 * @typedef {{done: number, right: number}} Told how many pictures are done, and how many of these are right
 */
import { INPUT, resized } from "./engine.js";

/** The most numbers that are kept of all pictures together. */
const MOST_KEPT = 2e7;

/** The place of the largest number. @param {Float32Array} values */
export function largest(values) {
  let best = 0;
  for (let n = 1; n < values.length; n++) if (values[n] > values[best]) best = n;
  return best;
}

export class Evaluation {
  /**
   * @param {Engine} engine of its own: nobody else may run it
   * @param {number} count of pictures @param {(n: number) => Float32Array} picture @param {ArrayLike<number>} labels
   */
  constructor(engine, count, picture, labels) {
    this.engine = engine;
    this.count = count;
    this.picture = picture;
    this.labels = labels;
    /** What the steps in front of `first` give that are read later, by pictures. @type {{first: number, outputs: Float32Array[][]}} */
    this.kept = { first: 0, outputs: [] };
  }

  /**
   * The evaluation of grey pictures, brought to the network's size.
   * @param {Tests} tests @param {Engine} engine of its own
   */
  static of({ pictures, side, labels, input: [, h, w] }, engine) {
    const area = side * side, size = /** @type {Pair} */ ([h, w]);
    /** @param {number} n */
    const levels = (n) => Float32Array.from(pictures.subarray(n * area, (n + 1) * area), (level) => level / 255);
    return new Evaluation(engine, labels.length, (n) => resized(levels(n), [side, side], size), labels);
  }

  /**
   * One picture after the other, so that whoever counts can stop, or show how far it is.
   * @param {Changes} changes @returns {Generator<Told>}
   */
  *counted(changes) {
    const { engine } = this;
    engine.change(changes);
    const first = engine.first < engine.steps.length ? engine.first : 0;
    if (first !== this.kept.first) this.kept = { first, outputs: [] };
    const needed = this.#needed(first);
    for (let n = 0, right = 0; n < this.count; n++) {
      right += largest(this.#run(n, first, needed)) === this.labels[n] ? 1 : 0;
      yield { done: n + 1, right };
    }
  }

  /** The steps in front of `first` that it or a later one reads; none where they are too large to be kept. @param {number} first */
  #needed(first) {
    const { steps, outputs } = this.engine;
    const read = new Set(steps.slice(first).flatMap(({ reads }) => reads).filter((n) => n !== INPUT && n < first));
    const size = [...read].reduce((sum, n) => sum + outputs[n].length, 0);
    return size * this.count <= MOST_KEPT ? [...read] : [];
  }

  /** What the network says of a picture. @param {number} n @param {number} first @param {number[]} needed */
  #run(n, first, needed) {
    const { engine, kept } = this;
    const readsInput = engine.steps.slice(first).some(({ reads }) => reads.includes(INPUT));
    const input = kept.outputs[n] && !readsInput ? engine.input : this.picture(n);
    if (kept.outputs[n]) {
      needed.forEach((step, i) => engine.outputs[step].set(kept.outputs[n][i]));
      return engine.run(input, first);
    }
    const answer = engine.run(input);
    if (needed.length) kept.outputs[n] = needed.map((step) => engine.outputs[step].slice());
    return answer;
  }
}
