/**
 * A network layer by layer: what each gives and costs, with every setting changeable.
 *
 * @import { Model, Refusal } from "../../types.js"
 * @import { RefusedLayer, Row } from "./arithmetic.js"
 * @import { Layer } from "./items.js"
 *
 * @typedef {{layers: Layer[], input_shape: number[], batch: number}} State
 * @typedef {{rows: Row[], refused: RefusedLayer | null}} Result
 */
import { Explorer, mounted } from "../../explorer.js";
import { h, setText } from "../../parts/dom.js";
import { SpinField } from "../../parts/fields.js";
import { placeView } from "../../state/link.js";
import { learn } from "../../words/words.js";
import counted from "../../../vocabulary/network.json" with { type: "json" };
import { table, totals } from "./arithmetic.js";
import { LayerBench } from "./bench.js";
import { derivation } from "./derivation.js";
import { NetworkDrawing } from "./drawing.js";
import { program } from "./exporting.js";
import { folds, LIMITS, places, treeRefusal } from "./items.js";
import { networkFields } from "./link.js";
import { named, reasonText } from "./reasons.js";
import { NetworkTable } from "./table.js";
import { bytesText, grouped } from "./writing.js";
import words from "./words.json" with { type: "json" };

learn({ ...counted, ...words });

/** The words for channels, height and width, and the most of each. @type {[string, number][]} */
const SIZES = [
  ["network.input.channels", LIMITS.channels],
  ["ui.field.input_height", LIMITS.side],
  ["ui.field.input_width", LIMITS.side],
];

/** Rows up to the first layer that is impossible, and why it is. @param {State} values @returns {Result} */
const count = ({ layers, input_shape, batch }) => table(layers, input_shape, batch);

/** @extends {Explorer<State, Result>} */
class NetworkExplorer extends Explorer {
  /** @param {Model} model */
  constructor(model) {
    super(model, ["layers", "input_shape", "batch"]);
    this.at = 0;
    this.author = totals(count(this.draft.author).rows);
  }

  /** @param {State} values @returns {Refusal | null} */
  refusal(values) {
    return treeRefusal(values.layers) ?? named(count(values).refused);
  }

  /** @param {State} values */
  compute(values) {
    return count(values);
  }

  build() {
    const { lang, draft, word } = this;
    this.drawing = this.keep(new NetworkDrawing(lang, (index) => this.pick(index), (path) => this.#fold(path)));
    this.table = this.keep(new NetworkTable(lang, (index) => this.pick(index), () => this.update()));
    this.bench = this.keep(
      new LayerBench({
        lang,
        draft,
        refuse: this.alerts.set,
        tell: this.alerts.tell,
        replace: (layers, at) => this.#replace(layers, at),
        stay: (button) => this.#keepFocus(button),
      }),
    );
    this.totals = h("p", { class: "cx-shape" });
    this.status = h("div", { role: "status", class: "cx-status" }, this.totals);
    this.pale = [this.status];
    return {
      name: word("network.name"),
      kind: "nx",
      stage: [this.#inputs(), this.drawing.frame],
      knobs: [this.bench.element],
      outcome: [this.status, this.table.box],
      more: [this.#program()],
      hint: `${word("network.hint")} ${word("network.versus")}`,
    };
  }

  /** What PyTorch would need, folded. */
  #program() {
    const name = this.word("tree.program");
    this.code = h("code", {});
    const box = h("pre", { tabindex: 0, role: "group", "aria-label": name }, this.code);
    return h("details", { class: "nx-program" }, h("summary", {}, name), box);
  }

  /** Spin buttons for the input's size and the batch. */
  #inputs() {
    const resized = (axis, value) => this.draft.values.input_shape.map((old, a) => (a === axis ? value : old));
    this.sizes = SIZES.map(([key, most], axis) =>
      this.#spin(key, most, (value) => this.draft.change({ input_shape: resized(axis, value) }))
    );
    this.batch = this.#spin("network.batch", LIMITS.batch, (batch) => this.draft.change({ batch }));
    /** @param {SpinField} field */
    const group = ({ name, element }) =>
      h("div", { class: "cx-group" }, h("span", { "aria-hidden": "true" }, name), element);
    return h("div", { class: "cx-extras nx-inputs" }, ...[...this.sizes, this.batch].map(group));
  }

  /** @param {string} key @param {number} maximum @param {(value: number) => void} write */
  #spin(key, maximum, write) {
    const { lang, word, alerts } = this;
    const spin = this.keep(new SpinField({ lang, name: word(key), minimum: 1, maximum, write, refuse: alerts.set }));
    spin.element.classList.add("nx-long");
    return spin;
  }

  /** A link tells the chosen layer, too. */
  linked() {
    /** @type {() => [number]} */
    const get = () => [this.at];
    const within = ({ layers }) => [places(layers).length];
    const take = ([at]) => (this.at = at);
    return { fields: networkFields(), view: { o: placeView({ get, usual: () => [0], within, take }) } };
  }

  forgetView() {
    this.at = 0;
  }

  // --- changes

  /** @param {Layer[]} layers @param {number} at */
  #replace(layers, at) {
    this.at = at;
    this.draft.change({ layers });
    this.#reveal();
  }

  /** A button that has just been disabled or hidden would lose the focus: the layer's own button takes it. @param {HTMLButtonElement} button */
  #keepFocus(button) {
    (button.disabled || button.closest("[hidden]") ? this.table.rows[this.at].button : button).focus();
  }

  /** Chooses a layer. */
  pick(index) {
    this.at = index;
    this.update();
    this.#reveal();
    this.bench.reveal();
  }

  /** Scrolls the drawing and the table, and nothing else, to the chosen layer. */
  #reveal() {
    this.table.reveal(this.at); // which may unfold a block, in the drawing too
    this.drawing.reveal();
  }

  /** Folds or unfolds a block of the drawing, in the table too. @param {string} path */
  #fold(path) {
    this.table.toggle(path);
    this.table.revealHead(path);
  }

  // --- from state to page

  /** @param {State} values */
  draw(values) {
    const { layers, input_shape, batch } = values;
    const found = this.draft.refused ? count(values) : this.result, rows = places(layers);
    this.bench.fit();
    this.at = Math.min(this.at, rows.length - 1);
    this.sizes.forEach((field, axis) => field.show(input_shape[axis]));
    this.batch.show(batch);
    this.#showTotals();
    this.table.show({ places: rows, folds: folds(layers), input: input_shape, batch, found, at: this.at });
    this.#showDrawing(values, found);
    this.bench.show(this.at, found.rows, this.#lines(values, found));
    this.table.settle(this.at);
    const { valid } = this.draft;
    setText(this.code, program(this.lang, valid.layers, valid.input_shape));
  }

  /** @param {State} values @param {Result} found */
  #showDrawing({ layers, input_shape }, { rows, refused }) {
    const shapes = rows.map(({ shape }) => shape);
    const kinds = places(layers), trunk = shapes.filter((_, n) => kinds[n].depth === 0);
    const texts = [input_shape, ...trunk].map((shape) => shape.join("×"));
    const chain = texts.filter((text, n) => text !== texts[n - 1]).join(" → ");
    const first = this.word("network.picture", { count: kinds.length, shapes: chain });
    const name = refused
      ? this.word("ui.sentences", { first, second: this.word("network.picture.impossible", refused) })
      : first;
    this.drawing.show({
      input: input_shape,
      layers,
      places: kinds,
      shapes,
      at: this.at,
      name,
      inputName: this.word("ui.input"),
      closed: this.table.closed,
    });
  }

  /** Totals of the last possible network, and how they differ from the author's. */
  #showTotals() {
    const now = totals(this.result.rows), { author } = this;
    const more = (name, write) => `${now[name] < author[name] ? "−" : "+"}${write(Math.abs(now[name] - author[name]))}`;
    setText(
      this.totals,
      this.word("network.status", {
        parameters: grouped(now.parameters),
        parameters_more: more("parameters", grouped),
        adds: grouped(now.multiply_adds),
        adds_more: more("multiply_adds", grouped),
        memory: bytesText(now.memory),
        memory_more: more("memory", bytesText),
      }),
    );
  }

  /** The chosen layer's numbers written out, or why there are none. @param {State} values @param {Result} found @returns {string[]} */
  #lines({ layers, batch }, { rows, refused }) {
    const { lang, at } = this;
    if (at < rows.length) return derivation(lang, places(layers)[at].item, rows[at], batch);
    if (at === rows.length) return [reasonText(lang, refused)];
    return [this.word("network.derive.below", { layer: refused.layer })];
  }
}

/** anywidget's entry. */
export const render = mounted(NetworkExplorer);
