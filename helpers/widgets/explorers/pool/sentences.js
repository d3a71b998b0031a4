/**
 * What the pooling explorer says about the output's shape. No DOM.
 *
 * @import { Windows } from "../../arithmetic/pool.js"
 */
import { span } from "../../arithmetic/ops.js";
import { say } from "../../words/words.js";

/** The output's shape, and for each axis how it comes about. @param {string} lang @param {{input: number[][]} & Windows} settings @param {{h: number, w: number}} y @returns {string[]} */
export function poolLines(lang, settings, y) {
  const heights = axisLines(lang, "h", settings, y.h), widths = axisLines(lang, "w", settings, y.w);
  return [say(lang, "ui.shape", { h: y.h, w: y.w }), ...heights, ...widths];
}

/** o = ⌊(n + 2p − d(k − 1) − 1) / s⌋ + 1, and whether a window is left out that would read padding only. @param {string} lang @param {"h" | "w"} axis @param {{input: number[][]} & Windows} settings @param {number} o */
function axisLines(lang, axis, { input, kernel_size, stride, padding, dilation, ceil_mode }, o) {
  const a = axis === "h" ? 0 : 1;
  const n = a ? input[0].length : input.length;
  const [k, s, p, d] = [kernel_size, stride, padding, dilation].map((pair) => pair[a]);
  const [open, close] = ceil_mode ? ["⌈", "⌉"] : ["⌊", "⌋"], round = ceil_mode ? Math.ceil : Math.floor;
  const windows = round((n + 2 * p - span(k, d)) / s) + 1;
  const end = `${close} + 1${windows > o ? " − 1" : ""}`;
  const letters = `${open}(n_${axis} + 2p_${axis} − d_${axis}(k_${axis} − 1) − 1) / s_${axis}${end}`;
  const numbers = `${open}(${n} + 2·${p} − ${d}·(${k} − 1) − 1) / ${s}${end}`;
  const formula = `o_${axis} = ${letters} = ${numbers} = ${o}`;
  return windows > o ? [formula, say(lang, `pool.dropped.${axis}`)] : [formula];
}
