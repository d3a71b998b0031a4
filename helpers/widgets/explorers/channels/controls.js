/**
 * The controls of the channel explorer: channels, groups, sizes and settings; the output channel looked at.
 *
 * @import { Draft } from "../../state/draft.js"
 * @import { Pair, Refuse } from "../../types.js"
 */
import { parseNumber } from "../../arithmetic/numbers.js";
import { size } from "../../arithmetic/ops.js";
import { h } from "../../parts/dom.js";
import { checkbox, choice, PairFields, SpinField } from "../../parts/fields.js";
import { say } from "../../words/words.js";
import LIMITS from "./limits.json" with { type: "json" };
import { range, replaced } from "./planes.js";

/** Settings that are pairs of rows and columns, with the least that PyTorch takes. @type {[string, number][]} */
const PAIRS = [["padding", 0], ["stride", 1], ["dilation", 1]];

export class ChannelControls {
  /**
   * @param {{lang: string, draft: Draft, refuse: Refuse,
   *   reshape: (change: {c_i?: number, c_o?: number, groups?: number, input?: Pair, kernel?: Pair}) => void, chosen: () => number, choose: (o: number) => void,
   *   count: (on: boolean) => void}} options `chosen` tells the output channel looked at
   */
  constructor({ lang, draft, refuse, reshape, chosen, choose, count }) {
    this.lang = lang;
    this.draft = draft;
    this.refuse = refuse;
    this.reshape = reshape;
    this.chosen = chosen;
    this.word = (key) => say(lang, key);
    const { values } = draft;
    this.fields = [
      this.#whole("channels.in", () => draft.values.input.length, (c_i) => reshape({ c_i })),
      this.#whole("channels.out", () => draft.values.kernel.length, (c_o) => reshape({ c_o })),
      this.#whole("channels.groups", () => draft.values.groups, (groups) => reshape({ groups })),
      this.#sides("input", () => draft.values.input[0]),
      this.#sides("kernel", () => draft.values.kernel[0][0]),
      ...PAIRS.map((setting) => this.#setting(...setting)),
    ];
    const axes = h("p", { class: "cx-axes", "aria-hidden": "true" }, this.word("ui.axes"));
    const elements = this.fields.map(({ element }) => element);
    const counts = h("div", { class: "cx-counts" }, ...elements.slice(0, 3));
    this.settings = h("div", { class: "cx-settings" }, axes, counts, ...elements.slice(3));
    this.channel = choice(this.word("channels.shown"), [], (value) => choose(Number(value)));
    this.counting = checkbox(this.word("ui.count"), count);
    this.extras = h("div", { class: "cx-extras" }, this.channel.element);
    if (values.bias !== null) this.extras.append(this.#bias());
    this.extras.append(this.counting.element);
  }

  /** A spin button for a number of channels or groups. @param {string} key @param {() => number} read @param {(value: number) => void} write */
  #whole(key, read, write) {
    const name = this.word(key), { lang, refuse } = this;
    const spin = new SpinField({ lang, name, minimum: 1, maximum: LIMITS.channels, write, refuse });
    const label = h("span", { class: "cx-label", "aria-hidden": "true" }, name);
    return {
      element: h("div", { class: "cx-group" }, label, spin.element),
      show: () => spin.show(read()),
      forget: () => spin.forget(),
    };
  }

  /** @param {string} name @param {[string, string]} ends @param {number} minimum @param {() => Pair} read @param {(pair: Pair) => void} write */
  #pair(name, [first, second], minimum, read, write) {
    const { lang, refuse, word } = this;
    /** @type {[string, string]} */
    const names = [word(`ui.field.${name}_${first}`), word(`ui.field.${name}_${second}`)];
    const maximum = LIMITS[name];
    return new PairFields({ lang, label: word(`ui.${name}`), names, minimum, maximum, read, write, refuse });
  }

  /** @param {"input" | "kernel"} which @param {() => number[][]} plane */
  #sides(which, plane) {
    return this.#pair(which, ["height", "width"], 1, () => size(plane()), (sides) => this.reshape({ [which]: sides }));
  }

  /** @param {string} name @param {number} minimum */
  #setting(name, minimum) {
    const write = (value) => this.draft.change({ [name]: value });
    return this.#pair(name, ["rows", "columns"], minimum, () => this.draft.values[name], write);
  }

  /** The bias of the output channel looked at. */
  #bias() {
    const { lang, draft, refuse } = this, name = this.word("channels.bias");
    const write = (value) => draft.change({ bias: replaced(draft.values.bias, this.chosen(), value) });
    this.biased = new SpinField({ lang, name, refuse, parse: parseNumber, write });
    return h("div", { class: "cx-group" }, h("span", { "aria-hidden": "true" }, name), this.biased.element);
  }

  /** Shows what the draft holds, for how many output channels, and whether windows are counted. */
  show(outputs, counting) {
    for (const field of this.fields) field.show();
    this.counting.box.checked = counting;
    this.channel.select.replaceChildren(...range(outputs).map((o) => h("option", { value: o }, String(o + 1))));
  }

  /** Shows which output channel is looked at, and its bias. */
  showChosen(o) {
    this.channel.select.value = String(o);
    this.biased?.show(this.draft.values.bias[o]);
  }

  /** Drops the refused text of a bias that is no longer shown. */
  forgetBias() {
    this.biased?.forget();
  }

  /** Drops every refused text. */
  forget() {
    for (const field of this.fields) field.forget();
    this.forgetBias();
  }
}
