/** The kernel learner's state as a link's parameters: x, t, k, b, lr; and o, the element whose sum is shown. No DOM. */
import { matrixField, numberField, placeView } from "../../state/link.js";

/** Results whose sums can be shown. */
const PICKED = ["dk", "prediction", "dx"];

/** What is shown at first. */
export const FIRST = { grid: "dk", r: 0, c: 0 };

const size = (rows) => [rows.length, rows[0].length];

/** The fields of the link, given the largest sizes. */
export function learnerFields(limits) {
  return {
    x: matrixField("input", limits.input),
    t: matrixField("target_kernel", limits.kernel),
    k: matrixField("kernel", limits.kernel),
    b: numberField("bias", { none: true }),
    lr: numberField("lr", { refuse: (rate) => rate <= 0 }),
  };
}

/** How many rows and columns each result has. */
function shapes({ input, kernel }) {
  const [x, k] = [size(input), size(kernel)];
  return { prediction: x.map((n, a) => n - k[a] + 1), dk: k, dx: x };
}

/**
 * The chosen element: which result, row and column.
 * @param {{get: () => {grid: string, r: number, c: number}, take: (picked: object) => void}} what
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
      const place = placeView({ within: () => shapes(values)[grid] }).read(text.slice(grid.length + 1), values);
      return place && { value: { grid, r: place.value[0], c: place.value[1] } };
    },
  };
}
