/** The sums behind LeNet's numbers written out; a long one is folded: what its other products come to stands in their place. */
import { formatNumber } from "../../arithmetic/numbers.js";
import { h } from "../../parts/dom.js";
import { sum } from "../../parts/weighted-sum.js";
import { say } from "../../words/words.js";
import { LAST, STAGES } from "./stages.js";

/** Products that are written out of a folded sum. */
const FEW = 6;

const shown = (value) => (value < 0 ? `(${formatNumber(value)})` : formatNumber(value));
const result = (value) => h("span", { class: "cx-y" }, formatNumber(value));
const offset = (bias) => h("span", { class: "cx-b" }, shown(bias));

/** Whether a number's sum is long enough to be folded. */
export const folds = ({ terms }) => terms.length > FEW;

/**
 * The sum behind a number, and where several maps are read, the sum of what they give.
 * @param {string} lang @param {{stage: string, r: number, c: number}} at @param {import("./engine.js").Made} made @param {boolean} whole all products are written out
 * @returns {[Node[], Node[]]}
 */
export function sums(lang, at, made, whole) {
  const { kind } = STAGES[at.stage], { bias, before } = made;
  if (kind === "pooling") return [[`max(${made.reads.map(({ value }) => formatNumber(value)).join(", ")}) = `, result(made.after)], []];
  const end = [" = ", ...activated(at.stage, before, made.after)], place = `[${at.r}, ${at.c}]`;
  if (!made.parts) return [[...products(lang, kind === "connected" ? "z" : `z${place}`, made, whole), " + ", offset(bias), ...end], []];
  const { parts, plane } = made;
  const addends = parts.flatMap((part, n) => [n ? " + " : "", h(n === plane ? "strong" : "span", {}, shown(part))]);
  return [
    [...products(lang, `s${plane}${place}`, made, whole), " = ", result(parts[plane])],
    [`z${place} = s0 + … + s${parts.length - 1} + b = `, ...addends, " + ", offset(bias), ...end],
  ];
}

/** A number before its activation, and after it where there is one. */
function activated(stage, before, after) {
  return stage === LAST ? [result(before)] : [`${formatNumber(before)} ; ReLU(${formatNumber(before)}) = `, result(after)];
}

/** label = a·b + …, and what is not written out in one number. */
function products(lang, label, { terms, window }, whole) {
  const most = whole ? terms.length : FEW, rest = terms.slice(most);
  const written = sum({ lang, label, terms: terms.slice(0, most), y: 0, most }).slice(0, -2); // without " = 0"
  if (!rest.length) return written;
  const total = rest.reduce((all, { a, b }) => all + a * b, 0);
  return [...written, ` + ${say(lang, window ? "lenet.others" : "lenet.rest", { count: rest.length, sum: shown(total) })}`];
}
