/**
 * The settings of one layer as controls, named with the layer's number.
 *
 * @import { Refusal, Refuse } from "../../types.js"
 * @import { Layer } from "./items.js"
 */
import { h, setAttribute, setText } from "../../parts/dom.js";
import { checkbox, choice, PairFields, SpinField } from "../../parts/fields.js";
import { ACTIVATIONS, JOINS, KINDS, POOLS, SETTINGS } from "./items.js";
import { parseNumber } from "../../arithmetic/numbers.js";
import { say } from "../../words/words.js";

/** Kinds that share one editor: the two poolings, or all activations; another kind stands alone. @param {string} kind @returns {string[]} */
export const family = (kind) => [ACTIVATIONS, POOLS].find((kinds) => kinds.includes(kind)) ?? [kind];

export class LayerEditor {
  /**
   * @param {{lang: string, index: number, read: () => Layer, write: (patch: Record<string, any>) => void, refuse: Refuse}} options
   */
  constructor({ lang, index, read, write, refuse }) {
    this.lang = lang;
    this.layer = index + 1;
    this.read = read;
    this.refuse = refuse;
    this.closed = false;
    /** @param {Record<string, any>} patch */
    this.write = (patch) => this.closed || write(patch); // a field taken off the page with the focus in it still writes
    const { kind } = read();
    this.family = family(kind);
    /** @type {{forget: () => void}[]} */
    this.fields = [];
    /** @type {((layer: Layer) => void)[]} */
    this.shows = [];
    const settings = kind === "Parallel" ? [this.#joinChoice()] : KINDS[kind].map((key) => this.#control(key));
    const parts = [...this.#kindChoice(), ...settings];
    this.title = h("strong", {});
    const controls = h("div", { class: "nx-controls" }, ...parts);
    this.element = h("div", { role: "group", class: "nx-editor" }, this.title, controls);
  }

  #word(key) {
    return say(this.lang, `network.${key}`, { layer: this.layer });
  }

  #kindChoice() {
    if (this.family.length === 1) return [];
    const pools = this.family === POOLS;
    const name = (kind) => (pools ? say(this.lang, `pool.mode.${kind === "AvgPool2d" ? "avg" : "max"}`) : kind);
    const options = this.family.map((kind) => [kind, name(kind)]);
    const label = this.#word(pools ? "pooling" : "function");
    const { select, element } = choice(label, options, (kind) => this.write({ kind }));
    this.shows.push((layer) => (select.value = layer.kind));
    return [element];
  }

  /** How branches are joined. */
  #joinChoice() {
    const options = Object.keys(JOINS).map((join) => [join, say(this.lang, `tree.join.${join}`)]);
    const { select, element } = choice(
      say(this.lang, "tree.join", { layer: this.layer }),
      options,
      (join) => this.write({ join }),
    );
    this.shows.push((layer) => (select.value = layer.join));
    return element;
  }

  #control(key) {
    const { type } = SETTINGS[key];
    return type === "pair" ? this.#pair(key) : type === "switch" ? this.#switch(key) : this.#spin(key, type);
  }

  #pair(key) {
    const { lang, refuse } = this, { least, most } = SETTINGS[key];
    const pair = new PairFields({
      lang,
      refuse,
      label: say(lang, `network.label.${key}`),
      names: [this.#word(`${key}.rows`), this.#word(`${key}.columns`)],
      minimum: least,
      maximum: most,
      read: () => (this.closed ? [least, least] : this.read()[key]),
      write: (value) => this.write({ [key]: value }),
    });
    this.fields.push(pair);
    this.shows.push(() => pair.show());
    return pair.element;
  }

  #spin(key, type) {
    const { lang, refuse } = this, { least = 0, most = 1 } = SETTINGS[key], name = this.#word(key);
    const tenth = (value, by) => Math.round((value + by / 10) * 1e4) / 1e4;
    const special = type === "probability" ? { parse: (text) => probability(text, name), next: tenth } : {};
    const write = (value) => this.write({ [key]: value });
    const spin = new SpinField({ lang, name, minimum: least, maximum: most, write, refuse, ...special });
    spin.element.classList.add("nx-long");
    this.fields.push(spin);
    this.shows.push((layer) => spin.show(layer[key]));
    const label = h("span", { class: "cx-label", "aria-hidden": "true" }, say(lang, `network.label.${key}`));
    return h("div", { class: "cx-group" }, label, spin.element);
  }

  #switch(key) {
    const { box, element } = checkbox(this.#word(key), (on) => this.write({ [key]: on }));
    this.shows.push((layer) => (box.checked = layer[key]));
    return element;
  }

  show() {
    const layer = this.read(), kind = JOINS[layer.join] ?? layer.kind;
    const name = say(this.lang, "network.layer", { layer: this.layer, kind });
    setText(this.title, name);
    setAttribute(this.element, "aria-label", name);
    for (const show of this.shows) show(layer);
  }

  /** Whether it shows the settings of such a layer. @param {Layer | undefined} layer */
  suits(layer) {
    return layer !== undefined && family(layer.kind).join() === this.family.join();
  }

  /** Drops the editor for good. */
  close() {
    this.closed = true;
    this.forget();
  }

  forget() {
    for (const field of this.fields) field.forget();
  }
}

/** @param {string} text @param {string} name @returns {{value: number} | Refusal} */
function probability(text, name) {
  const parsed = parseNumber(text);
  if (!("value" in parsed)) return parsed;
  const { value } = parsed;
  if (value >= 0 && value <= 1 && Number(value.toFixed(4)) === value) return parsed;
  return { key: "network.bad.p", params: { name, value: text.trim() } };
}
