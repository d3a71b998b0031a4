/**
 * The controls of the pooling explorer: sizes, settings, mode, presets and switches; and the arrows.
 *
 * @import { Draft } from "../../state/draft.js"
 * @import { Pair, Refuse } from "../../types.js"
 */
import { same } from "../../arithmetic/memory.js";
import { size } from "../../arithmetic/ops.js";
import { inputOf, INPUTS } from "../../arithmetic/presets.js";
import { h, icon, setAttribute } from "../../parts/dom.js";
import { checkbox, choice, PairFields } from "../../parts/fields.js";
import { say } from "../../words/words.js";
import LIMITS from "./limits.json" with { type: "json" };

/** What the small numbers in the input's cells tell; the first is the usual one. */
export const BADGES = ["none", "windows", "gradient"];

/**
 * Settings that are pairs of rows and columns: the word for them, their fields' names, the least that they take.
 * @type {Record<string, [label: string, names: [string, string], minimum: number]>}
 */
const PAIRS = {
  kernel_size: ["pool.window", ["kernel_height", "kernel_width"], 1],
  stride: ["ui.stride", ["stride_rows", "stride_columns"], 1],
  padding: ["ui.padding", ["padding_rows", "padding_columns"], 0],
  dilation: ["ui.dilation", ["dilation_rows", "dilation_columns"], 1],
};

/** Pictures of arrows, and where they move to. @type {Record<string, [path: string, by: Pair]>} */
const ARROWS = {
  left: ["M18 11H9l4-4-1.4-1.4L5.2 12l6.4 6.4L13 17l-4-4h9z", [0, -1]],
  right: ["M6 11h9l-4-4 1.4-1.4 6.4 6.4-6.4 6.4L11 17l4-4H6z", [0, 1]],
  up: ["M11 18V9l-4 4-1.4-1.4L12 5.2l6.4 6.4L17 13l-4-4v9z", [-1, 0]],
  down: ["M11 6v9l-4-4-1.4 1.4 6.4 6.4 6.4-6.4L17 11l-4 4V6z", [1, 0]],
};

/** Buttons that move the whole input by one element. @param {string} lang @param {(by: Pair) => void} move */
export function movers(lang, move) {
  const buttons = Object.entries(ARROWS).map(([name, [path, by]]) => {
    const label = say(lang, `pool.move.${name}`);
    const act = () => move(by);
    return h("button", { type: "button", class: "cx-button", "aria-label": label, onclick: act }, icon(path));
  });
  return h("div", { class: "cx-player", role: "group", "aria-label": say(lang, "pool.move") }, ...buttons);
}

export class PoolControls {
  /**
   * @param {{lang: string, draft: Draft, refuse: Refuse, resize: (h: number, w: number) => void,
   *   replace: (rows: number[][]) => void, badge: (name: string) => void}} options
   */
  constructor({ lang, draft, refuse, resize, replace, badge }) {
    this.lang = lang;
    this.draft = draft;
    this.refuse = refuse;
    this.word = (key) => say(lang, key);
    this.fields = [this.#size(resize), ...Object.entries(PAIRS).map((entry) => this.#setting(...entry))];
    const axes = h("p", { class: "cx-axes", "aria-hidden": "true" }, this.word("ui.axes"));
    this.settings = h("div", { class: "cx-settings" }, axes, ...this.fields.map((field) => field.element));
    this.extras = this.#extras(replace, badge);
  }

  /**
   * @param {string} label @param {[string, string]} ends @param {number} minimum @param {number} maximum
   * @param {() => Pair} read @param {(pair: Pair) => void} write
   */
  #pair(label, [first, second], minimum, maximum, read, write) {
    const { lang, refuse, word } = this;
    /** @type {[string, string]} */
    const names = [word(`ui.field.${first}`), word(`ui.field.${second}`)];
    return new PairFields({ lang, label: word(label), names, minimum, maximum, read, write, refuse });
  }

  /** @param {(h: number, w: number) => void} resize */
  #size(resize) {
    const read = () => size(this.draft.values.input);
    return this.#pair("ui.input", ["input_height", "input_width"], 1, LIMITS.input, read, (sides) => resize(...sides));
  }

  /** @param {string} name @param {[label: string, names: [string, string], minimum: number]} setting */
  #setting(name, [label, names, minimum]) {
    const write = (value) => this.draft.change({ [name]: value });
    return this.#pair(label, names, minimum, LIMITS[name], () => this.draft.values[name], write);
  }

  /** @param {(rows: number[][]) => void} replace @param {(name: string) => void} badge */
  #extras(replace, badge) {
    const { draft, word } = this;
    const options = (key, names) => names.map((name) => [name, word(`${key}.${name}`)]);
    this.mode = choice(word("pool.mode"), options("pool.mode", ["max", "avg"]), (mode) => draft.change({ mode }));
    const inputs = [["", word("ui.preset.own")], ...options("ui.preset", Object.keys(INPUTS))];
    this.inputs = choice(word("ui.preset.input"), inputs, (name) => name && replace(this.#preset(name)));
    this.ceil = checkbox(word("pool.ceil"), (ceil_mode) => draft.change({ ceil_mode }));
    this.include = checkbox(word("pool.include"), (count_include_pad) => draft.change({ count_include_pad }));
    this.badges = choice(word("pool.badges"), options("pool.badges", BADGES), badge);
    const all = [this.mode, this.inputs, this.ceil, this.include, this.badges];
    return h("div", { class: "cx-extras" }, ...all.map(({ element }) => element));
  }

  /** A preset at the input's size. */
  #preset(name) {
    const { input } = this.draft.values;
    return inputOf(name, input.length, input[0].length);
  }

  /** Shows what the draft holds, and what the small numbers tell. */
  show(badges) {
    const { values } = this.draft;
    for (const field of this.fields) field.show();
    this.mode.select.value = values.mode;
    this.inputs.select.value = Object.keys(INPUTS).find((name) => same(values.input, this.#preset(name))) ?? "";
    this.ceil.box.checked = values.ceil_mode;
    this.include.box.checked = values.count_include_pad;
    setAttribute(this.include.element, "hidden", values.mode === "max");
    this.badges.select.value = badges;
  }

  /** Drops every refused text. */
  forget() {
    for (const field of this.fields) field.forget();
  }
}
