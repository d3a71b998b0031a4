/**
 * Numbers as a reader types them and as a page shows them. No DOM.
 *
 * @import { Refusal } from "../types.js"
 */

const DECIMAL = /^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/;
const FRACTION = /^([^/]+)\/([^/]+)$/;

/** A text with the full-width forms that an input method types (２, －, ．, ／) made ordinary. Nothing else changes, so ² stays no digit. */
export const halfWidth = (text) => text.replace(/[\uff01-\uff5e]/g, (form) => form.normalize("NFKC"));

const plain = (text) => halfWidth(text.trim()).replaceAll("\u2212", "-");

/**
 * The number that a text stands for, or why it stands for none.
 * Takes decimals (2, -0.5, .25, 1e-3) and fractions (1/9); the minus sign may be U+2212, and all of it full-width.
 * @param {string} text
 * @returns {{value: number} | Refusal}
 */
export function parseNumber(text) {
  const value = plain(text);
  if (value === "") return { key: "ui.bad.empty", params: {} };
  if (/[,\u3001]/.test(value)) return { key: "ui.bad.comma", params: { value: text.trim() } };
  if (DECIMAL.test(value)) return finite(Number(value), text);
  const parts = FRACTION.exec(value)?.slice(1).map((part) => part.trim());
  if (parts?.every((part) => DECIMAL.test(part)) && Number(parts[1]) !== 0) {
    return finite(Number(parts[0]) / Number(parts[1]), text);
  }
  return { key: "ui.bad.number", params: { value: text.trim() } };
}

function finite(number, text) {
  return Number.isFinite(number) ? { value: number } : { key: "ui.bad.infinite", params: { value: text.trim() } };
}

/**
 * The whole number that a text stands for, or why it stands for none.
 * @param {string} text @param {string} name of the setting, for the message
 * @returns {{value: number} | Refusal}
 */
export function parseWhole(text, name, minimum, maximum) {
  const value = plain(text);
  if (!/^[+-]?\d+$/.test(value)) return { key: "ui.bad.whole", params: { name, value: text.trim(), minimum, maximum } };
  const number = Number(value);
  if (number < minimum) return { key: "shapes.at_least", params: { name, minimum, value: number } };
  if (number > maximum) return { key: "shapes.at_most", params: { name, maximum, value: number } };
  return { value: number };
}

/**
 * A block of numbers from the clipboard: rows in lines, columns apart by tabs or spaces, or a nested list [[1, 2], [3, 4]].
 * @param {string} text
 * @returns {{rows: number[][]} | Refusal}
 */
export function parseBlock(text) {
  const rows = split(text.trim());
  const ragged = rows.findIndex((row) => row.length !== rows[0].length);
  if (ragged > 0) {
    return { key: "ui.bad.ragged", params: { first: rows[0].length, row: ragged + 1, count: rows[ragged].length } };
  }
  const numbers = [];
  for (const row of rows) {
    const line = [];
    for (const cell of row) {
      const parsed = parseNumber(cell);
      if (!("value" in parsed)) return parsed;
      line.push(parsed.value);
    }
    numbers.push(line);
  }
  return { rows: numbers };
}

function split(text) {
  const list = /^(?:tensor|array)?\(?\s*(\[[\s\S]*\])\s*\)?$/.exec(text);
  if (!list) {
    return text.split(/\r?\n/).map((line) => (line.includes("\t") ? line.split("\t") : line.trim().split(/\s+/)));
  }
  const inner = list[1].slice(1, -1).trim();
  const rows = inner.startsWith("[") ? inner.slice(1).replace(/\]\s*,?$/, "").split(/\]\s*,\s*\[/) : [inner];
  return rows.map((row) => row.replace(/,\s*$/, "").split(","));
}

/**
 * A number for a cell: at most 4 decimals, powers of ten where those would not do, a true minus sign.
 * helpers/widgets/numbers.py writes stored tables by the same rule.
 * @param {number} v
 */
export function formatNumber(v) {
  if (Number.isNaN(v)) return "NaN";
  if (!Number.isFinite(v)) return v > 0 ? "∞" : "\u2212∞";
  const size = Math.abs(v);
  let text;
  if (size >= 1e7 || (size > 0 && size < 5e-5)) {
    const [digits, power] = v.toExponential(3).split("e");
    text = `${trim(digits)}e${Number(power)}`;
  } else text = trim(v.toFixed(4));
  return text.replaceAll("-", "\u2212");
}

function trim(digits) {
  const text = digits.replace(/\.?0+$/, "");
  return text === "-0" ? "0" : text;
}
