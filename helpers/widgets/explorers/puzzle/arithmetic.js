/**
 * Puzzles about shapes: which kernel, padding and stride take an input to an output? No DOM.
 *
 * @import { Pair, Refusal } from "../../types.js"
 *
 * @typedef {{kernel: Pair, padding: Pair, stride: Pair}} Tried
 */
import { outputSize, refusal } from "../../arithmetic/ops.js";
import LIMITS from "./limits.json" with { type: "json" };

const whole = (random, low, high) => low + Math.floor(random() * (high - low + 1));

/** The output's shape for settings {kernel, padding, stride}, each a pair; ask refused() first. @param {Pair} input @param {Tried} tried @returns {Pair} */
export function reached(input, { kernel, padding, stride }) {
  const along = (a) => outputSize(input[a], kernel[a], padding[a], stride[a], 1);
  return [along(0), along(1)];
}

/** Why settings are impossible, or null. @param {Pair} input @param {Tried} tried @returns {Refusal | null} */
export function refused(input, { kernel, padding, stride }) {
  return refusal(input, kernel, { padding, stride, dilation: [1, 1] });
}

/**
 * A new puzzle: it is made from settings that solve it, so it can be solved; doing nothing (1×1, stride 1) does not.
 * @param {() => number} random numbers from 0 to 1 @returns {{input: Pair, output: Pair, solution: Tried}}
 */
export function draw(random) {
  for (;;) {
    /** @type {(low: number, high: number) => Pair} */
    const two = (low, high) => [whole(random, low, high), whole(random, low, high)];
    const input = two(4, 16), kernel = two(1, LIMITS.kernel);
    const half = (k) => whole(random, 0, Math.min(LIMITS.padding, Math.floor(k / 2)));
    /** @type {Tried} */
    const solution = { kernel, padding: [half(kernel[0]), half(kernel[1])], stride: two(1, LIMITS.stride) };
    if (refused(input, solution)) continue;
    const output = reached(input, solution);
    if (output[0] !== input[0] || output[1] !== input[1]) return { input, output, solution };
  }
}

/** Why no settings take an input to an output, or null. @param {{input: Pair, output: Pair}} values @returns {Refusal | null} */
export function unsolvable({ input, output }) {
  const axis = [0, 1].find((a) => solveAxis(input[a], output[a]) === null);
  if (axis === undefined) return null;
  const params = { axis: { key: `puzzle.axis${axis}` }, n: input[axis], o: output[axis], ...LIMITS };
  return { key: "puzzle.unsolvable", params };
}

/** The settings of least kernel, then padding, then stride that take n to o along one axis, or null. @param {number} n @param {number} o @returns {[k: number, p: number, s: number] | null} */
export function solveAxis(n, o) {
  for (let k = 1; k <= LIMITS.kernel; k++) {
    for (let p = 0; p <= LIMITS.padding; p++) {
      for (let s = 1; s <= LIMITS.stride; s++) if (n + 2 * p >= k && outputSize(n, k, p, s, 1) === o) return [k, p, s];
    }
  }
  return null;
}
