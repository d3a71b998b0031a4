/** The receptive field explorer's state as a link's parameters: n, l; and o, where the reader looks from. No DOM. */
import { matrixFromText, matrixToText, placeView } from "../../state/link.js";
import { LEAST, NUMBERS, sizes } from "./arithmetic.js";

const within = (value, least, most) => Number.isInteger(value) && value >= least && value <= most;

/** The fields of the link, given the largest values. */
export function receptiveFields(limits) {
  const isLayer = (layer) =>
    layer.length === LEAST.length && layer.every((value, n) => within(value, LEAST[n], limits[NUMBERS[n]]));
  const readLayers = (text) => {
    const parsed = matrixFromText(text, limits.layers);
    return "value" in parsed && parsed.value.every(isLayer) ? parsed : null;
  };
  const isSize = (text) => /^\d{1,2}$/.test(text) && within(Number(text), 1, limits.size);
  const readSize = (text) => (isSize(text) ? { value: Number(text) } : null);
  return {
    n: { trait: "size", write: String, read: readSize },
    l: { trait: "layers", write: matrixToText, read: readLayers },
  };
}

/**
 * The level and the element that the reader looks from.
 * @param {{get: () => number[], usual: () => number[], take: (at: number[]) => void}} what
 */
export function lookView({ get, usual, take }) {
  const levels = ({ size, layers }) => sizes(size, layers).sizes;
  const most = (values) => [levels(values).length, Math.max(...levels(values))];
  const view = placeView({ get, usual, take, within: most });
  const read = (text, values) => {
    const parsed = view.read(text, values);
    return parsed && parsed.value[1] < levels(values)[parsed.value[0]] ? parsed : null;
  };
  return { ...view, read };
}
