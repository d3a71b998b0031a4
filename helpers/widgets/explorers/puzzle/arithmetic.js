/** Puzzles about shapes: which kernel, padding and stride take an input to an output? No DOM. */
import { outputSize, refusal } from "../../arithmetic/ops.js";
import LIMITS from "./limits.json" with { type: "json" };

const whole = (random, low, high) => low + Math.floor(random() * (high - low + 1));

/** The output's shape for settings {kernel, padding, stride}, each a pair; ask refused() first. */
export function reached(input, { kernel, padding, stride }) {
  return [0, 1].map((a) => outputSize(input[a], kernel[a], padding[a], stride[a], 1));
}

/** Why settings are impossible, or null. */
export function refused(input, { kernel, padding, stride }) {
  return refusal(input, kernel, { padding, stride, dilation: [1, 1] });
}

/**
 * A new puzzle: it is made from settings that solve it, so it can be solved; doing nothing (1×1, stride 1) does not.
 * @param {() => number} random numbers from 0 to 1
 */
export function draw(random) {
  for (;;) {
    const input = [whole(random, 4, 16), whole(random, 4, 16)];
    const kernel = [whole(random, 1, LIMITS.kernel), whole(random, 1, LIMITS.kernel)];
    const padding = kernel.map((k) => whole(random, 0, Math.min(LIMITS.padding, Math.floor(k / 2))));
    const stride = [whole(random, 1, LIMITS.stride), whole(random, 1, LIMITS.stride)];
    const solution = { kernel, padding, stride };
    if (refused(input, solution)) continue;
    const output = reached(input, solution);
    if (output[0] !== input[0] || output[1] !== input[1]) return { input, output, solution };
  }
}

/** Why no settings take an input to an output, or null. */
export function unsolvable({ input, output }) {
  const axis = [0, 1].find((a) => solveAxis(input[a], output[a]) === null);
  return axis === undefined ? null : { key: "puzzle.unsolvable", params: { axis: { key: `puzzle.axis${axis}` }, n: input[axis], o: output[axis], ...LIMITS } };
}

/** The settings of least kernel, then padding, then stride that take n to o along one axis, or null. */
export function solveAxis(n, o) {
  for (let k = 1; k <= LIMITS.kernel; k++)
    for (let p = 0; p <= LIMITS.padding; p++)
      for (let s = 1; s <= LIMITS.stride; s++) if (n + 2 * p >= k && outputSize(n, k, p, s, 1) === o) return [k, p, s];
  return null;
}
