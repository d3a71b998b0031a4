/**
 * The channel explorer's state as a link's parameters: x, k, g, p, s, d, b. No DOM.
 *
 * @import { Field } from "../../state/link.js"
 * @import { Values } from "../../types.js"
 */
import { matrixFromText, numberField, pairField, planesField } from "../../state/link.js";

/** The fields of the link, given the author's state, which says whether there are biases at all. @param {Values} author @param {typeof import("./limits.json")} limits */
export function channelFields(author, limits) {
  return {
    x: planesField("input", 1, limits.input, limits.channels),
    k: planesField("kernel", 2, limits.kernel, limits.channels),
    g: wholeField("groups", limits.channels),
    p: pairField("padding", 0, limits.padding),
    s: pairField("stride", 1, limits.stride),
    d: pairField("dilation", 1, limits.dilation),
    ...(author.bias === null ? {} : { b: biasField(limits.channels) }),
  };
}

/** A whole number from 1. */
const wholeField = (trait, most) =>
  numberField(trait, { refuse: (value) => !Number.isInteger(value) || value < 1 || value > most });

/** One number for each output channel. @param {number} most @returns {Field<number[]>} */
const biasField = (most) => ({
  trait: "bias",
  write: (bias) => bias.join(","),
  read: (text) => {
    const parsed = matrixFromText(text, most);
    return "value" in parsed && parsed.value.length === 1 ? { value: parsed.value[0] } : null;
  },
});

/** What follows from a link: as many biases as there are channels out. @param {Values} values @param {Values} patch @returns {Values} */
export function withBiases({ bias, kernel }, patch) {
  return bias === null || "bias" in patch ? {} : { bias: kernel.map((_, o) => bias[o] ?? 0) };
}
