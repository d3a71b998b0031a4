/** What the network says of the picture: its classes with their probabilities, and sentences. */
import { formatNumber } from "../../arithmetic/numbers.js";
import { h, setText } from "../../parts/dom.js";
import { say } from "../../words/words.js";

/** @typedef {{logits: Float32Array, probabilities: number[], best: {label: number, p: number}}} Answer */

const CLASSES = 10;

/** @param {number} p */
const percent = (p) => (100 * p).toFixed(1);

export class Classes {
  /** @param {string} lang @param {(label: number) => void} pick called with the class that is pressed */
  constructor(lang, pick) {
    this.lang = lang;
    this.bars = Array.from({ length: CLASSES }, (_, label) => this.#bar(label, pick));
    const items = this.bars.map(({ button }) => h("li", {}, button));
    this.element = h("ol", { class: "cx-classes", "aria-label": say(lang, "trained.classes") }, ...items);
  }

  /** @param {number} label @param {(label: number) => void} pick */
  #bar(label, pick) {
    const fill = h("span", { class: "cx-fill" }), text = h("span", { class: "cx-odds" });
    const name = h("span", { class: "cx-name" }, say(this.lang, `class.${label}`));
    const button = h(
      "button",
      {
        type: "button",
        class: "cx-class",
        "aria-pressed": "false",
        onclick: () => pick(label),
      },
      name,
      h("span", { class: "cx-track", "aria-hidden": "true" }, fill),
      text,
    );
    return { button, fill, text };
  }

  /** @param {Answer} run @param {number | null} label the picture's, where it has one */
  show(run, label) {
    const { logits, probabilities, best } = run;
    this.bars.forEach(({ button, fill, text }, n) => {
      const logit = formatNumber(Number(logits[n].toFixed(2)));
      fill.style.width = `${100 * probabilities[n]}%`;
      setText(text, say(this.lang, "trained.odds", { logit, percent: percent(probabilities[n]) }));
      Object.assign(button.dataset, { logit: String(logits[n]), probability: String(probabilities[n]) });
      button.classList.toggle("cx-top", n === best.label);
      button.classList.toggle("cx-true", n === label);
    });
  }

  /** Marks the class whose logit is looked at, or none where it is null. @param {number | null} label */
  choose(label) {
    this.bars.forEach(({ button }, n) => button.setAttribute("aria-pressed", String(n === label)));
  }
}

/**
 * What is told of the answer: the class, whether the label is the same, and what the trained weights say.
 * @param {string} lang @param {{run: Answer, untouched: Answer | null}} answers untouched: where weights are changed
 * @param {number | null} label @returns {string[]}
 */
export function answerLines(lang, { run, untouched }, label) {
  /** @param {number} n */
  const name = (n) => say(lang, `class.${n}`);
  /** @param {string} key @param {Answer} answer */
  const told = (key, { best }) => say(lang, key, { name: name(best.label), percent: percent(best.p) });
  const lines = [told("trained.says", run)];
  if (label !== null) {
    lines.push(say(lang, label === run.best.label ? "trained.right" : "trained.wrong", { name: name(label) }));
  }
  if (untouched) lines.push(told("trained.untouched", untouched));
  return lines;
}
