/**
 * Learning a kernel by gradient descent: prediction, loss and the backward pass, each a sliding window. No DOM.
 *
 * With Ŷ = X ⋆ K + b and the sum of squares L = Σ (Ŷ − Y)², and G = ∂L/∂Ŷ = 2 (Ŷ − Y):
 *   ∂L/∂K = X ⋆ G, the input correlated with G;  ∂L/∂b = Σ G;
 *   ∂L/∂X = G, framed by k − 1 zeros on each side, correlated with K turned by 180 degrees.
 * (Dumoulin, Visin: A guide to convolution arithmetic for deep learning, 2016, section 4.)
 *
 * @import { Matrix, Pair, Refusal, Settings } from "../../types.js"
 *
 * @typedef {{prediction: Matrix, error: Matrix, loss: number, g: Matrix, dk: Matrix, db: number | null, dx: Matrix}} Passed
 * @typedef {{x: Matrix, y: Matrix, k: Matrix, bias: number | null} & Passed} Step of a descent, and what `pass` made of it
 */
import { corr2d, flip } from "../../arithmetic/ops.js";

/** How the window slides everywhere here. @type {Settings} */
export const PLAIN = { padding: [0, 0], stride: [1, 1], dilation: [1, 1] };

/** As many losses are remembered. */
export const LONGEST = 2000;

const ARRIVED = 1e-16; // a loss that is nothing but rounding

/** The settings that make the backward pass to the input a full convolution. @param {{h: number, w: number}} k @returns {Settings} */
export const full = (k) => ({ ...PLAIN, padding: [k.h - 1, k.w - 1] });

/** @param {Matrix} a @param {Matrix} b @param {(one: number, other: number) => number} f @returns {Matrix} */
const zip = (a, b, f) => ({ h: a.h, w: a.w, d: a.d.map((value, n) => f(value, b.d[n])) });
/** @param {Matrix} m */
const total = (m) => m.d.reduce((sum, value) => sum + value, 0);

/**
 * Forward and backward pass.
 * @param {Matrix} x @param {Matrix} k
 * @param {number | null} bias null: a layer without one
 * @param {Matrix} y of the output's shape
 * @returns {Passed}
 */
export function pass(x, k, bias, y) {
  const prediction = corr2d(x, k, PLAIN, bias ?? 0);
  const error = zip(prediction, y, (a, b) => a - b);
  const g = { ...error, d: error.d.map((e) => 2 * e) };
  return {
    prediction,
    error,
    g,
    loss: error.d.reduce((sum, e) => sum + e * e, 0),
    dk: corr2d(x, g, PLAIN),
    db: bias === null ? null : total(g),
    dx: corr2d(g, flip(k), full(k)),
  };
}

/**
 * One step down the gradient.
 * @param {Matrix} k @param {number | null} bias @param {{dk: Matrix, db: number | null}} slopes @param {number} rate
 * @returns {{k: Matrix, bias: number | null}}
 */
export function step(k, bias, { dk, db }, rate) {
  return { k: zip(k, dk, (value, slope) => value - rate * slope), bias: bias === null ? null : bias - rate * db };
}

/**
 * Several steps down the gradient, as far as they lead anywhere.
 * @param {Step} start @param {number} rate @param {number} count
 * @returns {{now: Step, losses: number[], reason: string | null}}
 *   where that ends, the loss after each step, and the key of why it ends early
 */
export function descend(start, rate, count) {
  const losses = [];
  let now = start;
  for (let n = 0; n < count; n++) {
    const next = step(now.k, now.bias, now, rate), after = pass(now.x, next.k, next.bias, now.y);
    if (!Number.isFinite(after.loss)) return { now, losses, reason: "learner.diverged" };
    if (now.loss <= ARRIVED) return { now, losses, reason: "learner.arrived" };
    losses.push(after.loss);
    now = { x: now.x, y: now.y, ...next, ...after };
  }
  return { now, losses, reason: null };
}

/**
 * The second derivatives of the loss, 2 AᵀA: row n of A holds what the parameters are multiplied by in output n,
 * which is its window, and 1 for a bias. They do not depend on the kernel: the loss is a bowl.
 * @param {Matrix} x @param {Pair} kernel height and width @param {boolean} bias @returns {number[][]}
 */
export function curvature(x, [k_h, k_w], bias) {
  const [o_h, o_w] = [x.h - k_h + 1, x.w - k_w + 1];
  const columns = [];
  for (let u = 0; u < k_h; u++) {
    for (let v = 0; v < k_w; v++) {
      const column = [];
      for (let i = 0; i < o_h; i++) for (let j = 0; j < o_w; j++) column.push(x.d[(i + u) * x.w + j + v]);
      columns.push(column);
    }
  }
  if (bias) columns.push(new Array(o_h * o_w).fill(1));
  return columns.map((a) => columns.map((b) => 2 * a.reduce((sum, value, n) => sum + value * b[n], 0)));
}

/** The largest eigenvalue of a symmetric matrix, by Jacobi's rotations (Golub, Van Loan: Matrix Computations, 8.5). @param {number[][]} matrix */
export function largestEigenvalue(matrix) {
  const a = matrix.map((row) => [...row]), n = a.length;
  for (let sweep = 0; sweep < 60; sweep++) {
    let off = 0, size = 0;
    for (let p = 0; p < n; p++) {
      for (let q = 0; q < n; q++) p === q ? (size += a[p][p] ** 2) : (off += a[p][q] ** 2);
    }
    if (off <= 1e-28 * (size + off)) break;
    for (let p = 0; p < n - 1; p++) for (let q = p + 1; q < n; q++) if (a[p][q] !== 0) rotate(a, p, q);
  }
  return Math.max(...a.map((row, p) => row[p]));
}

function rotate(a, p, q) {
  const theta = (a[q][q] - a[p][p]) / (2 * a[p][q]);
  const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.hypot(theta, 1));
  const c = 1 / Math.hypot(t, 1), s = t * c;
  for (let i = 0; i < a.length; i++) [a[i][p], a[i][q]] = [c * a[i][p] - s * a[i][q], s * a[i][p] + c * a[i][q]];
  for (let i = 0; i < a.length; i++) [a[p][i], a[q][i]] = [c * a[p][i] - s * a[q][i], s * a[p][i] + c * a[q][i]];
}

/** Gradient descent goes down for rates below this: 2 over the largest curvature; null where the loss is flat. @param {Matrix} x @param {Pair} kernel @param {boolean} bias */
export function bound(x, kernel, bias) {
  const most = largestEigenvalue(curvature(x, kernel, bias));
  return most > 0 ? 2 / most : null;
}

/** Why a learner's settings are impossible, or null; input and kernels are asked elsewhere. @param {Pair} kernel @param {Pair} teacher @param {number} rate @returns {Refusal | null} */
export function refusedShapes(kernel, teacher, rate) {
  if (kernel[0] !== teacher[0] || kernel[1] !== teacher[1]) {
    return { key: "learner.bad.shape", params: { k_h: kernel[0], k_w: kernel[1], t_h: teacher[0], t_w: teacher[1] } };
  }
  return rate > 0 ? null : { key: "learner.bad.rate", params: { value: rate } };
}
