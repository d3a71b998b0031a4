/**
 * A widget's state as part of an address: #ID?x=0,1;2,3&k=1,-1&p=1,0&s=2. No DOM.
 *
 * A widget describes its link as {name: field}. A field is {trait, write, read}: `write(value)` gives the text,
 * `read(text)` gives {value}, or anything else where the text makes no sense.
 *
 * @import { Pair, Refusal, Values } from "../types.js"
 */

/**
 * @template T
 * @typedef {{trait: string, write: (value: T) => string | null, read: (text: string) => {value: T} | Refusal | null}} Field
 */

/**
 * @template T
 * @typedef {{write: () => string | null, read: (text: string, values: Values) => {value: T} | Refusal | null, take: (value: T) => void}} View
 */
import { parseNumber } from "../arithmetic/numbers.js";

/** The part of a location's hash before "?" and the parameters after it, or null where there is no "?". */
export function splitHash(hash) {
  const mark = hash.indexOf("?");
  if (!hash.startsWith("#") || mark < 0) return null;
  return { id: decode(hash.slice(1, mark)), parameters: new URLSearchParams(hash.slice(mark + 1)) };
}

function decode(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** @param {string} id @param {Record<string, string>} parameters */
export function joinHash(id, parameters) {
  const query = Object.entries(parameters).map(([name, value]) =>
    `${name}=${encodeURIComponent(value).replace(/%2C/g, ",").replace(/%3B/g, ";")}`
  );
  return `#${encodeURIComponent(id)}?${query.join("&")}`;
}

/** @param {number[][]} rows */
export function matrixToText(rows) {
  return rows.map((row) => row.join(",")).join(";");
}

/**
 * @param {string} text rows apart by ";", values by "," @param {number} maximum
 * @returns {{value: number[][]} | Refusal}
 */
export function matrixFromText(text, maximum) {
  const rows = text.split(";").map((row) => row.split(","));
  const ragged = rows.findIndex((row) => row.length !== rows[0].length);
  if (ragged > 0) {
    return { key: "ui.bad.ragged", params: { first: rows[0].length, row: ragged + 1, count: rows[ragged].length } };
  }
  if (rows.length > maximum || rows[0].length > maximum) {
    return { key: "ui.bad.too_many", params: { h: rows.length, w: rows[0].length, maximum } };
  }
  const value = [];
  for (const row of rows) {
    const numbers = [];
    for (const cell of row) {
      const parsed = parseNumber(cell);
      if (!("value" in parsed)) return parsed;
      numbers.push(parsed.value);
    }
    value.push(numbers);
  }
  return { value };
}

/** @param {Pair} pair */
export function pairToText(pair) {
  return pair[0] === pair[1] ? String(pair[0]) : pair.join(",");
}

/**
 * @param {string} text one whole number, or two for rows and columns
 * @returns {{value: Pair} | null} null where the text is neither
 */
export function pairFromText(text) {
  const parts = text.split(",");
  if (parts.length > 2 || !parts.every((part) => /^-?\d{1,6}$/.test(part))) return null;
  return { value: [Number(parts[0]), Number(parts[parts.length - 1])] };
}

/** A field that holds a matrix of at most maximum×maximum numbers. @param {string} trait @param {number} maximum @returns {Field<number[][]>} */
export const matrixField = (trait, maximum) => ({
  trait,
  write: matrixToText,
  read: (text) => matrixFromText(text, maximum),
});

/** Separators of what is deeper than a matrix: output channels, then input channels. */
const DEEPER = ["/", "|"];

const deepToText = (
  value,
  separators,
) => (separators.length
  ? value.map((part) => deepToText(part, separators.slice(1))).join(separators[0])
  : matrixToText(value));

/**
 * The matrices of a deep text, or null; every part must have the same shape.
 * @param {string} text @param {string[]} separators @returns {{value: any[]} | Refusal | null}
 */
function deepFromText(text, separators, maximum, most) {
  if (separators.length === 0) return matrixFromText(text, maximum);
  const parts = text.split(separators[0]);
  if (parts.length > most) return null;
  const read = parts.map((part) => deepFromText(part, separators.slice(1), maximum, most));
  const shape = (part) => (Array.isArray(part) ? [part.length, ...shape(part[0])] : []);
  const values = read.map((part) => (part && "value" in part ? part.value : null));
  return values.every((value) => value && String(shape(value)) === String(shape(values[0]))) ? { value: values } : null;
}

/** A field that holds a list of matrices (depth 1) or a list of such lists (depth 2), at most `most` in each list. @param {string} trait @returns {Field<any[]>} */
export const planesField = (trait, depth, maximum, most) => ({
  trait,
  write: (value) => deepToText(value, DEEPER.slice(-depth)),
  read: (text) => deepFromText(text, DEEPER.slice(-depth), maximum, most),
});

/** The most pixels, of all planes together, that a link holds: mail and chat programs cut off longer ones. */
const MOST_PIXELS = 4096;

/**
 * A field that holds a picture of whole levels from 0 to 255, one plane of rows or several: "28x30.", and a byte for each
 * level in base64url. What is larger, or is no picture of such levels, is not written.
 * @param {string} trait @param {number} count of planes; 0 for a picture that is a plane itself @returns {Field<any[]>}
 */
export const pictureField = (trait, count = 0) => ({
  trait,
  write: (value) => pictureToText(count ? value : [value]),
  read: (text) => pictureFromText(text, count),
});

function pictureToText(planes) {
  const levels = planes.flat(2), { length: h } = planes[0], { length: w } = planes[0][0];
  if (levels.length > MOST_PIXELS || !levels.every((level) => Number.isInteger(level) && level >= 0 && level <= 255)) {
    return null;
  }
  const code = btoa(String.fromCharCode(...levels));
  return `${h}x${w}.${code.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "")}`;
}

function pictureFromText(text, count) {
  const [, rows, columns, code] = /^([1-9]\d{0,3})x([1-9]\d{0,3})\.([\w-]+)$/.exec(text) ?? [];
  const h = Number(rows), w = Number(columns), total = h * w * (count || 1);
  if (!code || total > MOST_PIXELS || code.length !== Math.ceil((total * 4) / 3)) return null;
  const bytes = atob(code.replaceAll("-", "+").replaceAll("_", "/"));
  const plane = (n) =>
    Array.from({ length: h }, (_, r) => Array.from({ length: w }, (_, c) => bytes.charCodeAt((n * h + r) * w + c)));
  return { value: count ? Array.from({ length: count }, (_, n) => plane(n)) : plane(0) };
}

/** A field that holds rows and columns from minimum to maximum. @param {string} trait @returns {Field<Pair>} */
export const pairField = (trait, minimum, maximum) => ({
  trait,
  write: pairToText,
  read: (text) => {
    const parsed = pairFromText(text);
    return parsed?.value.every((value) => value >= minimum && value <= maximum) ? parsed : null;
  },
});

/**
 * A field that holds any number that is not refused, or nothing at all where `none` is allowed.
 * @param {string} trait @param {{none?: boolean, refuse?: (value: number) => boolean}} [options] @returns {Field<number | null>}
 */
export const numberField = (trait, { none = false, refuse = () => false } = {}) => ({
  trait,
  write: (value) => (value === null ? "" : String(value)),
  read: (text) => {
    const parsed = none && text === "" ? { value: null } : parseNumber(text);
    return "value" in parsed && refuse(parsed.value) ? null : parsed;
  },
});

/** A field that is on or off. @param {string} trait @returns {Field<boolean>} */
export const switchField = (trait) => ({
  trait,
  write: (on) => (on ? "1" : "0"),
  read: (text) => (["0", "1"].includes(text) ? { value: text === "1" } : null),
});

/**
 * What a reader looks at, as part of a link. A view is {name: {write, read, take}}: `write()` gives the text, or null
 * where it is as the author left it; `read(text, values)` gives {value}, or anything else where it makes no sense for the values
 * that the link sets; `take(value)` puts it in place.
 */

/**
 * A place, such as the output's row and column.
 * @template {[number, ...number[]]} P
 * @param {{get: () => P, usual: () => P, within: (values: Values) => number[], take: (place: P) => void}} what within gives how many there are of each
 * @returns {View<P>}
 */
export const placeView = ({ get, usual, within, take }) => ({
  take,
  write: () => (String(get()) === String(usual()) ? null : get().join(",")),
  read: (text, values) => placeFromText(text, within(values)),
});

/**
 * A place in a text, as many numbers as there are bounds, each less than its bound; or null.
 * @template {[number, ...number[]]} P @param {string} text @param {number[]} most @returns {{value: P} | null}
 */
export function placeFromText(text, most) {
  const value = /** @type {any} */ (text.split(",").map((part) => (/^\d{1,5}$/.test(part) ? Number(part) : NaN)));
  return value.length === most.length && value.every((n, i) => n < most[i]) ? { value } : null;
}

/**
 * One of several words; the first is the usual one.
 * @template {string} W @param {{get: () => W, options: readonly W[], take: (word: W) => void}} what @returns {View<W>}
 */
export const choiceView = ({ get, options, take }) => ({
  take,
  write: () => (get() === options[0] ? null : get()),
  read: (text) => {
    const value = options.find((word) => word === text);
    return value === undefined ? null : { value };
  },
});

/** On, or usually off. @param {{get: () => boolean, take: (on: boolean) => void}} what @returns {View<boolean>} */
export const switchView = ({ get, take }) => ({
  take,
  write: () => (get() ? "1" : null),
  read: (text) => (["0", "1"].includes(text) ? { value: text === "1" } : null),
});

/** The parameters that tell a view from the author's. @param {Record<string, View<any>>} view @returns {Record<string, string>} */
export function viewToLink(view) {
  const parameters = Object.entries(view).map(([name, { write }]) => [name, write()]);
  return Object.fromEntries(parameters.filter(([, text]) => text !== null));
}

/**
 * @param {Record<string, View<any>>} view @param {URLSearchParams} parameters @param {Values} values a possible state, to which the view belongs
 * @returns {{put: (() => void)[], refusals: Refusal[]}} what puts the view in place, and what the link says wrongly
 */
export function viewFromLink(view, parameters, values) {
  const put = [], refusals = [];
  for (const [name, { read, take }] of Object.entries(view)) {
    if (!parameters.has(name)) continue;
    const parsed = read(parameters.get(name), values);
    if (parsed && "value" in parsed) put.push(() => take(parsed.value));
    else refusals.push(nonsense(name, parameters.get(name)));
  }
  return { put, refusals };
}

/** @param {string} name @param {string} text @returns {Refusal} */
const nonsense = (name, text) => ({
  key: "ui.bad.link_value",
  params: { name, value: text.length > 60 ? `${text.slice(0, 60)}…` : text },
});

/**
 * The parameters that tell a state from the author's.
 * @param {Record<string, Field<any>>} fields @param {Values} values @param {Values} author
 */
export function toLink(fields, values, author) {
  /** @type {Record<string, string>} */
  const parameters = {};
  for (const [name, { trait, write }] of Object.entries(fields)) {
    const now = write(values[trait]);
    if (now !== null && now !== write(author[trait])) parameters[name] = now;
  }
  return parameters;
}

/**
 * @param {Record<string, Field<any>>} fields @param {URLSearchParams} parameters unknown names are ignored
 * @returns {{patch: Values, refusals: Refusal[]}} traits that the link sets, and what it says wrongly
 */
export function fromLink(fields, parameters) {
  const patch = {}, refusals = [];
  for (const [name, { trait, read }] of Object.entries(fields)) {
    if (!parameters.has(name)) continue;
    const text = parameters.get(name), parsed = read(text);
    if (parsed && "value" in parsed) patch[trait] = parsed.value;
    else refusals.push(nonsense(name, text));
  }
  return { patch, refusals };
}
