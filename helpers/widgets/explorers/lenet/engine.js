/**
 * The network as its explorer asks for it: one picture's way through all stages, and what any number of it is made of.
 * Nothing else of the explorer computes; another network needs another `Run` and another table of stages. No DOM.
 */
import { at as valueAt, fromRows, taps } from "../../arithmetic/ops.js";
import { pooled } from "../../arithmetic/pool.js";
import { CONV1, CONV2, POOL, edited, forward, partials } from "./arithmetic.js";
import { LAST, STAGES, shapeOf } from "./stages.js";

/** The values that the network reads: levels from 0 to 255 as numbers from 0, black, to 1, white. */
const scaled = (image) => fromRows(image.map((row) => row.map((level) => level / 255)));

export class Run {
  /** @param {object} trained layers @param {{image: number[][], kernels?: any[], silenced?: any[]}} state the picture, and what differs from the trained layers */
  constructor(trained, { image, kernels = [], silenced = [] }) {
    this.layers = edited(trained, kernels, silenced);
    this.result = forward(this.layers, scaled(image));
  }

  get logits() {
    return this.result[LAST];
  }

  get probabilities() {
    return this.result.probabilities;
  }

  /** The class of the highest probability, and that probability. */
  get best() {
    const p = Math.max(...this.probabilities);
    return { label: this.probabilities.indexOf(p), p };
  }

  /** A stage's output as pictures: its maps, or its vector as one. @returns {Matrix[]} */
  maps(stage) {
    const { maps, columns } = STAGES[stage], values = this.result[stage];
    return maps ? values : [shapeOf(values, columns)];
  }

  /** How many maps or units a stage has. */
  count(stage) {
    return this.result[stage].length;
  }

  /**
   * What one number is made of.
   * @param {{stage: string, unit: number, r: number, c: number, plane: number}} at
   * @returns {Made}
   * @typedef {{map?: Matrix, planes: number, plane: number, window?: Matrix, reads: {r: number, c: number, value: number, outside?: boolean}[],
   *   best?: number, kernel?: Matrix, terms: {a: number, b: number, zero?: boolean}[], parts?: number[], bias?: number, before?: number, after: number}} Made
   *   map: where it stands; planes: how many maps are read, of which this is about number `plane`; window: what is read of it, place by
   *   place in `reads`, of which `best` is the largest; kernel and terms: what the window is multiplied by, and the products; parts: what
   *   each map read gives, where there are several; bias; before, after: the number before and after its activation
   */
  explain(at) {
    const { kind } = STAGES[at.stage];
    return { convolution: () => this.#convolution(at), pooling: () => this.#pooling(at), connected: () => this.#connected(at) }[kind]();
  }

  #convolution({ stage, unit, r, c, plane: asked }) {
    const { layer, from, z } = STAGES[stage], settings = layer === 1 ? CONV1 : CONV2, { kernels, bias } = this.layers[layer];
    const below = layer === 1 ? [this.result.x] : this.result[from], planes = below.length, plane = Math.min(asked, planes - 1);
    const x = below[plane], kernel = kernels[unit][plane], map = this.result[stage][unit], n = r * map.w + c;
    const outside = (place) => place.r < 0 || place.c < 0 || place.r >= x.h || place.c >= x.w;
    const reads = taps(r, c, kernel, settings).map((tap) => ({ ...tap, value: valueAt(x, tap.r, tap.c), outside: outside(tap) }));
    const terms = reads.map(({ u, v, value, outside: zero }) => ({ a: value, b: kernel.d[u * kernel.w + v], zero }));
    const parts = planes > 1 ? partials(below, this.layers[layer], unit, settings).map(({ d }) => d[n]) : undefined;
    return {
      map, planes, plane, window: valuesOf(reads, kernel.w), reads, kernel, terms, parts,
      bias: bias[unit], before: this.result[z][unit].d[n], after: map.d[n],
    };
  }

  #pooling({ stage, unit, r, c }) {
    const map = this.result[stage][unit];
    const { list, winner, value } = pooled(this.result[STAGES[stage].from][unit], r, c, POOL);
    return { map, planes: 1, plane: 0, window: valuesOf(list, POOL.kernel_size[1]), reads: list, best: winner, terms: [], after: value };
  }

  /** The products of a fully connected unit, largest first. */
  #connected({ stage, unit }) {
    const { layer, from, z } = STAGES[stage], { rows, bias } = this.layers[layer], x = this.result[from];
    const size = ({ a, b }) => Math.abs(a * b);
    const terms = Array.from(rows[unit], (b, n) => ({ a: x[n], b })).sort((one, other) => size(other) - size(one));
    return { planes: 1, plane: 0, reads: [], terms, bias: bias[unit], before: this.result[z][unit], after: this.result[stage][unit] };
  }
}

/** What is read, as a matrix of so many columns. @returns {Matrix} */
function valuesOf(reads, columns) {
  return { h: reads.length / columns, w: columns, d: Float64Array.from(reads, ({ value }) => value) };
}
