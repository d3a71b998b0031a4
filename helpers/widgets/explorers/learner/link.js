/**
 * The kernel learner's state as a link's parameters: x, t, k, b, lr; and o, the element whose sum is shown. No DOM.
 *
 * @import { View } from "../../state/link.js"
 * @import { Values } from "../../types.js"
 *
 * @typedef {"dk" | "prediction" | "dx"} Picked a result whose sums can be shown
 * @typedef {{grid: Picked, r: number, c: number}} Place
 */
import { size } from "../../arithmetic/ops.js";
import { matrixField, numberField, placeFromText } from "../../state/link.js";

/** Results whose sums can be shown. @type {Picked[]} */
const PICKED = ["dk", "prediction", "dx"];

/** What is shown at first. @type {Place} */
export const FIRST = { grid: "dk", r: 0, c: 0 };

/** The fields of the link, given the largest sizes. @param {typeof import("./limits.json")} limits */
export function learnerFields(limits) {
  return {
    x: matrixField("input", limits.input),
    t: matrixField("target_kernel", limits.kernel),
    k: matrixField("kernel", limits.kernel),
    b: numberField("bias", { none: true }),
    lr: numberField("lr", { refuse: (rate) => rate <= 0 }),
  };
}

/** How many rows and columns each result has. @param {Values} values @returns {Record<Picked, number[]>} */
function shapes({ input, kernel }) {
  const [x, k] = [size(input), size(kernel)];
  return { prediction: x.map((n, a) => n - k[a] + 1), dk: k, dx: x };
}

/**
 * The chosen element: which result, row and column.
 * @param {{get: () => Place, take: (picked: Place) => void}} what @returns {View<Place>}
 */
export function pickedView({ get, take }) {
  return {
    take,
    write: () => {
      const { grid, r, c } = get();
      return grid === FIRST.grid && r === FIRST.r && c === FIRST.c ? null : `${grid},${r},${c}`;
    },
    read: (text, values) => {
      const grid = PICKED.find((name) => text.startsWith(`${name},`));
      if (!grid) return null;
      const place = placeFromText(text.slice(grid.length + 1), shapes(values)[grid]);
      return place && { value: { grid, r: place.value[0], c: place.value[1] } };
    },
  };
}
