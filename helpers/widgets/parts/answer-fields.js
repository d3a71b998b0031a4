/**
 * Fields in which a question is answered: a number, several, or options; and the verdict under them.
 *
 * @typedef {{elements: HTMLElement[], read: () => any, write: (given: any) => boolean, answer: () => {value: any} | null,
 *   ask: () => string}} Fields of a question: `read()` gives what stands in them, null for nothing; `write(given)` puts it there
 *   where it makes sense, null empties them; `answer()` is what is judged; `ask()` says what is missing
 */
import { h, setAttribute, uid } from "./dom.js";
import { parseNumber } from "../arithmetic/numbers.js";
import { say } from "../words/words.js";

/** Nodes for plain text in which `code` stands in backticks. @param {string} text */
export function prose(text) {
  return text.split("`").map((part, n) => (n % 2 ? h("code", {}, part) : part));
}

/** A field for one number, which keeps whatever is typed. */
export class NumberBox {
  /** @param {{edited: () => void, name?: string | null}} options a name is read aloud, where no label stands beside it */
  constructor({ edited, name = null }) {
    this.element = h("input", {
      type: "text",
      class: "cx-number",
      autocomplete: "off",
      "aria-label": name,
      oninput: () => {
        this.#mark(false);
        edited();
      },
    });
  }

  #mark(bad) {
    setAttribute(this.element, "aria-invalid", bad ? "true" : null);
  }

  get text() {
    return this.element.value.trim();
  }

  /** @param {string} text */
  write(text) {
    this.element.value = text;
    this.#mark(false);
  }

  /** The number, or why it is none; then it is marked. */
  parsed() {
    const parsed = parseNumber(this.element.value);
    this.#mark(!("value" in parsed));
    return parsed;
  }
}

/** One number, with its label. @param {{lang: string, label: string, edited: () => void}} options @returns {Fields} */
export function numberField({ lang, label, edited }) {
  const box = new NumberBox({ edited });
  const answer = () => {
    const number = box.parsed();
    return "value" in number ? number : null;
  };
  const ask = () => {
    const bad = box.parsed();
    return "value" in bad ? "" : say(lang, bad.key, bad.params);
  };
  const write = (text) => {
    if (text !== null && typeof text !== "string") return false;
    box.write(text ?? "");
    return true;
  };
  const element = h("label", { class: "answer-option" }, h("span", {}, ...prose(label)), box.element);
  return { elements: [element], read: () => box.text || null, write, answer, ask };
}

/**
 * Options, one or several of which are chosen; by their numbers.
 * @param {{type: "radio" | "checkbox", texts: string[], ask: string, edited: () => void}} options @returns {Fields}
 */
export function optionFields({ type, texts, ask, edited }) {
  const name = uid("option"), boxes = texts.map(() => h("input", { type, name, onchange: edited }));
  const elements = texts.map((text, n) =>
    h("label", { class: "answer-option" }, boxes[n], h("span", {}, ...prose(text)))
  );
  const chosen = () => boxes.flatMap((box, n) => (box.checked ? [n] : []));
  const read = () => (chosen().length ? chosen() : null);
  const write = (given) => {
    const wanted = given ?? [];
    if (
      !Array.isArray(wanted) || !wanted.every((n) => Number.isInteger(n) && n in boxes) ||
      (type === "radio" && wanted.length > 1)
    ) return false;
    boxes.forEach((box, n) => (box.checked = wanted.includes(n)));
    return true;
  };
  return { elements, read, write, answer: () => (read() ? { value: chosen() } : null), ask: () => ask };
}

/** What is said of an answer. */
export class Feedback {
  constructor() {
    this.element = h("div", { role: "status", class: "answer-feedback" });
  }

  /** Shows a verdict, or what is missing, or nothing. @param {boolean | null} right @param {string} head @param {string[]} texts */
  show(right, head, texts) {
    this.element.className = `answer-feedback ${right ? "answer-right" : "answer-wrong"}`;
    const verdict = right !== null || texts.length ? [h("strong", {}, head)] : [];
    this.element.replaceChildren(...verdict, ...texts.map((text) => h("p", {}, ...prose(text))));
  }
}
