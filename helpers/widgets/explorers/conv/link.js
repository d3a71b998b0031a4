/** The convolution explorer's state as a link's parameters: x, k, p, s, d, b, f. No DOM. */
import { matrixField, numberField, pairField, switchField } from "../../state/link.js";

/** The fields of the link, given the author's state, which says whether there are a bias and a switch at all. @param {import("../../types.js").Values} author @param {typeof import("./limits.json")} limits */
export function convFields(author, limits) {
  return {
    x: matrixField("input", limits.input),
    k: matrixField("kernel", limits.kernel),
    p: pairField("padding", 0, limits.padding),
    s: pairField("stride", 1, limits.stride),
    d: pairField("dilation", 1, limits.dilation),
    ...(author.bias === null ? {} : { b: numberField("bias") }),
    ...(author.flip === null ? {} : { f: switchField("flip") }),
  };
}
