/**
 * The controls around the list of layers: input elements and presets, and where the reader looks from.
 *
 * @import { Draft } from "../../state/draft.js"
 * @import { Refuse } from "../../types.js"
 * @import { Layer, Place } from "./arithmetic.js"
 * @import { State } from "./ReceptiveFieldExplorer.js"
 */
import { same } from "../../arithmetic/memory.js";
import { h } from "../../parts/dom.js";
import { choice, SpinField } from "../../parts/fields.js";
import { say } from "../../words/words.js";
import LIMITS from "./limits.json" with { type: "json" };

/** @type {Record<string, Layer[]>} */
const STACKS = {
  two: [[2, 1, 0, 1], [2, 1, 0, 1]],
  three: [[3, 1, 1, 1], [3, 1, 1, 1], [3, 1, 1, 1]],
  strided: [[3, 2, 1, 1], [3, 2, 1, 1], [3, 2, 1, 1]],
  dilated: [[3, 1, 1, 1], [3, 1, 2, 2], [3, 1, 4, 4]],
  gridding: [[3, 1, 2, 2], [3, 1, 2, 2], [3, 1, 2, 2]],
  lenet: [[5, 1, 2, 1], [2, 2, 0, 1], [5, 1, 0, 1], [2, 2, 0, 1]],
};

export class ReceptiveControls {
  /**
   * @param {{lang: string, draft: Draft<State>, refuse: Refuse,
   *   replace: (layers: Layer[]) => void, look: (level: number | null, element: number | null) => void}} options
   *   replace takes another stack; look looks from another level or element, null where that stays
   */
  constructor({ lang, draft, refuse, replace, look }) {
    /** @type {(key: string) => string} */
    this.word = (key) => say(lang, key);
    /** @param {string} key @param {number} minimum @param {number} maximum @param {(value: number) => void} write */
    const spin = (key, minimum, maximum, write) =>
      new SpinField({ lang, name: this.word(key), minimum, maximum, refuse, write });
    this.size = spin("field.size", 1, LIMITS.size, (size) => draft.change({ size }));
    this.level = spin("field.level", 0, 0, (level) => look(level, null));
    this.place = spin("field.element", 0, 0, (element) => look(null, element));
    this.stacks = choice(this.word("field.stack"), this.#stacks(), (key) => key && replace(STACKS[key]));
    this.stack = h("div", { class: "cx-extras" }, labelled(this.size), this.stacks.element);
    this.look = h("div", { class: "cx-extras" }, labelled(this.level), labelled(this.place));
  }

  #stacks() {
    const presets = Object.keys(STACKS).map((key) => [key, this.word(`field.stack.${key}`)]);
    return [["", this.word("ui.preset.own")], ...presets];
  }

  /** Shows the input's size, and which preset the layers are. @param {State} values */
  show({ size, layers }) {
    this.size.show(size);
    this.stacks.select.value = Object.keys(STACKS).find((key) => same(STACKS[key], layers)) ?? "";
  }

  /** Shows where one looks from, among levels of these sizes. @param {Place} at @param {number[]} sizes */
  showLook([level, element], sizes) {
    this.level.limit(sizes.length - 1);
    this.place.limit(sizes[level] - 1);
    this.level.show(level);
    this.place.show(element);
  }

  /** Drops every refused text. */
  forget() {
    for (const field of [this.size, this.level, this.place]) field.forget();
  }
}

/** A field with its name before it. @param {SpinField} field */
function labelled({ name, element }) {
  return h("div", { class: "cx-group" }, h("span", { "aria-hidden": "true" }, name), element);
}
