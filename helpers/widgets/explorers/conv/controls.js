/**
 * The controls of the convolution explorer: sizes, padding, stride, dilation, bias, presets and switches.
 *
 * @import { Draft } from "../../state/draft.js"
 * @import { Pair, Refuse } from "../../types.js"
 *
 * @typedef {"input" | "kernel"} Which
 * @typedef {(which: Which, rows: number[][]) => void} Replace
 */
import { h } from "../../parts/dom.js";
import { checkbox, choice, PairFields, SpinField } from "../../parts/fields.js";
import { same } from "../../arithmetic/memory.js";
import { parseNumber } from "../../arithmetic/numbers.js";
import { size } from "../../arithmetic/ops.js";
import { inputOf, INPUTS, KERNELS } from "../../arithmetic/presets.js";
import { say } from "../../words/words.js";
import LIMITS from "./limits.json" with { type: "json" };

/** Settings that are pairs of rows and columns, with the least that PyTorch takes. @type {[string, number][]} */
const PAIRS = [["padding", 0], ["stride", 1], ["dilation", 1]];

export class ConvControls {
  /**
   * @param {{lang: string, draft: Draft, refuse: Refuse, resize: (which: Which, h: number, w: number) => void,
   *   replace: Replace, presets: Record<string, number[][]> | null, count: (on: boolean) => void}} options
   */
  constructor({ lang, draft, refuse, resize, replace, presets, count }) {
    this.lang = lang;
    this.draft = draft;
    /** @type {{show: () => void, forget: () => void}[]} */
    this.fields = [];
    const say_ = (key) => say(lang, key);
    /** @type {(name: string, ends: [string, string], minimum: number, read: () => Pair, write: (pair: Pair) => void) => HTMLElement} */
    const pair = (name, [first, second], minimum, read, write) => {
      const fields = new PairFields({
        lang,
        label: say_(`ui.${name}`),
        names: [say_(`ui.field.${name}_${first}`), say_(`ui.field.${name}_${second}`)],
        minimum,
        maximum: LIMITS[name],
        read,
        write,
        refuse,
      });
      this.fields.push(fields);
      return fields.element;
    };
    const sides = (which) =>
      pair(which, ["height", "width"], 1, () => size(draft.values[which]), (pair) => resize(which, ...pair));
    const setting = ([name, minimum]) =>
      pair(name, ["rows", "columns"], minimum, () => draft.values[name], (value) => draft.change({ [name]: value }));
    this.settings = h(
      "div",
      { class: "cx-settings" },
      h("p", { class: "cx-axes", "aria-hidden": "true" }, say_("ui.axes")),
      sides("input"),
      sides("kernel"),
      ...PAIRS.map(setting),
    );
    if (draft.values.bias !== null) this.settings.append(this.#bias(refuse));

    this.counting = checkbox(say_("ui.count"), count);
    this.extras = h(
      "div",
      { class: "cx-extras" },
      this.#inputs(replace),
      this.#kernels(presets, replace),
      this.counting.element,
    );
    if (draft.values.flip !== null) this.extras.append(this.#flip());
  }

  /** @param {Refuse} refuse */
  #bias(refuse) {
    const name = say(this.lang, "ui.field.bias");
    const spin = new SpinField({
      lang: this.lang,
      name,
      parse: parseNumber,
      refuse,
      write: (bias) => this.draft.change({ bias }),
    });
    this.fields.push({ show: () => spin.show(this.draft.values.bias), forget: () => spin.forget() });
    return h("div", { class: "cx-group" }, h("span", { class: "cx-label", "aria-hidden": "true" }, name), spin.element);
  }

  /** @param {Replace} replace */
  #inputs(replace) {
    const own = say(this.lang, "ui.preset.own");
    const options = Object.keys(INPUTS).map((name) => [name, say(this.lang, `ui.preset.${name}`)]);
    const list = choice(say(this.lang, "ui.preset.input"), [["", own], ...options], (name) => {
      const { input } = this.draft.values;
      if (name) replace("input", inputOf(name, input.length, input[0].length));
    });
    this.showInput = () => {
      const { input } = this.draft.values;
      list.select.value =
        Object.keys(INPUTS).find((name) => same(input, inputOf(name, input.length, input[0].length))) ?? "";
    };
    return list.element;
  }

  /** @param {Record<string, number[][]> | null} presets @param {Replace} replace */
  #kernels(presets, replace) {
    const kernels = presets ?? KERNELS;
    const options = Object.keys(kernels).map((name) => [name, presets ? name : say(this.lang, `ui.preset.${name}`)]);
    const list = choice(
      say(this.lang, "ui.preset.kernel"),
      [["", say(this.lang, "ui.preset.own")], ...options],
      (name) => name && replace("kernel", kernels[name]),
    );
    this.showKernel = () => {
      list.select.value = Object.keys(kernels).find((name) => same(this.draft.values.kernel, kernels[name])) ?? "";
    };
    return list.element;
  }

  #flip() {
    const control = checkbox(say(this.lang, "ui.flip"), (flip) => this.draft.change({ flip }));
    control.box.setAttribute("role", "switch");
    this.showFlip = () => (control.box.checked = this.draft.values.flip);
    return control.element;
  }

  /** Shows what the draft holds, and whether windows are counted. */
  show(counting) {
    this.counting.box.checked = counting;
    for (const field of this.fields) field.show();
    this.showInput();
    this.showKernel();
    this.showFlip?.();
  }

  /** Drops every refused text. */
  forget() {
    for (const field of this.fields) field.forget();
  }
}
