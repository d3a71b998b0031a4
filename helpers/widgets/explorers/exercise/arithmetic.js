/**
 * What a check says of an answer: answers.py says the same, and tells what the hashes are good for. No DOM.
 *
 * @import { Refusal } from "../../types.js"
 *
 * @typedef {{kind: "number" | "whole" | "shape" | "matrix" | "choice", label: string, salt: string, right: string,
 *   wrong: {hash: string, text: string}[], otherwise?: string, decimals?: number, length?: number, rows?: number,
 *   columns?: number, largest?: [number, number], options?: Record<string, string>}} Declared exercise, as Python has it
 * @typedef {number | string | boolean | null | any[]} Value as JSON knows it
 */
import { formatNumber } from "../../arithmetic/numbers.js";
import { sha256 } from "../../arithmetic/sha256.js";

const LARGEST = Number.MAX_SAFE_INTEGER;

/** What is as near to a whole number as this counts as one. */
const NEAR = 1e-4;

/** A value is shown with at most so many letters. */
const BRIEF = 40;

/** Whether an answer is right, and if not, what to say: a text, or something to say. @param {Declared} exercise @param {Value} value
 * @returns {{right: boolean, told: string | Refusal | null}} */
export function judged(exercise, value) {
  const text = canonical(exercise, value);
  if (typeof text !== "string") return { right: false, told: text };
  const found = sha256(`${exercise.salt}:${text}`);
  if (found === exercise.right) return { right: true, told: null };
  const known = exercise.wrong.find((wrong) => wrong.hash === found);
  return { right: false, told: known?.text ?? exercise.otherwise ?? refused("exercise.otherwise") };
}

/** The one text of all answers that are equal, or why a value cannot be an answer. @param {Declared} exercise @param {Value} value @returns {string | Refusal} */
export function canonical(exercise, value) {
  if (exercise.kind === "choice") return option(exercise, value);
  if (exercise.kind === "matrix") return matrix(exercise, value);
  if (exercise.kind === "shape") return shape(exercise, value);
  return single(exercise, value);
}

/** @returns {Refusal} */
const refused = (key, params = {}) => ({ key, params });

/** @param {any} value */
function shown(value) {
  const text = [...inFull(value)];
  return text.length <= BRIEF ? text.join("") : `${text.slice(0, BRIEF - 1).join("")}…`;
}

/** @param {any} value @returns {string} */
function inFull(value) {
  if (Array.isArray(value)) return `(${value.map(inFull).join(", ")})`;
  if (typeof value === "number") return formatNumber(value);
  if (typeof value === "string") return `"${value}"`;
  return { true: "True", false: "False" }[String(value)] ?? "None";
}

const finite = (value) => typeof value === "number" && Math.abs(value) <= LARGEST;

/** A number counted in units of its last decimal place, halves up. @param {number} value @param {number} decimals @returns {string | Refusal} */
function rounded(value, decimals) {
  const power = Number(`1e${Math.abs(decimals)}`); // 10 ** n is not exact in every engine
  const count = Math.floor((decimals >= 0 ? value * power : value / power) + 0.5);
  return Math.abs(count) > LARGEST ? refused("exercise.bad.large", { given: shown(value) }) : String(count);
}

/** The whole number that a value is, or null. @param {any} value */
function whole(value) {
  const count = finite(value) ? Math.floor(value + 0.5) : NaN;
  return Math.abs(value - count) <= NEAR ? count : null;
}

/** @param {Declared} exercise @param {any} value @returns {string | Refusal} */
function single(exercise, value) {
  const given = shown(value);
  if (typeof value !== "number") return refused("exercise.bad.number", { given });
  if (!finite(value)) return refused(Number.isFinite(value) ? "exercise.bad.large" : "exercise.bad.finite", { given });
  if (exercise.kind === "number") return rounded(value, exercise.decimals);
  const count = whole(value);
  return count === null ? refused("exercise.bad.whole", { given }) : String(count);
}

/** @param {Declared} exercise @param {any} value @returns {string | Refusal} */
function shape(exercise, value) {
  if (!Array.isArray(value) || value.length !== exercise.length) {
    return refused("exercise.bad.shape", { count: exercise.length, given: shown(value) });
  }
  const counts = value.map(whole);
  const bad = counts.findIndex((count) => count === null || count < 0);
  return bad < 0 ? counts.join(",") : refused("exercise.bad.part", { given: shown(value[bad]) });
}

/** @param {Declared} exercise @param {any} value @returns {string | Refusal} */
function matrix(exercise, value) {
  const rows = Array.isArray(value) && value.every(Array.isArray) ? value : [];
  if (!rows[0]?.length || rows.some((row) => row.length !== rows[0].length)) {
    return refused("exercise.bad.matrix", { given: shown(value) });
  }
  const { largest, rows: asked, columns } = exercise, h = rows.length, w = rows[0].length;
  if (largest && (h > largest[0] || w > largest[1])) {
    return refused("exercise.bad.largest", { rows: largest[0], columns: largest[1], h, w });
  }
  if (!largest && (h !== asked || w !== columns)) return refused("exercise.bad.size", { rows: asked, columns, h, w });
  for (const [i, row] of rows.entries()) {
    const j = row.findIndex((item) => !finite(item));
    if (j >= 0) return refused("exercise.bad.element", { row: i + 1, column: j + 1, given: shown(row[j]) });
  }
  const texts = rows.map((row) => row.map((item) => rounded(item, exercise.decimals)));
  return texts.flat().find((text) => typeof text !== "string") ?? texts.map((row) => row.join(",")).join(";");
}

/** @param {Declared} exercise @param {any} value @returns {string | Refusal} */
function option(exercise, value) {
  const name = typeof value === "string" ? value.trim().toLowerCase() : null;
  if (name !== null && Object.hasOwn(exercise.options, name)) return name;
  const options = Object.keys(exercise.options).map((known) => `"${known}"`).join(", ");
  return refused("exercise.bad.option", { options, given: shown(value) });
}
