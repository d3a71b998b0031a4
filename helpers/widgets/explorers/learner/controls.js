/**
 * The controls of the kernel learner: learning rate, bias, the target's kernel, and where to start from.
 *
 * @import { Draft } from "../../state/draft.js"
 * @import { Pair, Refuse, Values } from "../../types.js"
 */
import { same } from "../../arithmetic/memory.js";
import { parseNumber } from "../../arithmetic/numbers.js";
import { size } from "../../arithmetic/ops.js";
import { KERNELS } from "../../arithmetic/presets.js";
import { h } from "../../parts/dom.js";
import { checkbox, choice, SpinField } from "../../parts/fields.js";
import { say } from "../../words/words.js";

const TEACHERS = ["vertical_edge", "horizontal_edge", "sobel_x", "box_blur", "laplacian", "emboss"];
const STARTS = ["own", "zeros", "random", "answer"];

export class LearnerControls {
  /**
   * @param {{lang: string, draft: Draft, refuse: Refuse, replace: (patch: Values) => void}} options replace takes another kernel
   */
  constructor({ lang, draft, refuse, replace }) {
    this.draft = draft;
    this.replace = replace;
    this.word = (key) => say(lang, key);
    this.rate = this.#rate(lang, refuse);
    this.biased = checkbox(this.word("learner.bias"), (on) => draft.change({ bias: on ? 0 : null }));
    this.teacher = choice(this.word("learner.teacher"), this.#teachers(), (key) => key && this.#teach(key));
    this.start = choice(this.word("learner.start"), this.#starts(), (key) => this.#begin(key));
    const name = h("span", { "aria-hidden": "true" }, this.word("learner.rate"));
    this.element = h(
      "div",
      { class: "cx-extras" },
      h("div", { class: "cx-group" }, name, this.rate.element),
      ...[this.biased, this.teacher, this.start].map(({ element }) => element),
    );
  }

  /** @param {string} lang @param {Refuse} refuse */
  #rate(lang, refuse) {
    const parse = (text) => {
      const parsed = parseNumber(text);
      if ("value" in parsed && parsed.value <= 0) return { key: "learner.bad.rate", params: { value: parsed.value } };
      return parsed;
    };
    const write = (lr) => this.draft.change({ lr });
    return new SpinField({ lang, name: this.word("learner.rate"), refuse, write, next: nextRate, parse });
  }

  #teachers() {
    return [["", this.word("ui.preset.own")], ...TEACHERS.map((key) => [key, this.word(`ui.preset.${key}`)])];
  }

  #starts() {
    return STARTS.map((key) => [key, this.word(`learner.start.${key}`)]);
  }

  /** Another target; the kernel stays where it has the same shape, and is 0 everywhere otherwise. */
  #teach(key) {
    const target_kernel = KERNELS[key], shape = size(target_kernel);
    const { kernel } = this.draft.values;
    const fits = kernel.length === shape[0] && kernel[0].length === shape[1];
    this.replace({ target_kernel, ...(fits ? {} : { kernel: filled(shape, () => 0) }) });
  }

  /** Another kernel and bias to start from. */
  #begin(key) {
    const { target_kernel, bias } = this.draft.values, shape = size(target_kernel);
    this.start.select.value = "own";
    if (key === "own") return;
    const random = key === "random";
    const kernel = key === "answer" ? target_kernel.map((row) => [...row]) : filled(shape, random ? normal : () => 0);
    this.replace({ kernel, bias: bias === null ? null : random ? normal() : 0 });
  }

  /** Shows what the draft holds. */
  show() {
    const { lr, bias, target_kernel } = this.draft.values;
    this.rate.show(lr);
    this.biased.box.checked = bias !== null;
    this.teacher.select.value = TEACHERS.find((key) => same(target_kernel, KERNELS[key])) ?? "";
  }

  /** Drops a refused text. */
  forget() {
    this.rate.forget();
  }
}

/** A learning rate one step in its first digit away: 0.01 to 0.02 or 0.009. @param {number} rate @param {1 | -1} by */
function nextRate(rate, by) {
  const unit = 10 ** Math.floor(Math.log10(rate) + (by > 0 ? 1e-9 : -1e-9));
  return Number((rate + by * unit).toPrecision(6));
}

/** @param {Pair} shape @param {() => number} value */
const filled = ([rows, columns], value) => Array.from({ length: rows }, () => Array.from({ length: columns }, value));

/** A random number of the standard normal distribution, with two decimals (Box, Muller, 1958). */
function normal() {
  const length = Math.sqrt(-2 * Math.log(1 - Math.random()));
  return Number((length * Math.cos(2 * Math.PI * Math.random())).toFixed(2));
}
