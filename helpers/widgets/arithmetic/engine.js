/**
 * A trained network in the page: any tree of layers, computed forward in single precision, parts switched off. No DOM.
 *
 * A tree becomes a list of steps, each of which reads the outputs of earlier ones: a layer reads one, the join of branches
 * several. Whoever draws or takes apart a network reads `steps`; whoever computes calls `run`.
 *
 * @import { Pair } from "../types.js"
 * @import { Compute, Layer, Learnt } from "./layers.js"
 * @import { Tensors } from "./safetensors.js"
 *
 * @typedef {object} Step
 * @property {Layer} layer as the tree has it; of a join, the Parallel @property {string} kind its kind; of a join "concat" or "add"
 * @property {number[]} path places that lead to it in the tree: item, branch, item …; a block's item, item …
 * @property {number[]} reads steps, or INPUT @property {number[]} before shape of what the first of them gives @property {number[]} shape of what it gives
 *
 * @typedef {[step: number, o: number, c: number, rows: number[][]]} Replaced a kernel: channel out, channel in, and its numbers
 *
 * @typedef {object} Changes
 * @property {Replaced[]} [kernels] @property {[step: number, unit: number][]} [units] step and channel or unit
 * @property {[step: number, branch: number][]} [branches] step of the join and branch
 * @property {number[]} [whole] steps whose input and output have one shape
 */
import {
  ACTIVATE,
  activation,
  adaptive,
  batchNorm,
  convolution,
  linear,
  pooling,
  responseNorm,
  softmaxOver,
} from "./layers.js";

/** The picture, as what a step reads. */
export const INPUT = -1;

/** @param {number[]} shape */
const product = (shape) => shape.reduce((a, b) => a * b, 1);
/** @param {string} kind */
const isNorm = (kind) => kind.startsWith("BatchNorm");
/** @param {string} kind */
const isDropout = (kind) => kind.startsWith("Dropout");
/** @param {string} kind */
export const isActivation = (kind) => kind in ACTIVATE || kind.endsWith("Softmax");

/**
 * The steps of a tree of layers, in the order in which they run.
 * @param {Layer[]} layers @param {number[][]} shapes of the steps' outputs, in that order @param {number[]} input shape of the picture
 * @returns {Step[]}
 */
export function stepsOf(layers, shapes, input) {
  /** @type {Step[]} */
  const steps = [];
  /** @param {number} n */
  const shapeOf = (n) => (n === INPUT ? input : steps[n].shape);
  /** The number of a new step. @param {Layer} layer @param {string} kind @param {number[]} path @param {number[]} reads */
  const push = (layer, kind, path, reads) =>
    steps.push({ layer, kind, path, reads, before: shapeOf(reads[0]), shape: shapes[steps.length] }) - 1;
  /** The last step of items that begin where `from` ends. @param {Layer[]} items @param {number[]} path @param {number} from @returns {number} */
  const follow = (items, path, from) => {
    items.forEach((item, n) => {
      const here = [...path, n];
      if (item.kind === "Block") from = follow(item.layers, here, from);
      else if (item.kind === "Parallel") {
        const ends = item.branches.map((branch, b) => follow(branch, [...here, b], from));
        from = push(item, item.join, here, ends);
      } else from = push(item, item.kind, here, [from]);
    });
    return from;
  };
  follow(layers, [], INPUT);
  return steps;
}

/**
 * The step at which a layer's units are switched off: the activation that follows it, over a normalisation or dropout; where
 * none does, the layer itself.
 * @param {Step[]} steps @param {number} n of a layer with units
 */
export function activationOf(steps, n) {
  let at = n;
  for (let next = n + 1; next < steps.length; next++) {
    const { kind, reads } = steps[next];
    const alone = reads.length === 1 && reads[0] === at && steps.filter((step) => step.reads.includes(at)).length === 1;
    if (!alone || !(isNorm(kind) || isDropout(kind) || isActivation(kind))) break;
    at = next;
    if (isActivation(kind)) return at;
  }
  return n;
}

/** Whether every layer finds what it has learnt, in its size. @param {Step[]} steps @param {Tensors} tensors */
export function fits(steps, tensors) {
  return steps.every(({ kind, layer, before, shape }) => {
    /** @param {string} name @param {number} size */
    const has = (name, size) => tensors[`${layer.name}.${name}`]?.d.length === size, [c] = before;
    if (isNorm(kind)) {
      return has("running_mean", c) && has("running_var", c) && (!layer.affine || (has("weight", c) && has("bias", c)));
    }
    if (kind !== "Conv2d" && kind !== "Linear") return true;
    const read = kind === "Conv2d" ? (c / layer.groups) * product(layer.kernel_size) : c;
    return has("weight", shape[0] * read) && (!layer.bias || has("bias", shape[0]));
  });
}

/** A network that computes. One picture at a time; its outputs stay until the next. */
export class Engine {
  /**
   * @param {Step[]} steps @param {Tensors} tensors by PyTorch's names: a layer's name, ".weight" and so on
   */
  constructor(steps, tensors) {
    this.steps = steps;
    this.tensors = tensors;
    this.outputs = steps.map(({ shape }) => new Float32Array(product(shape)));
    this.parts = steps.map((step) => this.#parts(step));
    this.trained = steps.map((step, n) => this.#prepared(step, this.parts[n]));
    /** @type {Float32Array} */
    this.input = new Float32Array();
    this.change({});
  }

  /** What a layer has learnt: weight, bias and so on, or null where it has none. @param {Step} step @returns {Learnt} */
  #parts({ layer }) {
    /** @param {string} name */
    const part = (name) => this.tensors[`${layer.name}.${name}`]?.d ?? null;
    return {
      weight: part("weight"),
      bias: part("bias"),
      running_mean: part("running_mean"),
      running_var: part("running_var"),
    };
  }

  /** What computes a step; nothing does for a join. @param {Step} step @param {Learnt} own @returns {Compute | null} */
  #prepared(step, own) {
    const { kind, layer, before, shape } = step;
    if (kind === "Conv2d") return convolution(layer, before, shape, own.weight, own.bias);
    if (kind === "Linear") return linear(before[0], shape[0], own.weight, own.bias);
    if (kind === "MaxPool2d" || kind === "AvgPool2d") return pooling(layer, before, shape);
    if (kind.startsWith("Adaptive")) return adaptive(kind, before, shape);
    if (isNorm(kind)) return batchNorm(before, own);
    if (kind === "LocalResponseNorm") return responseNorm(layer.size, before);
    if (kind.endsWith("Softmax")) return softmaxOver(kind, before);
    if (isActivation(kind)) return activation(kind);
    if (kind === "concat" || kind === "add") return null;
    return (x, y) => y.set(x); // Flatten, Identity, and Dropout in eval mode
  }

  /**
   * Changes parts, and brings all others back: kernels are replaced, units' outputs are 0, a branch gives zeros, a layer
   * hands on what it reads.
   * @param {Changes} changes
   */
  change({ kernels = [], units = [], branches = [], whole = [] }) {
    this.compute = [...this.trained];
    this.weights = this.parts.map(({ weight }) => weight);
    for (const [n, o, c, rows] of kernels) this.#replace(n, o, c, rows);
    for (const n of new Set(kernels.map(([step]) => step))) {
      this.compute[n] = this.#prepared(this.steps[n], { ...this.parts[n], weight: this.weights[n] });
    }
    this.units = grouped(units);
    this.branches = grouped(branches);
    this.whole = new Set(whole);
    const changed = [...kernels.map(([n]) => n), ...this.units.keys(), ...this.branches.keys(), ...this.whole];
    this.first = Math.min(this.steps.length, ...changed);
  }

  /** @param {number} n @param {number} o @param {number} c @param {number[][]} rows */
  #replace(n, o, c, rows) {
    const kernel = rows.flat(), { layer, before } = this.steps[n];
    if (this.weights[n] === this.parts[n].weight) this.weights[n] = this.weights[n].slice();
    this.weights[n].set(kernel, (o * (before[0] / layer.groups) + c) * kernel.length);
  }

  /** What a step reads first. @param {number} n */
  before(n) {
    const [source] = this.steps[n].reads;
    return source === INPUT ? this.input : this.outputs[source];
  }

  /**
   * Computes all steps, or those from a step on where the earlier outputs still stand.
   * @param {Float32Array} input the picture @returns {Float32Array} what the last step gives
   */
  run(input, from = 0) {
    this.input = input;
    for (let n = from; n < this.steps.length; n++) this.#step(n);
    return this.outputs[this.steps.length - 1];
  }

  /** @param {number} n */
  #step(n) {
    const { kind, reads } = this.steps[n], y = this.outputs[n];
    const inputs = reads.map((source) => (source === INPUT ? this.input : this.outputs[source]));
    if (this.whole.has(n)) y.set(inputs[0]);
    else if (kind === "concat" || kind === "add") join(kind, inputs, y, this.branches.get(n) ?? []);
    else this.compute[n](inputs[0], y);
    const size = y.length / this.steps[n].shape[0];
    for (const unit of this.units.get(n) ?? []) y.fill(0, unit * size, (unit + 1) * size);
  }
}

/** Pairs by their first parts. @param {[number, number][]} pairs @returns {Map<number, number[]>} */
function grouped(pairs) {
  /** @type {Map<number, number[]>} */
  const groups = new Map();
  for (const [first, second] of pairs) groups.set(first, [...(groups.get(first) ?? []), second]);
  return groups;
}

/** Joins what branches give; those that are off give zeros. @param {string} kind @param {Float32Array[]} inputs @param {Float32Array} y @param {number[]} off */
function join(kind, inputs, y, off) {
  y.fill(0);
  let at = 0;
  inputs.forEach((x, branch) => {
    if (!off.includes(branch)) {
      if (kind === "concat") y.set(x, at);
      else for (let n = 0; n < y.length; n++) y[n] += x[n];
    }
    at += x.length;
  });
}

/**
 * A picture at another size, as `F.interpolate(mode="bilinear", antialias=True)` makes it: where it becomes smaller, each
 * pixel is a weighted mean of all that it covers; where it grows, of the two nearest.
 * @param {Float32Array} x (h, w) @param {Pair} from its size @param {Pair} to
 */
export function resized(x, [h, w], [rows, columns]) {
  if (h === rows && w === columns) return x;
  const across = weights(w, columns), down = weights(h, rows);
  const half = new Float32Array(h * columns), y = new Float32Array(rows * columns);
  for (let r = 0; r < h; r++) {
    for (let j = 0; j < columns; j++) {
      const { first, shares } = across[j];
      let sum = 0;
      for (let n = 0; n < shares.length; n++) sum += shares[n] * x[r * w + first + n];
      half[r * columns + j] = sum;
    }
  }
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      const { first, shares } = down[i];
      let sum = 0;
      for (let n = 0; n < shares.length; n++) sum += shares[n] * half[(first + n) * columns + j];
      y[i * columns + j] = sum;
    }
  }
  return y;
}

/** What each of `to` places takes of `from`: the first of its sources, and the share of each from there on. @param {number} from @param {number} to */
function weights(from, to) {
  const scale = from / to, reach = Math.max(scale, 1);
  return Array.from({ length: to }, (_, place) => {
    const middle = scale * (place + 0.5);
    const first = Math.max(0, Math.trunc(middle - reach + 0.5)), end = Math.min(from, Math.trunc(middle + reach + 0.5));
    const shares = Array.from(
      { length: end - first },
      (_, n) => Math.max(0, 1 - Math.abs((first + n - middle + 0.5) / reach)),
    );
    const total = shares.reduce((a, b) => a + b, 0);
    return { first, shares: shares.map((share) => share / total) };
  });
}
