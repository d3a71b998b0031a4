/**
 * What one output element of a layer sees along one axis, windows of different sizes and branches included. The same as
 * helpers/network/receptive.py. No DOM.
 *
 * @import { Layer } from "./items.js"
 *
 * @typedef {object} Axis what one output element sees, in elements of the input, padding included; null where unknown
 * @property {number | null} size of the largest field
 * @property {number | null} jump from one output element to the next, null where there is no single one
 * @property {number | null} extent what all output elements see together
 * @property {number | null} least size of the smallest field, 0 where a window reads only padding
 * @property {number | null} first the first input element that any of them sees, below 0 in the padding before the input
 */

/** @type {Axis} */
const UNKNOWN = { size: null, jump: null, extent: null, least: null, first: null };

/** Of the input itself, where each of its n elements is what it sees. @param {number} n @returns {Axis} */
export const axisBefore = (n) => ({ size: 1, jump: 1, extent: n, least: 1, first: 0 });

/** The same field for every element. @param {number} extent @param {number} first @param {number | null} jump @returns {Axis} */
const wholly = (extent, first, jump = null) => ({ size: extent, jump, extent, least: extent, first });

/**
 * The field along axis a (0: rows), where the layer makes o elements of n; n and o are 0 for vectors.
 * @param {Layer} layer @param {Axis} axis @param {number} a @param {number} n @param {number} o @returns {Axis}
 */
export function axisAfter(layer, axis, a, n, o) {
  const { kind } = layer, pooled = kind.startsWith("Adaptive");
  const mixing = kind === "Linear" || (kind.endsWith("Softmax") && o === 0); // a softmax of maps is over channels
  if (mixing || (pooled && o === 1)) return wholly(axis.extent, axis.first);
  if (pooled) return adaptive(axis, n, o);
  if (!layer.kernel_size) return axis;
  return windowed(axis, layer.kernel_size[a], layer.stride[a], layer.padding[a], layer.dilation[a], n, o);
}

/** r' = r + d (k − 1) j, j' = j s; the first window begins p j earlier. @param {Axis} axis @returns {Axis} */
function windowed(axis, k, s, p, d, n, o) {
  if (axis.size === null || axis.first === null || axis.jump === null) {
    return k === 1 && s === 1 && p === 0 ? axis : afterUneven(axis, k, s, p, d, n, o);
  }
  const size = axis.size + d * (k - 1) * axis.jump, jump = axis.jump * s;
  return { size, jump, extent: size + (o - 1) * jump, least: size, first: axis.first - p * axis.jump };
}

/** Window i of adaptive pooling goes from floor(i n / o) to ceil((i + 1) n / o). @param {Axis} axis @returns {Axis} */
function adaptive(axis, n, o) {
  if (o === n) return axis;
  if (axis.size === null || axis.jump === null) return axis.least === axis.extent ? axis : UNKNOWN;
  const starts = Array.from({ length: o }, (_, i) => Math.floor((i * n) / o));
  const lengths = new Set(starts.map((start, i) => Math.ceil(((i + 1) * n) / o) - start));
  const steps = new Set(starts.slice(1).map((start, i) => start - starts[i]));
  if (lengths.size === 1 && steps.size === 1 && !steps.has(0)) {
    return windowed(axis, [...lengths][0], [...steps][0], 0, 1, n, o);
  }
  const [size, least] = [Math.max(...lengths), Math.min(...lengths)].map((k) => axis.size + (k - 1) * axis.jump);
  return { ...axis, size, jump: null, least };
}

/** After windows without a single jump: known only where every element sees all that is seen. @param {Axis} axis @returns {Axis} */
function afterUneven(axis, k, s, p, d, n, o) {
  if (axis.least !== axis.extent) return UNKNOWN;
  const inside = (i) => Array.from({ length: k }, (_, u) => i * s - p + u * d).some((place) => place >= 0 && place < n);
  const reading = Array.from({ length: o }, (_, i) => i).filter(inside).length;
  if (reading === 0) return UNKNOWN; // padding only
  return reading === o ? axis : { ...axis, least: 0 };
}

/**
 * The field of what joins branches: from the first element that any branch sees to the last. On maps that is so for both
 * joins; in concatenated vectors each element comes from one branch and keeps its field.
 * @param {Axis[]} axes of what the branches give
 * @param {Axis | null} before of what they all read, or null where they make vectors of maps
 * @param {number} o elements that each branch gives, 0 for vectors @param {string} join "concat" or "add" @returns {Axis}
 */
export function axisJoined(axes, before, o, join) {
  if (before !== null && axes.every((axis) => axis === before)) return before; // element by element, all see what they saw
  if (axes.some(({ first, extent }) => first === null || extent === null)) return UNKNOWN;
  const first = Math.min(...axes.map((axis) => axis.first));
  const extent = Math.max(...axes.map((axis) => axis.first + axis.extent)) - first;
  const jump = axes.every((axis) => axis.jump === axes[0].jump) ? axes[0].jump : null;
  const uneven = { ...UNKNOWN, extent, first };
  if (o === 0 && join === "concat") {
    if (axes.some(({ size }) => size === null)) return uneven;
    const leasts = axes.map(({ least }) => least).filter((least) => least !== null);
    return { size: Math.max(...axes.map(({ size }) => size)), jump, extent, least: Math.min(...leasts), first };
  }
  const whole = axes.filter((axis) => axis.least === axis.extent); // where every element sees all that the branch sees
  if (whole.length === axes.length || whole.some((axis) => axis.extent === extent)) return wholly(extent, first, jump);
  if (o === 0 || axes.some((axis) => axis.jump === null && !whole.includes(axis))) return uneven;
  const spans = Array.from({ length: jump === null ? o : 1 }, (_, i) => spanOf(axes, i));
  return { size: Math.max(...spans), jump, extent, least: Math.min(...spans), first };
}

/**
 * From the first input element that output element i sees through any branch to the last. Each branch has a jump, or its
 * elements all see the same.
 * @param {Axis[]} axes @param {number} i
 */
function spanOf(axes, i) {
  const starts = axes.map(({ first, jump }) => first + i * (jump ?? 0));
  return Math.max(...axes.map(({ size }, n) => starts[n] + (size ?? 0))) - Math.min(...starts);
}
