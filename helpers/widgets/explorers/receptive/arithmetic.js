/**
 * What an element of a stack of layers sees, along one axis. No DOM.
 *
 * A layer is [kernel, stride, padding, dilation]. Level 0 is the input; level l is what layer l makes of level l − 1.
 *
 * @import { Matrix, Refusal } from "../../types.js"
 *
 * @typedef {[kernel: number, stride: number, padding: number, dilation: number]} Layer
 * @typedef {[level: number, element: number]} Place where one looks from
 * @typedef {{size: number, jump: number, centre: number}} LevelField the field of a level's element 0, in input elements, and the jump to the next
 * @typedef {{counts: number[][], lost: number[]}} Paths per level the paths of its elements, and those that end in its padding
 */
import { outputSize, refusal } from "../../arithmetic/ops.js";

/** A layer's four numbers, in their order. @type {("kernel" | "stride" | "padding" | "dilation")[]} */
export const NUMBERS = ["kernel", "stride", "padding", "dilation"];

/** The least value of each. @type {Layer} */
export const LEAST = [1, 1, 0, 1];

/**
 * Elements of each level, or the first layer that cannot be, with the reason.
 * @param {number} n elements of the input @param {Layer[]} layers
 * @returns {{sizes: number[]} | {layer: number, refusal: Refusal}}
 */
export function sizes(n, layers) {
  const all = [n];
  for (const [index, [k, s, p, d]] of layers.entries()) {
    const below = all[index];
    const reason = refusal([below, below], [k, k], { padding: [p, p], stride: [s, s], dilation: [d, d] });
    if (reason) return { layer: index + 1, refusal: reason };
    all.push(outputSize(below, k, p, s, d));
  }
  return { sizes: all };
}

/** Elements of each level, for layers that fit. @param {number} n elements of the input @param {Layer[]} layers */
export const levels = (n, layers) => /** @type {{sizes: number[]}} */ (sizes(n, layers)).sizes;

/**
 * Size, jump and centre of the field at each level, in input elements:
 * r' = r + d (k − 1) j, c' = c + (d (k − 1) / 2 − p) j, j' = j s
 * (Araujo, Norris, Sim: Computing Receptive Fields of Convolutional Neural Networks, Distill 2019).
 * The centre is that of element 0; element i has its centre at c + i j.
 * @param {Layer[]} layers @returns {LevelField[]}
 */
export function fields(layers) {
  const all = [{ size: 1, jump: 1, centre: 0 }];
  for (const [k, s, p, d] of layers) {
    const { size, jump, centre } = all[all.length - 1];
    all.push({ size: size + d * (k - 1) * jump, jump: jump * s, centre: centre + ((d * (k - 1)) / 2 - p) * jump });
  }
  return all;
}

/**
 * Paths from each element of every level to one element, for layers that fit.
 * @param {number[]} sizes of the levels @param {Layer[]} layers @param {number} level @param {number} element
 * @returns {Paths}
 */
export function paths(sizes, layers, level, element) {
  const counts = sizes.slice(0, level + 1).map((size) => new Array(size).fill(0)), lost = new Array(level + 1).fill(0);
  counts[level][element] = 1;
  for (let l = level; l > 0; l--) {
    const [k, s, p, d] = layers[l - 1];
    counts[l].forEach((count, i) => {
      if (count === 0) return;
      for (let u = 0; u < k; u++) {
        const place = i * s - p + u * d;
        if (place >= 0 && place < sizes[l - 1]) counts[l - 1][place] += count;
        else lost[l - 1] += count;
      }
    });
  }
  return { counts, lost };
}

/** @param {number[]} list */
export const total = (list) => list.reduce((a, b) => a + b, 0);

/** The elements that are read: those with a path. @param {number[]} counts */
export const seenIn = (counts) => counts.flatMap((count, n) => (count ? [n] : []));

/** How many elements between the first and the last that are read are not read themselves. @param {number[]} counts */
export function gaps(counts) {
  const seen = seenIn(counts);
  return seen.length ? seen[seen.length - 1] - seen[0] + 1 - seen.length : 0;
}

/** How many places from first to last lie outside an input of n elements. @param {number} first @param {number} last @param {number} n */
export const outside = (first, last, n) => Math.max(0, -first) + Math.max(0, last - n + 1);

/** Paths from each element of a square input: in two dimensions, those of its row times those of its column. @param {number[]} counts @returns {Matrix} */
export function inTwoDimensions(counts) {
  const n = counts.length;
  const d = Float64Array.from({ length: n ** 2 }, (_, i) => counts[Math.floor(i / n)] * counts[i % n]);
  return { h: n, w: n, d };
}

/** How many elements around the middle of all that are seen hold at least half of the paths. @param {number[]} counts */
export function middleHalf(counts) {
  const seen = seenIn(counts), all = total(counts), middle = (seen[0] + seen[seen.length - 1]) / 2;
  let [low, high] = [Math.floor(middle), Math.ceil(middle)];
  while (2 * total(counts.slice(low, high + 1)) < all) [low, high] = [low - 1, high + 1];
  return high - low + 1;
}
