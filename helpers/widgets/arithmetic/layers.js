/**
 * The layers that compute: each takes numbers in, writes numbers out, and knows nothing of networks. No DOM.
 *
 * Maps are channel after channel, row after row, in a Float32Array; a shape is [c, h, w], of a vector [n]. Sums are
 * formed in double precision and stored in single.
 *
 * @import { Pair } from "../types.js"
 *
 * @typedef {object} Layer an item of a tree: a layer, or what holds others; only the settings of its kind are there
 * @property {string} kind "Conv2d" and so on; "Block" or "Parallel" of what holds others @property {string} name
 * @property {Pair} kernel_size @property {Pair} stride @property {Pair} padding @property {Pair} dilation
 * @property {number} groups @property {number} size channels over which responses are normalised @property {boolean} ceil_mode
 * @property {boolean} bias whether it has one @property {boolean} affine whether it has a factor and a shift
 * @property {Layer[]} layers of a Block @property {Layer[][]} branches of a Parallel
 * @property {"concat" | "add"} join what becomes of its branches
 *
 * @typedef {{weight: Float32Array | null, bias: Float32Array | null, running_mean: Float32Array | null,
 *   running_var: Float32Array | null}} Learnt what a layer has learnt; null where it has no such part
 * @typedef {(x: Float32Array, y: Float32Array) => void} Compute reads x, writes y
 */

/** @param {number[]} shape */
const product = (shape) => shape.reduce((a, b) => a * b, 1);

/**
 * A convolution, ready to run. Four outputs of a group and two columns go side by side, so that a number read is used
 * eight times; weights lie in the order in which they are used.
 * @param {Layer} layer of kind Conv2d @param {number[]} before shape of the input @param {number[]} after of the output
 * @param {Float32Array} weight (c_o, c_i / groups, k_h, k_w) @param {Float32Array | null} bias (c_o,)
 * @returns {Compute}
 */
export function convolution(layer, [c_i, h, w], [c_o, rows, columns], weight, bias) {
  const { kernel_size: [k_h, k_w], stride: [s_h, s_w], padding: [p_h, p_w], dilation: [d_h, d_w], groups } = layer;
  const H = h + 2 * p_h, W = w + 2 * p_w, read = c_i / groups, made = c_o / groups, fours = Math.ceil(made / 4);
  const taps = read * k_h * k_w, places = new Int32Array(taps), size = rows * columns;
  for (let c = 0, n = 0; c < read; c++) {
    for (let a = 0; a < k_h; a++) for (let b = 0; b < k_w; b++) places[n++] = (c * H + a * d_h) * W + b * d_w;
  }
  const packed = new Float32Array(groups * fours * taps * 4);
  for (let o = 0; o < c_o; o++) {
    const group = Math.floor(o / made),
      unit = o % made,
      from = (group * fours + Math.floor(unit / 4)) * taps * 4 + (unit % 4);
    for (let n = 0; n < taps; n++) packed[from + 4 * n] = weight[o * taps + n];
  }
  const padded = p_h || p_w ? new Float32Array(c_i * H * W) : null;
  const four = new Float64Array(8);

  /** Four outputs from `first` on, at two neighbouring places, whose windows begin at `at` and `at + s_w`. @param {Float32Array} x @param {number} first @param {number} at */
  function sums(x, first, at) {
    let a0 = 0, a1 = 0, a2 = 0, a3 = 0, b0 = 0, b1 = 0, b2 = 0, b3 = 0;
    for (let n = 0, m = first; n < taps; n++, m += 4) {
      const s = at + places[n], u = x[s], v = x[s + s_w];
      const w0 = packed[m], w1 = packed[m + 1], w2 = packed[m + 2], w3 = packed[m + 3];
      a0 += u * w0;
      a1 += u * w1;
      a2 += u * w2;
      a3 += u * w3;
      b0 += v * w0;
      b1 += v * w1;
      b2 += v * w2;
      b3 += v * w3;
    }
    four[0] = a0, four[1] = a1, four[2] = a2, four[3] = a3, four[4] = b0, four[5] = b1, four[6] = b2, four[7] = b3;
  }

  return (input, y) => {
    let x = input;
    if (padded) {
      x = padded;
      for (let c = 0; c < c_i; c++) {
        for (let r = 0; r < h; r++) {
          padded.set(input.subarray((c * h + r) * w, (c * h + r + 1) * w), (c * H + r + p_h) * W + p_w);
        }
      }
    }
    for (let group = 0; group < groups; group++) {
      for (let block = 0; block < fours; block++) {
        const first = (group * fours + block) * taps * 4,
          o = group * made + 4 * block,
          count = Math.min(4, made - 4 * block);
        for (let i = 0; i < rows; i++) {
          for (let j = 0; j < columns; j += 2) {
            sums(x, first, group * read * H * W + i * s_h * W + j * s_w);
            const pair = j + 1 < columns, at = i * columns + j;
            for (let n = 0; n < count; n++) {
              const b = bias ? bias[o + n] : 0, to = (o + n) * size + at;
              y[to] = four[n] + b;
              if (pair) y[to + 1] = four[n + 4] + b;
            }
          }
        }
      }
    }
  };
}

/**
 * A fully connected layer: one sum of products a unit.
 * @param {number} n_i numbers in @param {number} n_o numbers out @param {Float32Array} weight (n_o, n_i)
 * @param {Float32Array | null} bias (n_o,) @returns {Compute}
 */
export function linear(n_i, n_o, weight, bias) {
  return (x, y) => {
    for (let o = 0; o < n_o; o++) {
      let a = 0, b = 0, n = 0;
      const from = o * n_i;
      for (; n + 1 < n_i; n += 2) {
        a += x[n] * weight[from + n];
        b += x[n + 1] * weight[from + n + 1];
      }
      if (n < n_i) a += x[n] * weight[from + n];
      y[o] = a + b + (bias ? bias[o] : 0);
    }
  };
}

/**
 * Maximum or average pooling, as PyTorch's: an average counts zeros of the padding, but nothing beyond it.
 * @param {Layer} layer of kind MaxPool2d or AvgPool2d @param {number[]} before shape of the input @param {number[]} after of the output
 * @returns {Compute}
 */
export function pooling(layer, [c, h, w], [, rows, columns]) {
  const { kernel_size: [k_h, k_w], stride: [s_h, s_w], padding: [p_h, p_w], dilation: [d_h, d_w], kind } = layer;
  const largest = kind === "MaxPool2d";
  return (x, y) => {
    for (let map = 0, to = 0; map < c; map++) {
      for (let i = 0; i < rows; i++) {
        for (let j = 0; j < columns; j++, to++) {
          const top = i * s_h - p_h, left = j * s_w - p_w;
          let most = -Infinity, sum = 0;
          for (let a = 0; a < k_h; a++) {
            const r = top + a * d_h;
            if (r < 0 || r >= h) continue;
            for (let b = 0; b < k_w; b++) {
              const q = left + b * d_w;
              if (q < 0 || q >= w) continue;
              const value = x[(map * h + r) * w + q];
              sum += value;
              if (value > most || value !== value) most = value;
            }
          }
          const count = (Math.min(top + k_h, h + p_h) - top) * (Math.min(left + k_w, w + p_w) - left);
          y[to] = largest ? most : sum / count;
        }
      }
    }
  };
}

/**
 * Adaptive pooling: output i reads the rows from ⌊i n / o⌋ to ⌈(i + 1) n / o⌉.
 * @param {string} kind @param {number[]} before shape of the input @param {number[]} after of the output @returns {Compute}
 */
export function adaptive(kind, [c, h, w], [, rows, columns]) {
  /** @param {number} i @param {number} n @param {number} o */
  const ends = (i, n, o) => [Math.floor((i * n) / o), Math.ceil(((i + 1) * n) / o)],
    largest = kind === "AdaptiveMaxPool2d";
  return (x, y) => {
    for (let map = 0, to = 0; map < c; map++) {
      for (let i = 0; i < rows; i++) {
        for (let j = 0; j < columns; j++, to++) {
          const [top, bottom] = ends(i, h, rows), [left, right] = ends(j, w, columns);
          let most = -Infinity, sum = 0;
          for (let r = top; r < bottom; r++) {
            for (let q = left; q < right; q++) {
              const value = x[(map * h + r) * w + q];
              sum += value;
              if (value > most) most = value;
            }
          }
          y[to] = largest ? most : sum / ((bottom - top) * (right - left));
        }
      }
    }
  };
}

/** Batch normalisation in eval mode: a factor and a shift for each channel. @param {number[]} before shape @param {Learnt} learnt @returns {Compute} */
export function batchNorm([c, ...rest], { weight, bias, running_mean, running_var }, eps = 1e-5) {
  const size = product(rest);
  return (x, y) => {
    for (let map = 0; map < c; map++) {
      const factor = (weight ? weight[map] : 1) / Math.sqrt(running_var[map] + eps),
        shift = (bias ? bias[map] : 0) - running_mean[map] * factor;
      for (let n = map * size; n < (map + 1) * size; n++) y[n] = x[n] * factor + shift;
    }
  };
}

/** Local response normalisation over `size` channels, with PyTorch's usual alpha, beta and k. @param {number} size @param {number[]} before shape @returns {Compute} */
export function responseNorm(size, [c, h, w], alpha = 1e-4, beta = 0.75, k = 1) {
  const area = h * w, before = Math.floor(size / 2);
  return (x, y) => {
    for (let place = 0; place < area; place++) {
      for (let map = 0; map < c; map++) {
        let sum = 0;
        for (let other = Math.max(0, map - before); other < Math.min(c, map - before + size); other++) {
          sum += x[other * area + place] ** 2;
        }
        y[map * area + place] = x[map * area + place] / (k + (alpha * sum) / size) ** beta;
      }
    }
  };
}

/** The error function, to 1.2e-7 (Press et al., Numerical Recipes, section 6.2). @param {number} x */
function erf(x) {
  const z = Math.abs(x), t = 1 / (1 + z / 2);
  const inner = [
    0.17087277,
    -0.82215223,
    1.48851587,
    -1.13520398,
    0.27886807,
    -0.18628806,
    0.09678418,
    0.37409196,
    1.00002368,
  ];
  const rest = t * Math.exp(-z * z - 1.26551223 + t * inner.reduce((sum, factor) => sum * t + factor, 0));
  return x >= 0 ? 1 - rest : rest - 1;
}

/** @param {number} x */
const sigmoid = (x) => 1 / (1 + Math.exp(-x));
/** @param {number} x */
const softplus = (x) => (x > 20 ? x : Math.log1p(Math.exp(x)));

/** What activations make of one number, with PyTorch's usual settings. @type {Record<string, (x: number) => number>} */
export const ACTIVATE = {
  ReLU: (x) => (x > 0 ? x : x === x ? 0 : x),
  LeakyReLU: (x) => (x > 0 ? x : 0.01 * x),
  ReLU6: (x) => Math.min(Math.max(x, 0), 6),
  ELU: (x) => (x > 0 ? x : Math.expm1(x)),
  GELU: (x) => (x * (1 + erf(x / Math.SQRT2))) / 2,
  SiLU: (x) => x * sigmoid(x),
  Hardswish: (x) => (x * Math.min(Math.max(x + 3, 0), 6)) / 6,
  Mish: (x) => x * Math.tanh(softplus(x)),
  Softplus: softplus,
  Sigmoid: sigmoid,
  Tanh: Math.tanh,
};

/** An activation, number by number. @param {string} kind @returns {Compute} */
export function activation(kind) {
  const activate = ACTIVATE[kind];
  return (x, y) => {
    for (let n = 0; n < x.length; n++) y[n] = activate(x[n]);
  };
}

/** Softmax, or its logarithm, over the channels at each place; the largest is taken off first, so that nothing overflows. @param {string} kind @param {number[]} before shape @returns {Compute} */
export function softmaxOver(kind, [c, ...rest]) {
  const area = product(rest);
  return (x, y) => {
    for (let place = 0; place < area; place++) {
      let most = -Infinity, total = 0;
      for (let map = 0; map < c; map++) most = Math.max(most, x[map * area + place]);
      for (let map = 0; map < c; map++) total += Math.exp(x[map * area + place] - most);
      for (let map = 0; map < c; map++) {
        const n = map * area + place;
        y[n] = kind === "Softmax" ? Math.exp(x[n] - most) / total : x[n] - most - Math.log(total);
      }
    }
  };
}
