/**
 * The receptive field explorer's state as a link's parameters: n, l; and o, where the reader looks from. No DOM.
 *
 * @import { Field, View } from "../../state/link.js"
 * @import { Values } from "../../types.js"
 * @import { Place } from "./arithmetic.js"
 */
import { matrixFromText, matrixToText, placeView } from "../../state/link.js";
import { LEAST, levels, NUMBERS } from "./arithmetic.js";

/** @param {number} value @param {number} least @param {number} most */
const within = (value, least, most) => Number.isInteger(value) && value >= least && value <= most;

/**
 * The fields of the link, given the largest values.
 * @param {typeof import("./limits.json")} limits @returns {{n: Field<number>, l: Field<number[][]>}}
 */
export function receptiveFields(limits) {
  /** @param {number[]} layer */
  const isLayer = (layer) =>
    layer.length === LEAST.length && layer.every((value, n) => within(value, LEAST[n], limits[NUMBERS[n]]));
  /** @param {string} text */
  const readLayers = (text) => {
    const parsed = matrixFromText(text, limits.layers);
    return "value" in parsed && parsed.value.every(isLayer) ? parsed : null;
  };
  /** @param {string} text */
  const isSize = (text) => /^\d{1,2}$/.test(text) && within(Number(text), 1, limits.size);
  /** @param {string} text */
  const readSize = (text) => (isSize(text) ? { value: Number(text) } : null);
  return {
    n: { trait: "size", write: String, read: readSize },
    l: { trait: "layers", write: matrixToText, read: readLayers },
  };
}

/**
 * The level and the element that the reader looks from.
 * @param {{get: () => Place, usual: () => Place, take: (at: Place) => void}} what @returns {View<Place>}
 */
export function lookView({ get, usual, take }) {
  /** @param {Values} values */
  const counts = ({ size, layers }) => levels(size, layers);
  /** @param {Values} values */
  const most = (values) => [counts(values).length, Math.max(...counts(values))];
  const view = placeView({ get, usual, take, within: most });
  /** @type {View<Place>["read"]} */
  const read = (text, values) => {
    const parsed = view.read(text, values);
    return parsed && "value" in parsed && parsed.value[1] < counts(values)[parsed.value[0]] ? parsed : null;
  };
  return { ...view, read };
}
