/**
 * Arithmetic of sliding windows: sizes, cross-correlation, what each window reads. No DOM, no dependency.
 *
 * A matrix is {h, w, d}: height, width, and a Float64Array in row-major order.
 * A pair is [rows, columns]. Settings are {padding, stride, dilation}, each a pair; padding counts per side.
 *
 * @import { AnyMatrix, Matrix, Pair, Refusal, Settings } from "../types.js"
 *
 * @typedef {[n: number, k: number, p: number, s: number, d: number]} Axis sizes of input and kernel along one axis, and settings
 */

/** Height and width of rows. @param {ArrayLike<unknown>[]} rows @returns {Pair} */
export const size = (rows) => [rows.length, rows[0].length];

/** @param {number[][]} rows @returns {Matrix} */
export function fromRows(rows) {
  const h = rows.length, w = h ? rows[0].length : 0;
  const d = new Float64Array(h * w);
  for (let i = 0; i < h; i++) for (let j = 0; j < w; j++) d[i * w + j] = rows[i][j];
  return { h, w, d };
}

/** @param {AnyMatrix} m @returns {number[][]} */
export function toRows(m) {
  return Array.from({ length: m.h }, (_, i) => Array.from(m.d.subarray(i * m.w, (i + 1) * m.w)));
}

/** Elements that a dilated kernel of k elements spans: d (k - 1) + 1. */
export function span(k, d) {
  return d * (k - 1) + 1;
}

/** Number of windows along one axis: floor((n + 2 p - d (k - 1) - 1) / s) + 1, as in torch.nn.Conv2d. */
export function outputSize(n, k, p, s, d) {
  return Math.floor((n + 2 * p - span(k, d)) / s) + 1;
}

/**
 * Height and width of the output.
 * @param {{h: number, w: number}} x @param {{h: number, w: number}} k @param {Settings} o @returns {Pair}
 */
export function outputShape(x, k, o) {
  return [
    outputSize(x.h, k.h, o.padding[0], o.stride[0], o.dilation[0]),
    outputSize(x.w, k.w, o.padding[1], o.stride[1], o.dilation[1]),
  ];
}

/** Rows (or columns) of the padded input at the far edge that no window reaches: what the floor drops. */
export function unused(n, k, p, s, d) {
  return (n + 2 * p - span(k, d)) % s;
}

/** Both axes of rows and of a kernel. @param {{input: ArrayLike<unknown>[], kernel: ArrayLike<unknown>[]} & Settings} values @returns {[Axis, Axis]} */
export function axesOf({ input, kernel, padding, stride, dilation }) {
  const n = size(input), k = size(kernel);
  /** @returns {Axis} */
  const along = (a) => [n[a], k[a], padding[a], stride[a], dilation[a]];
  return [along(0), along(1)];
}

/** How many windows read each of the n elements of one axis (padding elements left out). */
export function windowCounts(n, k, p, s, d) {
  const counts = new Array(n).fill(0);
  const o = outputSize(n, k, p, s, d);
  for (let i = 0; i < o; i++) {
    for (let u = 0; u < k; u++) {
      const r = i * s - p + u * d;
      if (r >= 0 && r < n) counts[r]++;
    }
  }
  return counts;
}

/**
 * What the output element (i, j) reads: kernel row u and column v, input row r and column c.
 * r and c count from the unpadded input's corner: outside 0…h-1, 0…w-1 they lie in the padding.
 * @param {number} i @param {number} j @param {{h: number, w: number}} k @param {Settings} o
 */
export function taps(i, j, k, o) {
  const list = [];
  for (let u = 0; u < k.h; u++) {
    for (let v = 0; v < k.w; v++) {
      list.push({
        u,
        v,
        r: i * o.stride[0] - o.padding[0] + u * o.dilation[0],
        c: j * o.stride[1] - o.padding[1] + v * o.dilation[1],
      });
    }
  }
  return list;
}

/** The matrix turned by 180 degrees: left-right and up-down. @param {Matrix} m @returns {Matrix} */
export function flip(m) {
  return { h: m.h, w: m.w, d: Float64Array.from(m.d).reverse() };
}

/** The value at row r, column c; 0 outside, where the padding is. @param {AnyMatrix} m */
export function at(m, r, c) {
  return r >= 0 && c >= 0 && r < m.h && c < m.w ? m.d[r * m.w + c] : 0;
}

/**
 * Cross-correlation Y[i, j] = b + sum over u, v of X[i s_h - p_h + u d_h, j s_w - p_w + v d_w] K[u, v].
 * The settings must fit: ask refusal() first.
 * @param {Matrix} x @param {Matrix} k @param {Settings} o @param {number} [bias] @returns {Matrix}
 */
export function corr2d(x, k, o, bias = 0) {
  const [h, w] = outputShape(x, k, o);
  const d = new Float64Array(h * w);
  const [p_h, p_w] = o.padding, [s_h, s_w] = o.stride, [d_h, d_w] = o.dilation;
  for (let i = 0; i < h; i++) {
    for (let j = 0; j < w; j++) {
      let sum = 0;
      for (let u = 0; u < k.h; u++) {
        const r = i * s_h - p_h + u * d_h;
        if (r < 0 || r >= x.h) continue; // zeros of the padding add nothing
        for (let v = 0; v < k.w; v++) {
          const c = j * s_w - p_w + v * d_w;
          if (c >= 0 && c < x.w) sum += x.d[r * x.w + c] * k.d[u * k.w + v];
        }
      }
      d[i * w + j] = sum + bias;
    }
  }
  return { h, w, d };
}

/**
 * Why these settings are impossible, as something to say (a key of the vocabulary and its parameters), or null.
 * Refuses exactly what torch.nn.functional.conv2d refuses on a CPU.
 * @param {Pair} input height and width @param {Pair} kernel height and width @param {Settings} o
 * @returns {Refusal | null}
 */
export function refusal(input, kernel, o) {
  for (const [name, minimum] of [["padding", 0], ["stride", 1], ["dilation", 1]]) {
    for (const value of o[name]) {
      const what = { name: { key: `ui.${name}` }, minimum, value };
      if (!Number.isInteger(value)) return { key: "shapes.not_whole", params: what };
      if (value < minimum) return { key: "shapes.at_least", params: what };
    }
  }
  const spans = [span(kernel[0], o.dilation[0]), span(kernel[1], o.dilation[1])];
  const padded = [input[0] + 2 * o.padding[0], input[1] + 2 * o.padding[1]];
  if (spans[0] <= padded[0] && spans[1] <= padded[1]) return null;
  return tooLarge(kernel, o, spans, padded);
}

/** Two numbers as a reader writes them: one where both are equal. */
const brief = ([rows, columns]) => (rows === columns ? String(rows) : `${rows}×${columns}`);

/** That a kernel does not fit, and what would. @param {Pair} kernel @param {Settings} settings @returns {Refusal} */
function tooLarge(kernel, { padding, dilation }, spans, padded) {
  const more = spans.map((spanned, a) => Math.max(0, Math.ceil((spanned - padded[a]) / 2)));
  const [k_h, k_w] = kernel.map((k, a) => Math.min(k, Math.floor((padded[a] - 1) / dilation[a]) + 1));
  const cure = {
    key: "shapes.cure_smaller",
    params: { padding: brief([padding[0] + more[0], padding[1] + more[1]]), k_h, k_w },
  };
  const plain = dilation.every((d) => d === 1);
  const [span_h, span_w] = spans, [n_h, n_w] = padded;
  const params = { k_h: kernel[0], k_w: kernel[1], dilation: brief(dilation), span_h, span_w, n_h, n_w, cure };
  return { key: plain ? "shapes.kernel_too_large_plain" : "shapes.kernel_too_large", params };
}
