/**
 * What the receptive field explorer says: what an element sees, and each layer's recursion. No DOM.
 *
 * @import { Layer, LevelField, Paths, Place } from "./arithmetic.js"
 */
import { formatNumber } from "../../arithmetic/numbers.js";
import { say } from "../../words/words.js";
import { gaps, middleHalf, outside, seenIn, total } from "./arithmetic.js";

/** The name of a level. @param {string} lang @param {number} level */
export function levelName(lang, level) {
  return level ? say(lang, "field.layer", { layer: level }) : say(lang, "ui.input");
}

/** For each level, from the top, the first and the last element that is seen. @param {string} lang @param {number[][]} counts */
export function spans(lang, counts) {
  /** @param {number[]} seen */
  const span = (seen) => (seen.length ? `${seen[0]}–${seen[seen.length - 1]}` : say(lang, "field.none"));
  return counts.map((list, level) => `${levelName(lang, level)} ${span(seenIn(list))}`).reverse().join(", ");
}

/**
 * The recursion of layer n with its numbers.
 * @param {string} lang @param {Layer} layer @param {{sizes: number[], fields: LevelField[]}} found of all levels
 * @param {number} n @returns {string[]}
 */
export function recursion(lang, [k, s, p, d], { sizes, fields }, n) {
  const before = fields[n - 1], after = fields[n], number = formatNumber;
  return [
    say(lang, "field.elements", { size: sizes[n] }),
    `r = ${before.size} + ${d}·(${k} − 1)·${before.jump} = ${after.size}`,
    `j = ${before.jump}·${s} = ${after.jump}`,
    `c = ${number(before.centre)} + (${d}·(${k} − 1)/2 − ${p})·${before.jump} = ${number(after.centre)}`,
  ];
}

/**
 * What an element sees: the size and place of its field, what the border and the dilation take from it, its paths.
 * @param {string} lang @param {Place} at @param {LevelField} field of the level @param {Paths} seen @returns {string[]}
 */
export function fieldLines(lang, [level, element], { size, jump, centre }, { counts, lost }) {
  const input = counts[0], middle = centre + element * jump, reach = (size - 1) / 2;
  const [first, last] = [middle - reach, middle + reach];
  const place = { level: levelName(lang, level), element, size, first, last, centre: formatNumber(middle) };
  const lines = [say(lang, "field.sees", place)], cut = outside(first, last, input.length), never = gaps(input);
  if (cut) lines.push(say(lang, "field.cut", { count: cut }));
  if (never) lines.push(say(lang, "field.gaps", { count: never }));
  return [...lines, pathsLine(lang, input, total(lost))];
}

/**
 * How many paths come from the input, and how many of them from its middle.
 * @param {string} lang @param {number[]} input the paths of its elements @param {number} lost those from the padding
 */
function pathsLine(lang, input, lost) {
  const seen = seenIn(input).length;
  if (!seen) return say(lang, "field.blind");
  const params = { total: formatNumber(total(input)), half: middleHalf(input), seen };
  return say(lang, lost ? "field.paths_lost" : "field.paths", params);
}
