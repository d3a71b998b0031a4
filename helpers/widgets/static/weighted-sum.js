/** The weighted sum behind one output element, written out with its numbers. */
import { h } from "./dom.js";
import { formatNumber } from "./numbers.js";
import { at, taps } from "./ops.js";
import { say } from "./words.js";

const MOST_TERMS = 36;

const shown = (value) => (value < 0 ? `(${formatNumber(value)})` : formatNumber(value));

/**
 * @param {{lang: string, x: object, k: object, settings: object, bias: number | null, i: number, j: number, y: number}} what
 *   k is the kernel as it is laid on the window (flipped already, where it is to be)
 * @returns {Node[]} Y[i, j] = x·k + … = y
 */
export function weightedSum({ lang, x, k, settings, bias, i, j, y }) {
  const nodes = [h("span", { class: "cx-lhs" }, `Y[${i}, ${j}] = `)];
  const terms = taps(i, j, k, settings);
  terms.slice(0, MOST_TERMS).forEach(({ u, v, r, c }, n) => {
    if (n) nodes.push(" + ");
    const inside = r >= 0 && c >= 0 && r < x.h && c < x.w;
    nodes.push(h("span", { class: "cx-term" },
      h("span", { class: inside ? "cx-x" : "cx-x cx-zero" }, shown(at(x, r, c))), "·", h("span", { class: "cx-k" }, shown(k.d[u * k.w + v]))));
  });
  if (terms.length > MOST_TERMS) nodes.push(` + ${say(lang, "ui.more_terms", { count: terms.length - MOST_TERMS })}`);
  if (bias !== null) nodes.push(" + ", h("span", { class: "cx-b" }, shown(bias)));
  nodes.push(" = ", h("span", { class: "cx-y" }, formatNumber(y)));
  return nodes;
}
