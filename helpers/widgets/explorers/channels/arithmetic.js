/**
 * Convolution over several channels, in groups. No DOM.
 *
 * An input is a list of c_i matrices; a kernel is a list of c_o lists of c_i / groups matrices. Output channel o reads
 * the input channels of its group, of which channel c of its kernel is laid on number first(o) + c.
 *
 * @import { Matrix, Refusal, Settings } from "../../types.js"
 */
import { corr2d, fromRows, outputShape, refusal, size } from "../../arithmetic/ops.js";

/** The first input channel that output channel o reads. */
export function firstChannel(o, c_i, c_o, groups) {
  return Math.floor(o / (c_o / groups)) * (c_i / groups);
}

/**
 * Why settings are impossible, or null; where PyTorch refuses on a CPU.
 * @param {number[][][]} input @param {number[][][][]} kernel @param {number} groups @param {Settings} settings @returns {Refusal | null}
 */
export function channelRefusal(input, kernel, groups, settings) {
  const [c_i, c_o] = [input.length, kernel.length];
  if (groups < 1 || c_i % groups || c_o % groups) return { key: "shapes.groups", params: { c_i, c_o, groups } };
  const needed = c_i / groups, planes = kernel[0].length;
  if (planes !== needed) return { key: "channels.bad.kernel", params: { c_i, groups, needed, planes } };
  return refusal(size(input[0]), size(kernel[0][0]), settings);
}

/**
 * Partial sums and outputs.
 * @param {number[][][]} input @param {number[][][][]} kernel @param {number} groups @param {Settings} settings
 * @param {number[]} bias one number an output channel
 * @returns {{x: Matrix[], k: Matrix[][], partials: Matrix[][], y: Matrix[]}}
 *   partials[o][c]: what kernel plane c of output o gives
 */
export function convChannels(input, kernel, groups, settings, bias) {
  const x = input.map(fromRows), k = kernel.map((planes) => planes.map(fromRows));
  const [c_i, c_o] = [x.length, k.length];
  const read = (o, c) => x[firstChannel(o, c_i, c_o, groups) + c];
  const partials = k.map((planes, o) => planes.map((plane, c) => corr2d(read(o, c), plane, settings)));
  const total = (maps, n) => maps.reduce((sum, map) => sum + map.d[n], 0);
  const y = partials.map((maps, o) => ({ ...maps[0], d: maps[0].d.map((_, n) => total(maps, n) + bias[o]) }));
  return { x, k, partials, y };
}

/**
 * Parameters and multiply-adds, and what they are made of.
 * @param {number[][][]} input @param {number[][][][]} kernel @param {Settings} settings @param {boolean} biased
 */
export function cost(input, kernel, settings, biased) {
  const [c_o, c_g, k_h, k_w] = [kernel.length, kernel[0].length, kernel[0][0].length, kernel[0][0][0].length];
  const [o_h, o_w] = outputShape({ h: input[0].length, w: input[0][0].length }, { h: k_h, w: k_w }, settings);
  const weights = c_o * c_g * k_h * k_w;
  return { c_o, c_g, k_h, k_w, o_h, o_w, parameters: weights + (biased ? c_o : 0), multiplyAdds: weights * o_h * o_w };
}

/** A 1×1 kernel as a matrix (c_o, c_i), the pixels as columns (c_i, h w), and their product (c_o, h w). @param {Matrix[]} x @param {Matrix[][]} k @param {Matrix[]} y */
export function asMatrices(x, k, y) {
  const flat = (maps) => fromRows(maps.map((map) => Array.from(map.d)));
  return { kernel: fromRows(k.map((planes) => planes.map((plane) => plane.d[0]))), pixels: flat(x), product: flat(y) };
}
