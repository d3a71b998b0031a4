/**
 * Weighted sums written out with their numbers.
 *
 * @import { Matrix, Settings } from "../types.js"
 */
import { h } from "./dom.js";
import { formatNumber } from "../arithmetic/numbers.js";
import { at, taps } from "../arithmetic/ops.js";
import { say } from "../words/words.js";

const MOST_TERMS = 36;

const shown = (value) => (value < 0 ? `(${formatNumber(value)})` : formatNumber(value));

/**
 * @param {{lang: string, label: string, terms: {a: number, b: number, zero?: boolean}[], bias?: number | null, y: number, most?: number}} what
 *   each term is the product of a, an element of the input (or a zero of its padding), and b, its weight; at most `most` of them are written out
 * @returns {(Node | string)[]} label = a·b + … + bias = y
 */
export function sum({ lang, label, terms, bias = null, y, most = MOST_TERMS }) {
  /** @type {(Node | string)[]} */
  const nodes = [h("span", { class: "cx-lhs" }, `${label} = `)];
  terms.slice(0, most).forEach(({ a, b, zero }, n) => {
    if (n) nodes.push(" + ");
    nodes.push(
      h(
        "span",
        { class: "cx-term" },
        h("span", { class: zero ? "cx-x cx-zero" : "cx-x" }, shown(a)),
        "·",
        h("span", { class: "cx-k" }, shown(b)),
      ),
    );
  });
  if (terms.length > most) nodes.push(` + ${say(lang, "ui.more_terms", { count: terms.length - most })}`);
  if (bias !== null) nodes.push(" + ", h("span", { class: "cx-b" }, shown(bias)));
  nodes.push(" = ", h("span", { class: "cx-y" }, formatNumber(y)));
  return nodes;
}

/**
 * The products behind one element of a cross-correlation of x with k; k as it is laid on the window.
 * @param {Matrix} x @param {Matrix} k @param {Settings} settings @param {number} i @param {number} j
 */
export function products(x, k, settings, i, j) {
  return taps(i, j, k, settings).map(({ u, v, r, c }) => ({
    a: at(x, r, c),
    b: k.d[u * k.w + v],
    zero: r < 0 || c < 0 || r >= x.h || c >= x.w,
  }));
}

/** Shows nodes in a live region, which speaks only where the text is new. @param {HTMLElement} element @param {(Node | string)[]} nodes */
export function showSum(element, nodes) {
  const text = nodes.map((node) => (typeof node === "string" ? node : node.textContent)).join("");
  if (text !== element.textContent) element.replaceChildren(...nodes);
}
