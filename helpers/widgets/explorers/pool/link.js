/** The pooling explorer's state as a link's parameters: x, m, k, s, p, d, c, i. No DOM. */
import { matrixField, pairField, switchField } from "../../state/link.js";

const MODES = ["max", "avg"];

/** The fields of the link, given the largest values. @param {typeof import("./limits.json")} limits */
export function poolFields(limits) {
  return {
    x: matrixField("input", limits.input),
    m: { trait: "mode", write: String, read: (text) => (MODES.includes(text) ? { value: text } : null) },
    k: pairField("kernel_size", 1, limits.kernel_size),
    s: pairField("stride", 1, limits.stride),
    p: pairField("padding", 0, limits.padding),
    d: pairField("dilation", 1, limits.dilation),
    c: switchField("ceil_mode"),
    i: switchField("count_include_pad"),
  };
}
