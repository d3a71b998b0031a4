/** What comes after what in LeNet. No DOM. */

/** Units of the layers that can be silenced: output channels of the convolutions, outputs of the fully connected ones. */
export const UNITS = { 1: 6, 2: 16, 3: 120, 4: 84 };

/**
 * Each stage by the name that `forward` gives its result: `from` is what it reads, `layer` the number of its weights,
 * `z` its values before the activation; `maps` tells maps from vectors, which are drawn in so many `columns`.
 */
export const STAGES = {
  conv1: { kind: "convolution", layer: 1, from: "x", z: "z1", maps: true },
  pool1: { kind: "pooling", from: "conv1", maps: true },
  conv2: { kind: "convolution", layer: 2, from: "pool1", z: "z2", maps: true },
  pool2: { kind: "pooling", from: "conv2", maps: true },
  fc1: { kind: "connected", layer: 3, from: "flat", z: "z3", maps: false, columns: 40 },
  fc2: { kind: "connected", layer: 4, from: "fc1", z: "z4", maps: false, columns: 42 },
  logits: { kind: "connected", layer: 5, from: "fc2", z: "logits", maps: false, columns: 10 },
};

/** The last stage, whose units are the classes. */
export const LAST = "logits";

/** What is under the magnifying glass at first. */
export const START = { stage: "conv1", unit: 0, r: 14, c: 14, plane: 0 };

/** Units of each stage, and rows and columns of each. */
const SIZES = {
  conv1: [6, 28], pool1: [6, 14], conv2: [16, 10], pool2: [16, 5], fc1: [120, 1], fc2: [84, 1], logits: [10, 1],
};

/** Whether a place is one: a stage, a unit of it, row and column of its map, and the map below that is read. */
export function isPlace({ stage, unit, r = 0, c = 0, plane = 0 }) {
  const [units, side] = SIZES[stage] ?? [0, 0];
  return unit < units && r < side && c < side && plane < (stage === "conv2" ? UNITS[1] : 1);
}

/** The place that was pressed in a stage's pictures: in picture n, at row r and column c. */
export function placeIn(stage, n, r, c) {
  const { maps, columns } = STAGES[stage];
  return maps ? { stage, unit: n, r, c } : { stage, unit: r * columns + c, r: 0, c: 0 };
}

/** A vector as a matrix of so many columns. @returns {Matrix} */
export function shapeOf(vector, columns) {
  return { h: vector.length / columns, w: columns, d: vector };
}
