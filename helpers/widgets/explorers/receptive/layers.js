/**
 * The list of layers: four numbers each, buttons that move or remove it, and the recursion with its numbers.
 *
 * @import { Draft } from "../../state/draft.js"
 * @import { Refuse } from "../../types.js"
 * @import { Layer } from "./arithmetic.js"
 * @import { Result, State } from "./ReceptiveFieldExplorer.js"
 *
 * @typedef {{element: HTMLElement, fields: SpinField[], up: HTMLButtonElement, down: HTMLButtonElement,
 *   remove: HTMLButtonElement, says: HTMLElement}} Row of a layer
 */
import { h, icon, setAttribute } from "../../parts/dom.js";
import { SpinField } from "../../parts/fields.js";
import { say } from "../../words/words.js";
import { LEAST, NUMBERS } from "./arithmetic.js";
import LIMITS from "./limits.json" with { type: "json" };
import { recursion } from "./sentences.js";

/** @type {Layer} */
const NEW = [3, 1, 0, 1];
const ICONS = {
  up: "M12 6l7 8H5z",
  down: "M12 18l7-8H5z",
  remove: "M6 5l6 6 6-6 1 1-6 6 6 6-1 1-6-6-6 6-1-1 6-6-6-6z",
};

export class LayerList {
  /** @param {{lang: string, draft: Draft<State>, refuse: Refuse, change: (layers: Layer[]) => void}} options */
  constructor({ lang, draft, refuse, change }) {
    this.lang = lang;
    this.draft = draft;
    this.refuse = refuse;
    this.change = change;
    /** @type {Row[]} */
    this.rows = [];
    const add = () => this.change([...this.draft.values.layers, NEW]);
    this.add = h("button", { type: "button", class: "cx-button", onclick: add }, say(lang, "field.add"));
    this.list = h("div", { class: "receptive-layers" });
    this.element = h("div", {}, this.list, this.add);
  }

  /** @param {number} index @returns {Row} */
  #row(index) {
    /** @param {string} key */
    const word = (key) => say(this.lang, key, { layer: index + 1 });
    const fields = NUMBERS.map((_, n) => this.#field(index, n));
    /** @param {keyof typeof ICONS} name @param {number | null} to */
    const button = (name, to) => {
      const label = word(`field.layer.${name}`), act = () => this.#move(index, to);
      return h("button", { type: "button", class: "cx-button", "aria-label": label, onclick: act }, icon(ICONS[name]));
    };
    const [up, down, remove] = [button("up", index - 1), button("down", index + 1), button("remove", null)];
    const says = h("div", { class: "receptive-recursion" });
    const element = h(
      "div",
      { class: "receptive-layer", role: "group", "aria-label": word("field.layer") },
      h("strong", {}, word("field.layer")),
      h("div", { class: "receptive-numbers" }, ...fields.map(this.#labelled)),
      h("div", { class: "cx-player" }, up, down, remove),
      says,
    );
    return { element, fields, up, down, remove, says };
  }

  /** Number n of a layer. @param {number} index @param {number} n */
  #field(index, n) {
    /** @param {number} value */
    const write = (value) => {
      /** @type {Layer[]} */
      const layers = this.draft.values.layers.map((layer) => [...layer]);
      layers[index][n] = value;
      this.change(layers);
    };
    const { lang, refuse } = this, name = say(lang, `field.layer.${NUMBERS[n]}`, { layer: index + 1 });
    return new SpinField({ lang, name, minimum: LEAST[n], maximum: LIMITS[NUMBERS[n]], refuse, write });
  }

  /** Number n's field with its name. @param {SpinField} field @param {number} n */
  #labelled = ({ element }, n) => {
    const label = say(this.lang, `ui.${NUMBERS[n]}`);
    return h("div", { class: "receptive-number" }, h("span", { "aria-hidden": "true" }, label), element);
  };

  // --- changes

  /** Puts a layer elsewhere, or takes it out (null). Refused texts of others would be in the wrong place, so they go. @param {number} from @param {number | null} to */
  #move(from, to) {
    this.forget();
    const layers = [...this.draft.values.layers], [layer] = layers.splice(from, 1);
    if (to !== null) layers.splice(to, 0, layer);
    this.change(layers);
    this.#focusAfter(from, to);
  }

  /** The focus goes with the layer that was moved, or to the one that took the place of a removed one. @param {number} from @param {number | null} to */
  #focusAfter(from, to) {
    const { up, down, remove } = this.rows[Math.min(to ?? from, this.rows.length - 1)];
    const wanted = to === null ? [remove] : to < from ? [up, down] : [down, up];
    (wanted.find((button) => !button.disabled) ?? this.add).focus();
  }

  // --- from state to page

  /** Shows what the draft holds, and the recursion where it is possible: sizes and fields of the levels, or null. @param {Result | null} found */
  show(found) {
    const { layers } = this.draft.values;
    this.#count(layers.length);
    this.rows.forEach((row, n) => {
      row.fields.forEach((field, i) => field.show(layers[n][i]));
      setAttribute(row.up, "disabled", n === 0);
      setAttribute(row.down, "disabled", n === layers.length - 1);
      setAttribute(row.remove, "disabled", layers.length === 1);
      const parts = found ? recursion(this.lang, layers[n], found, n + 1) : [];
      row.says.replaceChildren(...parts.map((part) => h("span", {}, part)));
    });
    setAttribute(this.add, "disabled", layers.length >= LIMITS.layers);
  }

  /** As many rows as there are layers. @param {number} count */
  #count(count) {
    while (this.rows.length > count) this.rows.pop().element.remove();
    while (this.rows.length < count) {
      const row = this.#row(this.rows.length);
      this.rows.push(row);
      this.list.append(row.element);
    }
  }

  /** Drops every refused text. */
  forget() {
    for (const { fields } of this.rows) for (const field of fields) field.forget();
  }
}
