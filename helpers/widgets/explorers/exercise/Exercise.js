/**
 * An exercise whose answer is a number, a shape, a small matrix or a choice: answered and checked in the page.
 *
 * @import { Fields } from "../../parts/answer-fields.js"
 * @import { Model } from "../../types.js"
 * @import { Declared } from "./arithmetic.js"
 */
import { Feedback, NumberBox, numberField, optionFields } from "../../parts/answer-fields.js";
import { h } from "../../parts/dom.js";
import { SpinField } from "../../parts/fields.js";
import { region } from "../../parts/frame.js";
import { QuizMemory } from "../../state/quiz-memory.js";
import { learn, say } from "../../words/words.js";
import { judged } from "./arithmetic.js";
import words from "./words.json" with { type: "json" };

learn(words);

/** @typedef {{lang: string, exercise: Declared, edited: () => void}} Wanted of fields */

/**
 * Boxes in rows; what they hold is judged as rows of numbers.
 * @param {string} lang @param {() => NumberBox[][]} boxes those there are now
 */
function answerOf(lang, boxes) {
  const answer = () => {
    /** @type {number[][]} */
    const value = [];
    for (const row of boxes()) {
      value.push([]);
      for (const one of row.map((box) => box.parsed())) {
        if (!("value" in one)) return null;
        value.at(-1).push(one.value);
      }
    }
    return { value };
  };
  const ask = () => {
    const all = boxes().flat();
    if (all.some((box) => !box.text)) return say(lang, "exercise.empty");
    for (const one of all.map((box) => box.parsed())) if (!("value" in one)) return say(lang, one.key, one.params);
    return "";
  };
  return { answer, ask };
}

/** What stands in boxes, row by row; null where all are empty. @param {NumberBox[][]} boxes */
function textsOf(boxes) {
  const texts = boxes.map((row) => row.map((box) => box.text));
  return texts.flat().some(Boolean) ? texts : null;
}

/** Whether a value is rows of texts, as many as there may be. @param {any} given @param {[number, number]} most */
function areTexts(given, [rows, columns]) {
  return Array.isArray(given) && given.length >= 1 && given.length <= rows &&
    given.every((row) =>
      Array.isArray(row) && row.length === given[0].length && row.length >= 1 && row.length <= columns &&
      row.every((text) => typeof text === "string")
    );
}

/** The numbers of a shape, in a row. @param {Wanted} wanted @returns {Fields} */
function shapeFields({ lang, exercise, edited }) {
  const { label, length } = exercise;
  const boxes = Array.from(
    { length },
    (_, n) => new NumberBox({ edited, name: say(lang, "exercise.part", { label, n: n + 1 }) }),
  );
  const { answer, ask } = answerOf(lang, () => [boxes]);
  const write = (given) => {
    if (given !== null && !(areTexts(given, [1, length]) && given[0].length === length)) return false;
    boxes.forEach((box, n) => box.write(given?.[0][n] ?? ""));
    return true;
  };
  const between = boxes.flatMap((box, n) =>
    n ? [h("span", { "aria-hidden": "true" }, ","), box.element] : [box.element]
  );
  const row = h("div", { class: "answer-row" }, h("span", { "aria-hidden": "true" }, label), "(", ...between, ")");
  const one = () => {
    const found = answer();
    return found && { value: found.value[0] };
  };
  return { elements: [row], read: () => textsOf([boxes]), write, answer: one, ask };
}

/** A matrix; where its size is part of the answer, with two fields for that. @param {Wanted} wanted @returns {Fields} */
function matrixFields({ lang, exercise, edited }) {
  const { label, largest } = exercise, most = largest ?? [exercise.rows, exercise.columns];
  const all = Array.from(
    { length: most[0] },
    (_, r) =>
      Array.from(
        { length: most[1] },
        (_, c) => new NumberBox({ edited, name: say(lang, "exercise.element", { label, row: r + 1, column: c + 1 }) }),
      ),
  );
  const size = [...most], body = h("div", { class: "answer-matrix", role: "group", "aria-label": label });
  const boxes = () => all.slice(0, size[0]).map((row) => row.slice(0, size[1]));
  const lay = () => {
    body.style.setProperty("--columns", String(size[1]));
    body.replaceChildren(...boxes().flat().map(({ element }) => element));
  };
  const spins = largest
    ? ["rows", "columns"].map((name, axis) => {
      const write = (value) => {
        size[axis] = value;
        lay();
        edited();
      };
      return new SpinField({
        lang,
        name: say(lang, `exercise.${name}`),
        minimum: 1,
        maximum: most[axis],
        write,
        refuse: () => {},
      });
    })
    : [];
  const show = () => spins.forEach((spin, axis) => spin.show(size[axis]));
  const { answer, ask } = answerOf(lang, boxes);
  const write = (given) => {
    if (given !== null && !areTexts(given, most)) return false;
    const fixed = !largest && given !== null && (given.length !== most[0] || given[0].length !== most[1]);
    if (fixed) return false;
    [size[0], size[1]] = given ? [given.length, given[0].length] : most;
    for (const [r, row] of all.entries()) for (const [c, box] of row.entries()) box.write(given?.[r]?.[c] ?? "");
    lay();
    show();
    return true;
  };
  lay();
  show();
  const named = spins.map((spin) =>
    h("span", { class: "cx-group" }, h("span", { "aria-hidden": "true" }, spin.name), spin.element)
  );
  const elements = [
    h("div", { "aria-hidden": "true" }, label),
    ...(spins.length ? [h("div", { class: "cx-extras" }, ...named)] : []),
    body,
  ];
  return { elements, read: () => textsOf(boxes()), write, answer, ask };
}

/** One of several options, which are judged by their names. @param {Wanted} wanted @returns {Fields} */
function choiceFields({ lang, exercise, edited }) {
  const names = Object.keys(exercise.options), texts = Object.values(exercise.options);
  const fields = optionFields({ type: "radio", texts, ask: say(lang, "exercise.choose"), edited });
  const answer = () => {
    const chosen = fields.answer();
    return chosen && { value: names[chosen.value[0]] };
  };
  return { ...fields, answer };
}

/** @type {Record<string, (wanted: Wanted) => Fields>} */
const FIELDS = {
  number: ({ lang, exercise, edited }) => numberField({ lang, label: exercise.label, edited }),
  whole: ({ lang, exercise, edited }) => numberField({ lang, label: exercise.label, edited }),
  shape: shapeFields,
  matrix: matrixFields,
  choice: choiceFields,
};

class Exercise {
  /** @param {Model} model @param {HTMLElement} el */
  constructor(model, el) {
    this.lang = model.get("lang");
    /** @type {Declared} */
    this.exercise = model.get("exercise");
    this.memory = new QuizMemory(globalThis.location?.pathname ?? "", model.get("html_id"), [this.exercise]);
    this.feedback = new Feedback();
    const { lang, exercise } = this, edited = () => this.#settle(null, []);
    this.fields = FIELDS[exercise.kind]({ lang, exercise, edited });
    const submitted = (event) => {
      event.preventDefault();
      this.#check();
    };
    const legend = h(
      "legend",
      { class: "answer-legend" },
      exercise.kind === "choice" ? exercise.label : say(lang, "exercise.name"),
    );
    const form = h(
      "form",
      { onsubmit: submitted },
      h("fieldset", { class: "answer-fields" }, legend, ...this.fields.elements),
      h("button", { type: "submit", class: "cx-button" }, say(lang, "exercise.check")),
      this.feedback.element,
    );
    this.root = region(say(lang, "exercise.region", { label: exercise.label }), form);
    this.root.classList.add("exercise");
    this.forgetting = () => this.#forget();
    document.addEventListener("cnn-forget", this.forgetting);
    const kept = this.memory.get(0);
    if (kept && this.fields.write(kept.given) && kept.checked) this.#check();
    el.append(this.root);
  }

  #check() {
    const given = this.fields.answer();
    if (!given) return this.#settle(null, [this.fields.ask()]);
    const { right, told } = judged(this.exercise, given.value);
    const text = told && (typeof told === "string" ? told : say(this.lang, told.key, told.params));
    return this.#settle(right, text ? [text] : []);
  }

  /** Shows a verdict, or what is missing, or nothing, and remembers the answer. @param {boolean | null} right @param {string[]} texts */
  #settle(right, texts) {
    this.feedback.show(right, say(this.lang, right ? "exercise.right" : "exercise.wrong"), texts);
    const given = this.fields.read();
    this.memory.put(0, given === null ? null : { given, checked: right !== null });
  }

  #forget() {
    this.fields.write(null);
    this.#settle(null, []);
  }

  destroy() {
    document.removeEventListener("cnn-forget", this.forgetting);
  }
}

/** anywidget's entry. @param {{model: Model, el: HTMLElement}} view */
export function render({ model, el }) {
  const exercise = new Exercise(model, el);
  return () => exercise.destroy();
}
