/**
 * Sentences about shapes: the formula with its numbers, what the floor drops, why settings do not fit.
 *
 * @import { Settings } from "../types.js"
 */
import { axesOf, unused } from "../arithmetic/ops.js";
import { say } from "./words.js";

/** The formula of one axis, in letters and with its numbers. */
function formula(axis, n, k, p, s, d, o) {
  const a = `_${axis}`;
  return `o${a} = ⌊(n${a} + 2p${a} − d${a}(k${a} − 1) − 1) / s${a}⌋ + 1 = ⌊(${n} + 2·${p} − ${d}·(${k} − 1) − 1) / ${s}⌋ + 1 = ${o}`;
}

/**
 * The output's shape, the formula for both axes, and what the floor drops: one line each.
 * @param {string} lang @param {{input: ArrayLike<unknown>[], kernel: ArrayLike<unknown>[]} & Settings} values @param {{h: number, w: number}} y
 */
export function shapeLines(lang, values, y) {
  const axes = axesOf(values);
  const [rows, columns] = axes.map((axis) => unused(...axis));
  const lines = [
    say(lang, "ui.shape", { h: y.h, w: y.w }),
    formula("h", ...axes[0], y.h),
    formula("w", ...axes[1], y.w),
  ];
  if (rows || columns) lines.push(say(lang, "ui.dropped", { rows, columns }));
  return lines;
}
