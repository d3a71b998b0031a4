/**
 * A quiz: choices, several choices, numbers; feedback at once, spoken to screen readers.
 *
 * @import { Fields } from "../../parts/answer-fields.js"
 * @import { Model } from "../../types.js"
 *
 * @typedef {{prompt: string, type: "choice" | "multiple", options: {text: string, correct: boolean, feedback: string}[]}} Choices
 * @typedef {{prompt: string, type: "number", answer: number, tolerance: number,
 *   feedback: {right: string, wrong: {value: number, text: string}[], otherwise: string}}} NumberQuestion
 * @typedef {{given: any, checked: boolean}} Kept what stood in a question's fields, and whether it was checked
 */
import { Feedback, numberField, optionFields, prose } from "../../parts/answer-fields.js";
import { h, setText } from "../../parts/dom.js";
import { region } from "../../parts/frame.js";
import { QuizMemory } from "../../state/quiz-memory.js";
import { learn, say } from "../../words/words.js";
import words from "./words.json" with { type: "json" };

learn(words);

/** What to say of an answer: {right, texts}. */
const JUDGES = {
  /** @param {Choices} question @param {number[]} chosen */
  choice(question, chosen) {
    const option = question.options[chosen[0]];
    return { right: option.correct, texts: [option.feedback] };
  },
  /** @param {Choices} question @param {number[]} chosen @param {string} lang */
  multiple(question, chosen, lang) {
    const wrong = chosen.filter((n) => !question.options[n].correct);
    const missed = question.options.filter((option, n) => option.correct && !chosen.includes(n));
    const texts = wrong.map((n) => question.options[n].feedback);
    if (missed.length) texts.push(say(lang, "quiz.missed", { count: missed.length }));
    if (!texts.length) {
      texts.push(...question.options.filter((option) => option.correct).map((option) => option.feedback));
    }
    return { right: !wrong.length && !missed.length, texts };
  },
  /** @param {NumberQuestion} question @param {number} value */
  number(question, value) {
    if (Math.abs(value - question.answer) <= question.tolerance) {
      return { right: true, texts: [question.feedback.right] };
    }
    const known = question.feedback.wrong.find((wrong) => Math.abs(wrong.value - value) <= question.tolerance);
    return { right: false, texts: [known?.text ?? question.feedback.otherwise] };
  },
};

/** One question with its feedback. */
class Question {
  /** @param {{lang: string, question: Choices | NumberQuestion, number: number, kept: Kept | null, changed: () => void}} options */
  constructor({ lang, question, number, kept, changed }) {
    this.lang = lang;
    this.question = question;
    this.changed = changed;
    /** @type {boolean | null} */
    this.right = null; // as long as nothing is checked
    this.feedback = new Feedback();
    const edited = () => this.#settle(null, []);
    /** @type {Fields} */
    this.fields = question.type === "number"
      ? numberField({ lang, label: say(lang, "quiz.your_answer"), edited })
      : optionFields({
        type: question.type === "choice" ? "radio" : "checkbox",
        texts: question.options.map(({ text }) => text),
        ask: say(lang, "quiz.choose"),
        edited,
      });
    this.element = h(
      "form",
      {
        class: "quiz-question",
        onsubmit: (event) => {
          event.preventDefault();
          this.#check(true);
        },
      },
      h(
        "fieldset",
        {},
        h("legend", {}, h("span", { class: "quiz-number" }, `${number}. `), ...prose(question.prompt)),
        ...this.fields.elements,
      ),
      h("button", { type: "submit", class: "cx-button" }, say(lang, "quiz.check")),
      this.feedback.element,
    );
    if (kept && this.fields.write(kept.given) && kept.checked) this.#check(false);
  }

  /** @param {boolean} asked by the reader */
  #check(asked) {
    const given = this.fields.answer();
    if (given) {
      const { right, texts } = /** @type {any} */ (JUDGES)[this.question.type](this.question, given.value, this.lang);
      this.#settle(right, texts);
    } else if (asked) this.#settle(null, [this.fields.ask()]);
  }

  /** Shows a verdict, or what is missing, or nothing. @param {boolean | null} right @param {string[]} texts */
  #settle(right, texts) {
    this.right = right;
    this.feedback.show(right, say(this.lang, right ? "quiz.right" : "quiz.wrong"), texts);
    this.changed();
  }

  /** What a memory keeps, or null where nothing stands there. @returns {Kept | null} */
  get kept() {
    const given = this.fields.read();
    return given === null ? null : { given, checked: this.right !== null };
  }

  forget() {
    this.fields.write(null);
    this.#settle(null, []);
  }
}

/** Score and memory of a whole quiz. */
class Quiz {
  /** @param {Model} model @param {HTMLElement} el */
  constructor(model, el) {
    const lang = model.get("lang"), questions = model.get("questions");
    this.memory = new QuizMemory(globalThis.location?.pathname ?? "", model.get("html_id"), questions);
    this.score = h("p", { role: "status", class: "quiz-score" });
    this.questions = [];
    questions.forEach((question, n) =>
      this.questions.push(
        new Question({ lang, question, number: n + 1, kept: this.memory.get(n), changed: () => this.#changed(n) }),
      )
    );
    this.lang = lang;
    const forget = h(
      "button",
      { type: "button", class: "cx-button", onclick: () => this.#forget() },
      say(lang, "quiz.forget"),
    );
    this.root = region(
      say(lang, "quiz.name"),
      ...this.questions.map(({ element }) => element),
      h("div", { class: "cx-bar quiz-bar" }, this.score, forget),
    );
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
    const checked = this.questions.filter(({ right }) => right !== null),
      right = checked.filter((question) => question.right);
    setText(
      this.score,
      checked.length ? say(this.lang, "quiz.score", { right: right.length, count: this.questions.length }) : "",
    );
  }

  #forget() {
    for (const question of this.questions) question.forget();
    this.memory.forget();
    document.dispatchEvent(new CustomEvent("cnn-forget")); // the exercises of the page forget, too
    setText(this.score, say(this.lang, "quiz.forgotten"));
  }
}

/** anywidget's entry. @param {{model: Model, el: HTMLElement}} view */
export function render({ model, el }) {
  new Quiz(model, el);
}
