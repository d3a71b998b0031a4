/**
 * Maximum and average pooling as torch.nn.functional.max_pool2d and avg_pool2d compute them. No DOM.
 *
 * Settings are {kernel_size, stride, padding, dilation, ceil_mode, mode, count_include_pad}; the first four are pairs
 * [rows, columns], mode is "max" or "avg". Padding holds −∞ for a maximum and 0 for an average.
 *
 * @import { AnyMatrix, Matrix, Pair, Refusal } from "../types.js"
 * @typedef {{kernel_size: Pair, stride: Pair, padding: Pair, dilation: Pair, ceil_mode: boolean}} Windows
 * @typedef {Windows & {mode: "max" | "avg", count_include_pad: boolean}} PoolSettings
 */
import { span } from "./ops.js";

/**
 * Windows along one axis. With ceil the last one may reach beyond the padding, but must not start beyond the input and
 * its first padding.
 */
export function poolSize(n, k, s, p, d, ceil) {
  const room = n + 2 * p - span(k, d);
  const o = (ceil ? Math.ceil(room / s) : Math.floor(room / s)) + 1;
  return ceil && (o - 1) * s >= n + p ? o - 1 : o;
}

/** Height and width of the output. @param {Pair} input @param {Windows} o @returns {Pair} */
export function poolShape(input, o) {
  const along = (a) => poolSize(input[a], o.kernel_size[a], o.stride[a], o.padding[a], o.dilation[a], o.ceil_mode);
  return [along(0), along(1)];
}

/**
 * Why settings are impossible, or null; exactly where PyTorch refuses on a CPU.
 * @param {Pair} input height and width @param {Windows & {mode: "max" | "avg"}} o @returns {Refusal | null}
 */
export function poolRefusal(input, o) {
  for (const [name, minimum] of [["kernel_size", 1], ["padding", 0], ["stride", 1], ["dilation", 1]]) {
    for (const value of o[name]) {
      const what = { name: { key: name === "kernel_size" ? "pool.window" : `ui.${name}` }, minimum, value };
      if (!Number.isInteger(value)) return { key: "shapes.not_whole", params: what };
      if (value < minimum) return { key: "shapes.at_least", params: what };
    }
  }
  if (o.mode === "avg" && o.dilation.some((d) => d !== 1)) return { key: "pool.bad.dilation", params: {} };
  const axis = [0, 1].find((a) => 2 * o.padding[a] > o.kernel_size[a]);
  if (axis !== undefined) {
    return {
      key: "pool.bad.padding",
      params: { padding: o.padding[axis], kernel: o.kernel_size[axis], most: Math.floor(o.kernel_size[axis] / 2) },
    };
  }
  if (poolShape(input, o).every((size) => size >= 1)) return null;
  const spans = [0, 1].map((a) => span(o.kernel_size[a], o.dilation[a]));
  const padded = [0, 1].map((a) => input[a] + 2 * o.padding[a]);
  return { key: "pool.bad.window", params: { span_h: spans[0], span_w: spans[1], n_h: padded[0], n_w: padded[1] } };
}

/** One axis of a window: the places that it reads, padding included, and how many of them an average counts. */
function axisOf(i, n, k, s, p, d, mode) {
  const start = i * s - p;
  const places = Array.from({ length: k }, (_, u) => start + u * d);
  return mode === "max" ? places : places.filter((place) => place < n + p); // an average's window ends with the padding
}

/**
 * What the output element (i, j) is made of.
 * @param {AnyMatrix} x @param {number} i @param {number} j @param {PoolSettings} o
 * @returns {{list: {r: number, c: number, value: number, inside: boolean}[], value: number, winner: number | null, divisor: number | null}}
 *   list in row-major order; winner: the place in it of the (first) maximum, null where all is padding; divisor of an average
 */
export function pooled(x, i, j, o) {
  const [rows, columns] = [0, 1].map((a) =>
    axisOf([i, j][a], [x.h, x.w][a], o.kernel_size[a], o.stride[a], o.padding[a], o.dilation[a], o.mode)
  );
  const border = o.mode === "max" ? -Infinity : 0;
  const list = rows.flatMap((r) =>
    columns.map((c) => {
      const inside = r >= 0 && c >= 0 && r < x.h && c < x.w;
      return { r, c, inside, value: inside ? x.d[r * x.w + c] : border };
    })
  );
  if (o.mode === "max") {
    /** @type {number | null} */
    let winner = null;
    list.forEach(({ value, inside }, n) => inside && (winner === null || value > list[winner].value) && (winner = n));
    return { list, winner, divisor: null, value: winner === null ? -Infinity : list[winner].value };
  }
  const inside = list.filter((place) => place.inside);
  const divisor = o.count_include_pad ? list.length : inside.length;
  const total = inside.reduce((sum, { value }) => sum + value, 0);
  return { list, winner: null, divisor, value: inside.length ? total / divisor : 0 };
}

/** The whole output; ask poolRefusal() first. @param {Matrix} x @param {PoolSettings} o @returns {Matrix} */
export function pool2d(x, o) {
  const [h, w] = poolShape([x.h, x.w], o);
  return { h, w, d: Float64Array.from({ length: h * w }, (_, n) => pooled(x, Math.floor(n / w), n % w, o).value) };
}

/** How many windows read each element of the input. @param {Matrix} x @param {PoolSettings} o @returns {Matrix} */
export function windowsOver(x, o) {
  const [h, w] = poolShape([x.h, x.w], o), d = new Float64Array(x.h * x.w);
  for (let n = 0; n < h * w; n++) {
    for (const { r, c, inside } of pooled(x, Math.floor(n / w), n % w, o).list) if (inside) d[r * x.w + c] += 1;
  }
  return { h: x.h, w: x.w, d };
}

/**
 * The gradient of the sum of all outputs: a maximum hands it to its winner, an average spreads it evenly.
 * @param {Matrix} x @param {PoolSettings} o @returns {Matrix}
 */
export function poolGradient(x, o) {
  const [h, w] = poolShape([x.h, x.w], o), d = new Float64Array(x.h * x.w);
  for (let n = 0; n < h * w; n++) {
    const { list, winner, divisor } = pooled(x, Math.floor(n / w), n % w, o);
    list.forEach(({ r, c, inside }, m) => {
      if (inside && (o.mode === "avg" || m === winner)) d[r * x.w + c] += o.mode === "avg" ? 1 / divisor : 1;
    });
  }
  return { h: x.h, w: x.w, d };
}

/** The rows turned round by some places: what leaves on one side comes in on the other. @param {number[][]} rows @param {Pair} by */
export function rolled(rows, [down, right]) {
  const [h, w] = [rows.length, rows[0].length];
  return rows.map((_, r) => rows[0].map((_, c) => rows[(r - down + h) % h][(c - right + w) % w]));
}
