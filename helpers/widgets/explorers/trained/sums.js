/**
 * The sums behind a network's numbers written out; a long one is folded: what its other products come to stands in their place.
 *
 * @import { Made } from "./explain.js"
 * @import { Place } from "./stages.js"
 *
 * @typedef {(Node | string)[]} Nodes
 * @typedef {(key: string, params?: Record<string, any>) => string} Word
 * @typedef {{lang: string, word: Word, at: Place, made: Made, whole: boolean, end: Nodes}} What is written, with `end` at its end
 * @typedef {(what: What) => [sum: Nodes, total: Nodes]} Write
 */
import { formatNumber } from "../../arithmetic/numbers.js";
import { h } from "../../parts/dom.js";
import { sum } from "../../parts/weighted-sum.js";
import { say } from "../../words/words.js";

/** Products that are written out of a folded sum; maps whose sums are. */
const FEW = 6, FEW_MAPS = 8;

/** @param {number} value */
const shown = (value) => (value < 0 ? `(${formatNumber(value)})` : formatNumber(value));
/** @param {number} value */
const result = (value) => h("span", { class: "cx-y" }, formatNumber(value));
/** @param {number[]} values */
const total = (values) => values.reduce((all, value) => all + value, 0);

/** Whether a number's sum is long enough to be folded. @param {Made} made */
export const folds = ({ terms }) => terms.length > FEW;

/**
 * What a number is made of, and where several maps are read, the sum of what they give.
 * @param {string} lang @param {Place} at @param {Made} made @param {boolean} whole all products are written out
 * @returns {[sum: Nodes, total: Nodes]}
 */
export function sums(lang, at, made, whole) {
  /** @type {Word} */
  const word = (key, params) => say(lang, key, params);
  const end = ending(word, at, made);
  if (made.left) return [[word("trained.left_out", { kind: made.layer.kind }), " ", ...end], []];
  /** @type {Write | undefined} */
  const how = { conv: convolved, fc: connected, pool: pooled, join: joined, lrn: normalised }[made.kind];
  return how ? how({ lang, word, at, made, whole, end }) : [[`${made.layer.kind} = `, ...end], []];
}

/** The number, what normalisation and activation make of it, and that it is off. @param {Word} word @param {Place} at @param {Made} made @returns {Nodes} */
function ending(word, { unit }, { before, chain, off }) {
  const steps = chain.flatMap((
    { kind, from, to },
    n,
  ) => [` ; ${kind}(${formatNumber(from)}) = `, n === chain.length - 1 ? result(to) : formatNumber(to)]);
  return [
    chain.length ? formatNumber(before) : result(before),
    ...steps,
    ...(off ? [` ; ${word("trained.off", { unit })}`] : []),
  ];
}

/** @param {number | null} bias @returns {Nodes} */
const offset = (bias) => (bias === null ? [] : [" + ", h("span", { class: "cx-b" }, shown(bias))]);

/** @type {Write} */
function convolved({ lang, word, at, made, whole, end }) {
  const { parts, plane, bias } = made, place = `[${at.r}, ${at.c}]`;
  if (!parts) return [[...products({ lang, word, made, whole }, `z${place}`), ...offset(bias), " = ", ...end], []];
  const written = [...products({ lang, word, made, whole }, `s${plane}${place}`), " = ", result(parts[plane])];
  const label = `z${place} = s0 + … + s${parts.length - 1}${bias === null ? "" : " + b"} = `;
  return [written, [label, ...addends(word, parts, plane), ...offset(bias), " = ", ...end]];
}

/** What each map gives, or the largest of them and the rest together. @param {Word} word @param {number[]} parts @param {number} plane @returns {Nodes} */
function addends(word, parts, plane) {
  const order = parts.map((_, n) => n);
  if (parts.length > FEW_MAPS) order.sort((a, b) => Math.abs(parts[b]) - Math.abs(parts[a]));
  const rest = order.slice(FEW_MAPS).map((n) => parts[n]);
  const nodes = order.slice(0, FEW_MAPS).flatMap((
    n,
    i,
  ) => [i ? " + " : "", h(n === plane ? "strong" : "span", { title: `s${n}` }, shown(parts[n]))]);
  return rest.length
    ? [...nodes, ` + ${word("trained.other_maps", { count: rest.length, sum: shown(total(rest)) })}`]
    : nodes;
}

/** @type {Write} */
const connected = (
  { lang, word, made, whole, end },
) => [[...products({ lang, word, made, whole }, "z"), ...offset(made.bias), " = ", ...end], []];

/** label = a·b + …, and what is not written out in one number. @param {Pick<What, "lang" | "word" | "made" | "whole">} what @param {string} label @returns {Nodes} */
function products({ lang, word, made: { terms, window }, whole }, label) {
  const most = whole ? terms.length : FEW, rest = terms.slice(most);
  const written = sum({ lang, label, terms: terms.slice(0, most), y: 0, most }).slice(0, -2); // without " = 0"
  if (!rest.length) return written;
  const together = shown(total(rest.map(({ a, b }) => a * b)));
  return [...written, ` + ${word(window ? "trained.others" : "trained.rest", { count: rest.length, sum: together })}`];
}

/** @type {Write} */
function pooled({ word, made: { layer, reads }, end }) {
  const largest = layer.kind.includes("Max");
  if (reads.length > 16) {
    return [[`${word(largest ? "trained.max_of" : "trained.mean_of", { count: reads.length })} = `, ...end], []];
  }
  return [[`${largest ? "max" : "mean"}(${reads.map(({ value }) => formatNumber(value)).join(", ")}) = `, ...end], []];
}

/** @type {Write} */
function joined({ word, made, end }) {
  if (made.branches) return [[`${made.branches.map(shown).join(" + ")} = `, ...end], []];
  return [[word("trained.from_branch", { n: made.branch, unit: made.own }), " ", ...end], []];
}

/** x / (k + α / n · Σ x²)^β with PyTorch's usual k = 1, α = 0.0001, β = 0.75. @type {Write} */
function normalised({ made: { layer, own, squares }, end }) {
  const summed = squares.map((value) => `${shown(value)}²`).join(" + ");
  return [[`${formatNumber(own)} / (1 + 0.0001/${layer.size}·(${summed}))^0.75 = `, ...end], []];
}
