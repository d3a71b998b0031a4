/**
 * What any number of a trained network is made of. No DOM.
 *
 * @import { Engine, Step } from "../../arithmetic/engine.js"
 * @import { Layer } from "../../arithmetic/layers.js"
 * @import { PoolSettings } from "../../arithmetic/pool.js"
 * @import { Matrix, SingleMatrix } from "../../types.js"
 * @import { Network, Place, Stage } from "./stages.js"
 *
 * @typedef {{r: number, c: number, value: number, outside?: boolean}} Read a place of the map below, which may be outside of it
 *
 * @typedef {object} Made
 * @property {string} kind of its stage @property {SingleMatrix | null} map where it stands, if it stands in one
 * @property {number} planes how many maps are read @property {number} plane the one that this tells of @property {number} first number of the first of them
 * @property {Matrix | null} window what is read of it, place by place in `reads`, of which `best` is the largest
 * @property {Read[]} reads @property {number | null} [best]
 * @property {SingleMatrix | null} kernel what the window is multiplied by @property {{a: number, b: number, zero?: boolean}[]} terms the products
 * @property {number[] | null} parts what each map read gives, where there are several @property {number | null} bias
 * @property {number} before the number as its layer gives it @property {{kind: string, from: number, to: number}[]} chain what normalisation and activation make of it
 * @property {boolean} off whether it is switched off @property {boolean} left whether its layer is left out @property {Layer} layer with its settings
 * @property {number[]} [branches] what each branch gives, where they are added
 * @property {number} [branch] that it comes from, where they stand one after the other
 * @property {number} [own] the unit's number in that branch; of a response that is normalised, the response
 * @property {number[]} [squares] the responses whose squares are summed
 *
 * @typedef {Place & {n: number}} Found a place, and where it is in the output
 * @typedef {(network: Network, stage: Stage, step: Step, place: Found) => Partial<Made>} Explain what a kind of layer makes
 */
import { at as valueAt, taps } from "../../arithmetic/ops.js";
import { pooled } from "../../arithmetic/pool.js";
import { mapOf, planesOf } from "./stages.js";

/** @param {Network} network whose engine has run @param {Place} at @returns {Made} */
export function explain(network, at) {
  const { engine, steps, byId } = network, stage = byId.get(at.stage), step = steps[stage.step];
  const place = { ...at, n: indexOf(stage, at) }, left = engine.whole.has(stage.step);
  /** @type {Made} */
  const made = {
    kind: stage.kind,
    layer: step.layer,
    map: stage.maps ? mapOf(engine.outputs[stage.last], stage.shape, at.unit) : null,
    planes: 1,
    plane: 0,
    first: 0,
    window: null,
    reads: [],
    kernel: null,
    terms: [],
    parts: null,
    bias: null,
    before: engine.outputs[stage.step][place.n],
    chain: chainOf(network, stage, place.n, at.unit),
    off: engine.units.get(stage.last)?.includes(at.unit) ?? false,
    left,
  };
  /** @type {Record<string, Explain>} */
  const how = { conv: convolution, pool: pooling, fc: connected, join: joined, lrn: neighbours };
  return left ? made : { ...made, ...how[stage.kind]?.(network, stage, step, place) };
}

/** The element's place in an output of its stage. @param {Stage} stage @param {Place} at */
function indexOf({ maps, shape: [, h, w] }, { unit, r, c }) {
  return maps ? (unit * h + r) * w + c : unit;
}

/** What comes after the layer: kind by kind, from one number to the next, as if the unit were on. @param {Network} network @param {Stage} stage @param {number} n @param {number} unit */
function chainOf({ engine, steps }, { step, last }, n, unit) {
  const chain = [];
  for (let at = step + 1; at <= last; at++) {
    if (engine.whole.has(at) || steps[at].kind.startsWith("Dropout")) continue;
    chain.push({ kind: steps[at].kind, from: engine.outputs[at - 1][n], to: undone(engine, at, n, unit) });
  }
  return chain;
}

/** What a step gave before its units were switched off. @param {Engine} engine @param {number} at @param {number} n @param {number} unit */
function undone(engine, at, n, unit) {
  if (!engine.units.get(at)?.includes(unit)) return engine.outputs[at][n];
  const y = new Float32Array(engine.outputs[at].length);
  engine.compute[at](engine.outputs[at - 1], y);
  return y[n];
}

/** What is read, as a matrix of so many columns. @param {Read[]} reads @param {number} columns @returns {Matrix} */
function valuesOf(reads, columns) {
  return { h: reads.length / columns, w: columns, d: Float64Array.from(reads, ({ value }) => value) };
}

/** @type {Explain} */
function convolution({ engine }, { step: n }, { layer, before }, { unit, r, c, plane: asked }) {
  const [first, planes] = planesOf(engine.steps[n], unit),
    plane = Math.min(asked, planes - 1),
    [h, w] = layer.kernel_size;
  /** @param {number} p */
  const below = (p) => mapOf(engine.before(n), before, first + p), x = below(plane);
  /** @param {number} p */
  const kernelAt = (p) => ({
    h,
    w,
    d: engine.weights[n].subarray((unit * planes + p) * h * w, (unit * planes + p + 1) * h * w),
  });
  /** @param {{r: number, c: number}} place */
  const outside = (place) => place.r < 0 || place.c < 0 || place.r >= x.h || place.c >= x.w;
  const kernel = kernelAt(plane), places = taps(r, c, kernel, layer);
  const reads = places.map((tap) => ({ ...tap, value: valueAt(x, tap.r, tap.c), outside: outside(tap) }));
  const terms = reads.map(({ u, v, value, outside: zero }) => ({ a: value, b: kernel.d[u * w + v], zero }));
  /** @param {number} p */
  const summed = (p) =>
    places.reduce((total, tap) => total + valueAt(below(p), tap.r, tap.c) * kernelAt(p).d[tap.u * w + tap.v], 0);
  const parts = planes > 1 ? Array.from({ length: planes }, (_, p) => summed(p)) : null;
  return {
    planes,
    plane,
    first,
    window: valuesOf(reads, w),
    reads,
    kernel,
    terms,
    parts,
    bias: engine.parts[n].bias?.[unit] ?? null,
  };
}

/** @type {Explain} */
function pooling({ engine }, { step: n, maps }, { kind, layer, before, shape }, { unit, r, c }) {
  const map = mapOf(engine.before(n), before, unit), [i, j] = maps ? [r, c] : [0, 0];
  if (kind.startsWith("Adaptive")) return area(map, shape, i, j);
  /** @type {PoolSettings} */
  const settings = { ...layer, mode: kind === "AvgPool2d" ? "avg" : "max", count_include_pad: true };
  const { list, winner } = pooled(map, i, j, settings);
  return { window: valuesOf(list, layer.kernel_size[1]), reads: list, best: winner };
}

/** The area that adaptive pooling reads: rows from ⌊i n / o⌋ to ⌈(i + 1) n / o⌉. @param {SingleMatrix} map @param {number[]} shape @param {number} i @param {number} j */
function area(map, [, rows = 1, columns = 1], i, j) {
  /** @param {number} at @param {number} n @param {number} o */
  const ends = (at, n, o) => [Math.floor((at * n) / o), Math.ceil(((at + 1) * n) / o)];
  const [top, bottom] = ends(i, map.h, rows), [left, right] = ends(j, map.w, columns), reads = [];
  for (let r = top; r < bottom; r++) for (let c = left; c < right; c++) reads.push({ r, c, value: valueAt(map, r, c) });
  return { window: valuesOf(reads, right - left), reads };
}

/** The products of a fully connected unit, largest first. @type {Explain} */
function connected({ engine }, { step: n }, { before: [count] }, { unit }) {
  const x = engine.before(n), row = engine.weights[n].subarray(unit * count, (unit + 1) * count);
  /** @param {{a: number, b: number}} term */
  const size = ({ a, b }) => Math.abs(a * b);
  const terms = Array.from(row, (b, m) => ({ a: x[m], b })).sort((one, other) => size(other) - size(one));
  return { terms, bias: engine.parts[n].bias?.[unit] ?? null };
}

/** What the branches give: all of them where they are added, the one that the unit comes from where they stand one after the other. @type {Explain} */
function joined({ engine, steps, input }, { step: n }, { kind, reads }, { unit, n: index }) {
  const off = engine.branches.get(n) ?? [];
  /** @param {number} source */
  const from = (source) => (source < 0 ? engine.input : engine.outputs[source]);
  if (kind === "add") return { branches: reads.map((source, b) => (off.includes(b) ? 0 : from(source)[index])) };
  /** @param {number} source */
  const channels = (source) => (source < 0 ? input : steps[source].shape)[0];
  let branch = 0, own = unit;
  while (own >= channels(reads[branch])) own -= channels(reads[branch++]);
  return { branch, own };
}

/** The maps that local response normalisation sums over at the place. @type {Explain} */
function neighbours({ engine }, { step: n }, { layer, before: [c, h = 1, w = 1] }, { unit, n: index }) {
  const x = engine.before(n),
    first = Math.max(0, unit - Math.floor(layer.size / 2)),
    end = Math.min(c, unit - Math.floor(layer.size / 2) + layer.size);
  const squares = Array.from({ length: end - first }, (_, m) => x[index + (first + m - unit) * h * w]);
  return { squares, own: x[index] };
}
