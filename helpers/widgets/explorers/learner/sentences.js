/**
 * What the kernel learner says: loss, bias, what the learning rate does; and the sums behind its numbers. No DOM.
 *
 * @import { Matrix, Settings } from "../../types.js"
 * @import { Picked } from "./link.js"
 */
import { formatNumber } from "../../arithmetic/numbers.js";
import { flip } from "../../arithmetic/ops.js";
import { say } from "../../words/words.js";
import { full, PLAIN } from "./arithmetic.js";

/**
 * The loss, the bias, and what the learning rate does along the steepest direction.
 * @param {string} lang
 * @param {{steps: number, loss: number, bias: number | null, db: number | null, lr: number, bound: number | null}} state
 * @returns {string[]}
 */
export function learnerLines(lang, { steps, loss, bias, db, lr, bound }) {
  const number = formatNumber, lines = [say(lang, "learner.loss", { steps, loss: number(loss) })];
  if (bias !== null) lines.push(say(lang, "learner.bias_line", { bias: number(bias), slope: number(db) }));
  if (bound === null) return [...lines, say(lang, "learner.flat")];
  const factor = 1 - (2 * lr) / bound;
  const key = factor < -1 ? "learner.grows" : factor < 0 ? "learner.swings" : "learner.shrinks";
  const limit = say(lang, "learner.bound", { bound: Number(bound.toPrecision(4)) });
  return [...lines, limit, say(lang, key, { factor: number(factor) })];
}

/**
 * What each result that can be taken apart is a cross-correlation of, and the name of the grid that holds that.
 * @param {{x: Matrix, k: Matrix, g: Matrix}} result
 * @returns {Record<Picked, {from: Matrix, by: Matrix, settings: Settings, over: string, label: string}>}
 */
export function origins({ x, k, g }) {
  return {
    prediction: { from: x, by: k, settings: PLAIN, over: "input", label: "Ŷ" },
    dk: { from: x, by: g, settings: PLAIN, over: "input", label: "∂L/∂K" },
    dx: { from: g, by: flip(k), settings: full(k), over: "g", label: "∂L/∂X" },
  };
}
