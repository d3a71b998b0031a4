/** A quiz: choices, several choices, numbers; feedback at once, spoken to screen readers. */
import { h, setAttribute, setText, uid } from "../../parts/dom.js";
import { region } from "../../parts/frame.js";
import { parseNumber } from "../../arithmetic/numbers.js";
import { QuizMemory } from "../../state/quiz-memory.js";
import { learn, say } from "../../words/words.js";
import words from "./words.json" with { type: "json" };

learn(words);

/** Nodes for plain text in which `code` stands in backticks. */
function prose(text) {
  return text.split("`").map((part, n) => (n % 2 ? h("code", {}, part) : part));
}

/** What to say of an answer: {right, texts}. */
const JUDGES = {
  choice(lang, question, chosen) {
    const option = question.options[chosen[0]];
    return { right: option.correct, texts: [option.feedback] };
  },
  multiple(lang, question, chosen) {
    const wrong = chosen.filter((n) => !question.options[n].correct);
    const missed = question.options.filter((option, n) => option.correct && !chosen.includes(n));
    const texts = wrong.map((n) => question.options[n].feedback);
    if (missed.length) texts.push(say(lang, "quiz.missed", { count: missed.length }));
    if (!texts.length) texts.push(...question.options.filter((option) => option.correct).map((option) => option.feedback));
    return { right: !wrong.length && !missed.length, texts };
  },
  number(lang, question, value) {
    if (Math.abs(value - question.answer) <= question.tolerance) return { right: true, texts: [question.feedback.right] };
    const known = question.feedback.wrong.find((wrong) => Math.abs(wrong.value - value) <= question.tolerance);
    return { right: false, texts: [known?.text ?? question.feedback.otherwise] };
  },
};

/**
 * One question with its feedback. `read()` gives what stands in its fields, `write(given)` puts it there where it makes sense,
 * `answer()` what is judged.
 */
class Question {
  /** @param {{lang: string, question: object, number: number, kept: {given: any, checked: boolean} | null, changed: () => void}} options */
  constructor({ lang, question, number, kept, changed }) {
    Object.assign(this, { lang, question, changed, right: null }); // right: null as long as nothing is checked
    this.feedback = h("div", { role: "status", class: "quiz-feedback" });
    const edited = () => this.#settle(null, []);
    Object.assign(this, question.type === "number" ? numberField(lang, edited) : optionFields(question, edited));
    this.element = h("form", {
      class: "quiz-question",
      onsubmit: (event) => {
        event.preventDefault();
        this.#check(true);
      },
    }, h("fieldset", {}, h("legend", {}, h("span", { class: "quiz-number" }, `${number}. `), ...prose(question.prompt)), ...this.fields),
    h("button", { type: "submit", class: "cx-button" }, say(lang, "quiz.check")), this.feedback);
    if (kept && this.write(kept.given) && kept.checked) this.#check(false);
  }

  #check(asked) {
    const given = this.answer();
    if (!given) return asked && this.#settle(null, [this.ask()]);
    const { right, texts } = JUDGES[this.question.type](this.lang, this.question, given.value);
    return this.#settle(right, texts);
  }

  /** Shows a verdict, or what is missing, or nothing. */
  #settle(right, texts) {
    this.right = right;
    this.feedback.className = `quiz-feedback ${right ? "quiz-right" : "quiz-wrong"}`;
    const verdict = texts.length ? [h("strong", {}, say(this.lang, right ? "quiz.right" : "quiz.wrong"))] : [];
    this.feedback.replaceChildren(...verdict, ...texts.map((text) => h("p", {}, ...prose(text))));
    this.changed();
  }

  /** What a memory keeps, or null where nothing stands there. */
  get kept() {
    const given = this.read();
    return given.length ? { given, checked: this.right !== null } : null;
  }

  forget() {
    this.write(this.question.type === "number" ? "" : []);
    this.#settle(null, []);
  }
}

function optionFields(question, edited) {
  const type = question.type === "choice" ? "radio" : "checkbox", name = uid("quiz");
  const boxes = question.options.map(() => h("input", { type, name, onchange: edited }));
  const fields = question.options.map((option, n) => h("label", { class: "quiz-option" }, boxes[n], h("span", {}, ...prose(option.text))));
  const read = () => boxes.flatMap((box, n) => (box.checked ? [n] : []));
  const write = (chosen) => {
    if (!Array.isArray(chosen) || !chosen.every((n) => Number.isInteger(n) && n in boxes) || (type === "radio" && chosen.length > 1)) return false;
    boxes.forEach((box, n) => (box.checked = chosen.includes(n)));
    return true;
  };
  const answer = () => (read().length ? { value: read() } : null);
  return { fields, read, write, answer, ask() { return say(this.lang, "quiz.choose"); } };
}

function numberField(lang, edited) {
  const box = h("input", { type: "text", class: "cx-number", autocomplete: "off", oninput: () => { setAttribute(box, "aria-invalid", null); edited(); } });
  const parsed = () => parseNumber(box.value);
  const answer = () => {
    const number = parsed();
    if ("value" in number) return number;
    box.setAttribute("aria-invalid", "true");
    return null;
  };
  const ask = () => say(lang, parsed().key, parsed().params);
  const write = (text) => {
    if (typeof text !== "string") return false;
    box.value = text;
    setAttribute(box, "aria-invalid", null);
    return true;
  };
  return { fields: [h("label", { class: "quiz-option" }, h("span", {}, say(lang, "quiz.your_answer")), box)], read: () => box.value.trim(), write, answer, ask };
}

/** Score and memory of a whole quiz. */
class Quiz {
  constructor(model, el) {
    const lang = model.get("lang"), questions = model.get("questions");
    this.memory = new QuizMemory(globalThis.location?.pathname ?? "", model.get("html_id"), questions);
    this.score = h("p", { role: "status", class: "quiz-score" });
    this.questions = [];
    questions.forEach((question, n) => this.questions.push(new Question({ lang, question, number: n + 1, kept: this.memory.get(n), changed: () => this.#changed(n) })));
    this.lang = lang;
    const forget = h("button", { type: "button", class: "cx-button", onclick: () => this.#forget() }, say(lang, "quiz.forget"));
    this.root = region(say(lang, "quiz.name"), ...this.questions.map(({ element }) => element), h("div", { class: "cx-bar quiz-bar" }, this.score, forget));
    this.root.classList.add("quiz");
    this.#tell();
    el.append(this.root);
  }

  #changed(n) {
    if (!this.root) return; // still being built from what was kept
    this.memory.put(n, this.questions[n].kept);
    this.#tell();
  }

  #tell() {
    const checked = this.questions.filter(({ right }) => right !== null), right = checked.filter((question) => question.right);
    setText(this.score, checked.length ? say(this.lang, "quiz.score", { right: right.length, count: this.questions.length }) : "");
  }

  #forget() {
    for (const question of this.questions) question.forget();
    this.memory.forget();
    setText(this.score, say(this.lang, "quiz.forgotten"));
  }
}

/** anywidget's entry. */
export function render({ model, el }) {
  new Quiz(model, el);
}
