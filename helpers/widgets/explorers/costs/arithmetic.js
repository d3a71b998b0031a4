/**
 * What networks cost by a reader's weights, and in which order they come. No DOM.
 *
 * @typedef {object} Compared
 * @property {string} key @property {string} title @property {number} side of its input @property {number} parameters
 * @property {number} multiply_adds @property {number} memory bytes @property {number} seconds
 * @property {number[] | null} accuracy after each epoch @property {number | null} spread of the last
 *
 * @typedef {object} Placed
 * @property {Compared} network @property {number} cost in times of the cheapest @property {number | null} accuracy at the epoch
 * @property {number | null} value accuracy in points, less the price of the cost
 * @property {string | null} beaten by: the title of one that costs no more and is no less accurate, and better in one of them
 */

/** What is weighed, in the order of the weights. @type {readonly ("parameters" | "multiply_adds" | "memory" | "seconds")[]} */
export const COSTS = ["parameters", "multiply_adds", "memory", "seconds"];

/**
 * Each network's cost: the weighted geometric mean of its ratios to the least of each kind, divided by the cheapest's.
 * @param {Compared[]} networks @param {number[]} weights not all 0
 */
export function costsOf(networks, weights) {
  const total = weights.reduce((a, b) => a + b);
  const logs = networks.map((one) =>
    COSTS.reduce((sum, kind, n) => sum + (weights[n] / total) * Math.log2(one[kind]), 0)
  );
  const least = Math.min(...logs);
  return logs.map((log) => 2 ** (log - least));
}

/**
 * The networks, best first; those without an accuracy come last, as they were.
 * @param {Compared[]} networks @param {{weights: number[], rate: number, epoch: number}} measure rate: points of accuracy
 *   that twice the cost must bring @returns {Placed[]}
 */
export function placed(networks, { weights, rate, epoch }) {
  const costs = costsOf(networks, weights);
  const all = networks.map((network, n) => {
    const { accuracy: curve } = network, accuracy = curve ? curve[Math.min(epoch, curve.length) - 1] : null;
    const value = accuracy === null ? null : 100 * accuracy - rate * Math.log2(costs[n]);
    return { network, cost: costs[n], accuracy, value, beaten: /** @type {string | null} */ (null) };
  });
  const known = all.filter(({ value }) => value !== null);
  for (const one of known) one.beaten = known.find((other) => beats(other, one))?.network.title ?? null;
  return [...known.sort((one, other) => other.value - one.value), ...all.filter(({ value }) => value === null)];
}

/** @param {{cost: number, accuracy: number}} one @param {{cost: number, accuracy: number}} other */
function beats(one, other) {
  const least = one.cost <= other.cost && one.accuracy >= other.accuracy;
  return least && (one.cost < other.cost || one.accuracy > other.accuracy);
}
