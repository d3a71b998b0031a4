/**
 * Networks side by side: what each costs by the reader's own weights, how accurate it is, and in which order they come.
 *
 * @import { Field } from "../../state/link.js"
 * @import { Model, Refusal } from "../../types.js"
 * @import { Compared, Placed } from "./arithmetic.js"
 *
 * @typedef {{field: string, weights: number[], rate: number, epoch: number}} State
 */
import { Explorer, mounted } from "../../explorer.js";
import { h, setAttribute, setText } from "../../parts/dom.js";
import { choice } from "../../parts/fields.js";
import { learn } from "../../words/words.js";
import { COSTS, placed } from "./arithmetic.js";
import limits from "./limits.json" with { type: "json" };
import { Plot } from "./plot.js";
import words from "./words.json" with { type: "json" };

learn(words);

const COLUMNS = [...COSTS, "accuracy", "cost", "value"];

/** A number with three digits that count. @param {number} value */
const brief = (value) => (value >= 100 ? value.toFixed(0) : String(Number(value.toPrecision(3))));

/** @extends {Explorer<State, Placed[]>} */
class CostExplorer extends Explorer {
  /** @param {Model} model */
  constructor(model) {
    super(model, ["field", "weights", "rate", "epoch"]);
    /** The networks of each field. @type {Record<string, Compared[]>} */
    this.fields = model.get("fields");
  }

  /** @param {State} values @returns {Refusal | null} */
  refusal({ weights }) {
    return weights.every((weight) => weight === 0) ? { key: "cost.bad.weights", params: {} } : null;
  }

  /** @param {State} values @returns {Placed[]} */
  compute({ field, ...measure }) {
    return placed(this.fields[field], measure);
  }

  // --- building

  build() {
    const { word, draft } = this, names = Object.keys(this.fields);
    this.plot = new Plot({ x: word("cost.axis.cost"), y: word("cost.axis.accuracy") });
    this.status = h("div", { role: "status", class: "cx-status" });
    this.body = h("tbody", {});
    const heads = ["network", ...COLUMNS].map((key) => h("th", { scope: "col" }, word(`cost.${key}`)));
    this.table = h(
      "table",
      { class: "nx-table" },
      h("caption", {}, word("cost.caption")),
      h("thead", {}, h("tr", {}, ...heads)),
      this.body,
    );
    this.field = choice(
      word("cost.field"),
      names.map((name) => [name, word(`cost.field.${name}`)]),
      (field) => draft.change({ field, epoch: this.#epochs(field) }),
    );
    this.sliders = [
      ...COSTS.map((kind, n) => this.#slider(kind, { max: limits.weight }, (value) => this.#weigh(n, value))),
      this.#slider("rate", { max: limits.rate, step: 0.1 }, (rate) => draft.change({ rate })),
      this.#slider("epoch", { min: 1, max: limits.epoch }, (epoch) => draft.change({ epoch })),
    ];
    this.pale = [this.status, this.table];
    return {
      name: word("cost.name"),
      kind: "ex",
      stage: [h("div", {}, this.plot.element)],
      knobs: [
        h("div", { class: "cx-extras" }, this.field.element),
        h(
          "div",
          { class: "cx-settings", role: "group", "aria-label": word("cost.weights") },
          ...this.sliders.map(({ element }) => element),
        ),
      ],
      outcome: [this.status, h("div", { class: "cx-scroll" }, this.table)],
      hint: word("cost.hint"),
    };
  }

  /** A slider with its name before it and its value after it. @param {string} key @param {Record<string, number>} range @param {(value: number) => void} write */
  #slider(key, range, write) {
    const name = this.word(`cost.${key}`), told = h("span", { "aria-hidden": "true" });
    const input = h("input", {
      type: "range",
      min: 0,
      step: 1,
      ...range,
      "aria-label": name,
      oninput: () => write(Number(input.value)),
    });
    const element = h("label", { class: "cx-group" }, h("span", { class: "cx-label" }, name), input, told);
    return { input, told, element };
  }

  /** @param {number} n @param {number} value */
  #weigh(n, value) {
    this.draft.change({ weights: this.draft.values.weights.map((weight, at) => (at === n ? value : weight)) });
  }

  /** Epochs of a field's recordings. @param {string} field */
  #epochs(field) {
    return Math.max(1, ...this.fields[field].map(({ accuracy }) => accuracy?.length ?? 1));
  }

  linked() {
    /** A number in steps. @param {string} trait @param {number} low @param {number} high @param {RegExp} form @returns {Field<number>} */
    const number = (trait, low, high, form) => ({
      trait,
      write: String,
      read: (text) => (form.test(text) && Number(text) >= low && Number(text) <= high ? { value: Number(text) } : null),
    });
    /** @type {Field<number[]>} */
    const weights = {
      trait: "weights",
      write: (value) => value.join(","),
      read: (text) => {
        const value = text.split(",").map((part) => (/^\d{1,2}$/.test(part) ? Number(part) : NaN));
        return value.length === COSTS.length && value.every((one) => one <= limits.weight) ? { value } : null;
      },
    };
    /** @type {Field<string>} */
    const field = {
      trait: "field",
      write: String,
      read: (text) => (Object.hasOwn(this.fields, text) ? { value: text } : null),
    };
    return {
      fields: {
        f: field,
        w: weights,
        r: number("rate", 0, limits.rate, /^\d(\.\d)?$/),
        e: number("epoch", 1, limits.epoch, /^\d$/),
      },
    };
  }

  // --- from state to page

  /** @param {State} values */
  draw({ field, weights, rate, epoch }) {
    this.field.select.value = field;
    const most = this.#epochs(field), shown = [...weights, rate, Math.min(epoch, most)];
    this.sliders.at(-1).input.max = String(most);
    this.sliders.forEach(({ input, told }, n) => {
      input.value = String(shown[n]);
      setText(told, String(shown[n]));
    });
    const known = this.result.filter(({ accuracy }) => accuracy !== null);
    this.plot.show(
      known,
      this.word("cost.plot", { points: this.#listed(known.map((one) => this.#point(one))) }),
      this.#range(known),
    );
    this.#rows();
    this.#tell(known);
  }

  /** A range of points that holds the accuracies. @param {Placed[]} known @returns {[number, number]} */
  #range(known) {
    const all = known.map(({ accuracy }) => 100 * accuracy);
    return all.length ? [Math.floor(Math.min(...all) - 0.5), Math.ceil(Math.max(...all) + 0.5)] : [0, 100];
  }

  /** @param {string[]} texts */
  #listed(texts) {
    return texts.join(this.word("ui.comma"));
  }

  /** @param {number} accuracy */
  #percent(accuracy) {
    return this.word("cost.percent", { value: (100 * accuracy).toFixed(1) });
  }

  /** @param {number} cost */
  #times(cost) {
    return this.word("cost.times", { value: brief(cost) });
  }

  /** @param {Placed} one */
  #point({ network: { title }, accuracy, cost }) {
    return this.word("cost.point", { title, accuracy: this.#percent(accuracy), cost: this.#times(cost) });
  }

  #rows() {
    this.body.replaceChildren(...this.result.map((one) => this.#row(one)));
  }

  /** @param {Placed} one */
  #row(one) {
    const { title, side, key } = one.network, texts = this.#texts(one);
    const head = h("th", { scope: "row" }, this.word("cost.sized", { title, side }));
    const cells = COLUMNS.map((column) =>
      h("td", { "data-label": this.word(`cost.${column}`), "data-value": texts[column].value }, texts[column].text)
    );
    return h("tr", { "data-key": key, class: one.beaten && "ex-beaten" }, head, ...cells);
  }

  /** What the cells of a row hold. @param {Placed} one @returns {Record<string, {text: string, value: number | null}>} */
  #texts({ network, cost, accuracy, value }) {
    const { word } = this, none = { text: word("cost.unrecorded"), value: null };
    /** @param {string} key @param {number} number @param {number} unit */
    const told = (key, number, unit) => ({ text: word(key, { value: brief(number / unit) }), value: number });
    return {
      parameters: told("cost.millions", network.parameters, 1e6),
      multiply_adds: told("cost.millions", network.multiply_adds, 1e6),
      memory: told("cost.megabytes", network.memory, 1e6),
      seconds: told("cost.milliseconds", network.seconds, 1e-3),
      accuracy: accuracy === null ? none : { text: this.#accuracy(network, accuracy), value: accuracy },
      cost: { text: this.#times(cost), value: cost },
      value: value === null ? { text: "", value: null } : { text: value.toFixed(1), value },
    };
  }

  /** An accuracy, with its spread where it is the last one and has one. @param {Compared} network @param {number} accuracy */
  #accuracy({ accuracy: curve, spread }, accuracy) {
    if (spread === null || Math.min(this.draft.valid.epoch, curve.length) < curve.length) {
      return this.#percent(accuracy);
    }
    return this.word("cost.spread", { value: (100 * accuracy).toFixed(1), spread: (100 * spread).toFixed(1) });
  }

  /** @param {Placed[]} known */
  #tell(known) {
    const { word } = this, lines = [];
    if (known.length) {
      const [{ network: { title }, accuracy, cost }] = known, beaten = known.filter((one) => one.beaten);
      lines.push(word("cost.first", { title, accuracy: this.#percent(accuracy), cost: this.#times(cost) }));
      const names = beaten.map((one) => word("cost.by", { title: one.network.title, other: one.beaten }));
      lines.push(beaten.length ? word("cost.beaten", { names: this.#listed(names) }) : word("cost.unbeaten"));
    }
    const missing = this.result.filter(({ accuracy }) => accuracy === null).map(({ network: { title } }) => title);
    if (missing.length) lines.push(word("cost.missing", { names: this.#listed(missing) }));
    while (this.status.children.length > lines.length) this.status.lastChild.remove();
    lines.forEach((line, n) => {
      if (!this.status.children[n]) this.status.append(h("p", {}));
      setText(this.status.children[n], line);
    });
    setAttribute(this.plot.element, "hidden", !known.length);
  }
}

/** anywidget's entry. */
export const render = mounted(CostExplorer);
