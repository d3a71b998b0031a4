/** A quiz: choices, several choices, numbers; feedback at once, spoken to screen readers. */
import { h, setAttribute, uid } from "./dom.js";
import { region } from "./frame.js";
import { parseNumber } from "./numbers.js";
import { say } from "./words.js";

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

function questionForm(lang, question, number) {
  const name = uid("quiz");
  const feedback = h("div", { role: "status", class: "quiz-feedback" });
  const tell = (right, texts) => {
    feedback.className = `quiz-feedback ${right ? "quiz-right" : "quiz-wrong"}`;
    feedback.replaceChildren(h("strong", {}, say(lang, right ? "quiz.right" : "quiz.wrong")), ...texts.map((text) => h("p", {}, ...prose(text))));
  };
  const clear = () => feedback.replaceChildren();
  const { fields, answer } = question.type === "number" ? numberField(lang, clear) : optionFields(lang, question, name, clear);
  const form = h("form", {
    class: "quiz-question",
    onsubmit: (event) => {
      event.preventDefault();
      const given = answer();
      if ("ask" in given) return tell(false, [given.ask]);
      const { right, texts } = JUDGES[question.type](lang, question, given.value);
      tell(right, texts);
    },
  }, h("fieldset", {}, h("legend", {}, h("span", { class: "quiz-number" }, `${number}. `), ...prose(question.prompt)), ...fields),
  h("button", { type: "submit", class: "cx-button" }, say(lang, "quiz.check")), feedback);
  return form;
}

function optionFields(lang, question, name, clear) {
  const type = question.type === "choice" ? "radio" : "checkbox";
  const boxes = question.options.map(() => h("input", { type, name, onchange: clear }));
  const fields = question.options.map((option, n) => h("label", { class: "quiz-option" }, boxes[n], h("span", {}, ...prose(option.text))));
  const answer = () => {
    const value = boxes.flatMap((box, n) => (box.checked ? [n] : []));
    return value.length ? { value } : { ask: say(lang, "quiz.choose") };
  };
  return { fields, answer };
}

function numberField(lang, clear) {
  const box = h("input", { type: "text", class: "cx-number", autocomplete: "off", oninput: () => { setAttribute(box, "aria-invalid", null); clear(); } });
  const answer = () => {
    const parsed = parseNumber(box.value);
    if ("value" in parsed) return parsed;
    box.setAttribute("aria-invalid", "true");
    return { ask: say(lang, parsed.key, parsed.params) };
  };
  return { fields: [h("label", { class: "quiz-option" }, h("span", {}, say(lang, "quiz.your_answer")), box)], answer };
}

/** anywidget's entry. */
export function render({ model, el }) {
  const lang = model.get("lang");
  const root = region(say(lang, "quiz.name"), ...model.get("questions").map((question, n) => questionForm(lang, question, n + 1)));
  root.classList.add("quiz");
  el.append(root);
}
