/**
 * The network explorer's state as a link's parameters: x, the input's shape; n, the batch; l, the layers. No DOM.
 *
 * @import { Field } from "../../state/link.js"
 */
import { LIMITS } from "./items.js";
import { layersFromText, layersToText } from "./notation.js";

/** Whole numbers from 1 on, apart by commas, as many as there are bounds; or null. @param {string} text @param {number[]} bounds */
function wholes(text, bounds) {
  const parts = text.split(",");
  const fits = (part, n) => /^\d{1,5}$/.test(part) && Number(part) >= 1 && Number(part) <= bounds[n];
  return parts.length === bounds.length && parts.every(fits) ? parts.map(Number) : null;
}

/** @returns {Field<number[]>} */
function shapeField() {
  const read = (text) => {
    const value = wholes(text, [LIMITS.channels, LIMITS.side, LIMITS.side]);
    return value && { value };
  };
  return { trait: "input_shape", write: String, read };
}

/** @returns {Field<number>} */
function batchField() {
  const read = (text) => {
    const value = wholes(text, [LIMITS.batch]);
    return value && { value: value[0] };
  };
  return { trait: "batch", write: String, read };
}

/** The fields of the link. */
export function networkFields() {
  return {
    x: shapeField(),
    n: batchField(),
    l: { trait: "layers", write: layersToText, read: layersFromText },
  };
}
