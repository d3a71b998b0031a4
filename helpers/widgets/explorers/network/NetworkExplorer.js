/** A network layer by layer: what each gives and costs, with every setting changeable. */
import { Draft } from "../../state/draft.js";
import { h, icon, setAttribute, setText, withSubscripts } from "../../parts/dom.js";
import { SpinField, choice } from "../../parts/fields.js";
import { Alerts, StateLink, region } from "../../parts/frame.js";
import { placeView } from "../../state/link.js";
import { KINDS, LIMITS, bytesText, freshLayer, grouped, layersFromText, layersToText, table, totals } from "./arithmetic.js";
import { reasonText, sentence } from "./reasons.js";
import { derivation } from "./derivation.js";
import { NetworkDrawing } from "./drawing.js";
import { LayerEditor } from "./editor.js";
import { NetworkTable } from "./table.js";
import { learn, say } from "../../words/words.js";
import words from "../../../vocabulary/network.json" with { type: "json" };

learn(words);

const ICONS = { up: "M12 6l7 8H5z", down: "M12 18l7-8H5z", remove: "M6 5l6 6 6-6 1 1-6 6 6 6-1 1-6-6-6 6-1-1 6-6-6-6z" };
const SIZES = [["network.input.channels", LIMITS.channels], ["ui.field.input_height", LIMITS.side], ["ui.field.input_width", LIMITS.side]];

const count = ({ layers, input_shape, batch }) => table(layers, input_shape, batch);
const refused = (values) => count(values).refused;

const wholes = (text, most) => {
  const parts = text.split(",");
  return parts.length === most.length && parts.every((part, n) => /^\d{1,5}$/.test(part) && Number(part) >= 1 && Number(part) <= most[n]) ? parts.map(Number) : null;
};
const shapeField = {
  trait: "input_shape",
  write: String,
  read: (text) => {
    const value = wholes(text, SIZES.map(([, most]) => most));
    return value && { value };
  },
};
const batchField = {
  trait: "batch",
  write: String,
  read: (text) => {
    const value = wholes(text, [LIMITS.batch]);
    return value && { value: value[0] };
  },
};
const layersField = { trait: "layers", write: layersToText, read: layersFromText };

class NetworkExplorer {
  constructor(model, el) {
    this.lang = model.get("lang");
    this.at = 0;
    this.editors = new Map();
    this.alerts = new Alerts(this.lang, () => this.update());
    this.draft = new Draft(model, ["layers", "input_shape", "batch"], refused, () => {
      this.alerts.passing = [];
      this.update();
    });
    this.author = totals(count(this.draft.author).rows);
    this.#build(model, el);
    this.update();
    this.link?.start();
  }

  #build(model, el) {
    const word = (key, parameters) => say(this.lang, key, parameters);
    this.drawing = new NetworkDrawing((index) => this.pick(index));
    this.table = new NetworkTable(this.lang, (index) => this.pick(index));
    this.status = h("div", { role: "status", class: "cx-status cx-shape" });
    this.editor = h("div", {});
    this.says = h("div", { class: "cx-formula nx-says" });
    const reset = h("button", { type: "button", class: "cx-button cx-reset", onclick: () => this.#reset() }, word("ui.reset"));
    const bar = h("div", { class: "cx-bar" }, reset);
    const drawing = { class: "cx-scroll", role: "group", tabindex: 0, "aria-label": word("network.drawing") };
    const bench = h("div", { class: "nx-bench" }, h("div", {}, this.editor, this.#tools()), this.says);
    this.root = region(word("network.name"), this.#inputs(), h("div", drawing, this.drawing.element),
      h("div", { class: "cx-pair nx-pair" }, h("div", { class: "cx-scroll nx-scroll" }, this.table.element),
        h("div", { class: "cx-beside" }, this.status, this.alerts.element, bench)),
      bar, h("p", { class: "cx-hint" }, `${word("network.hint")} ${word("network.versus")}`));
    this.root.classList.add("nx");
    if (model.static && model.get("html_id")) {
      this.link = new StateLink({
        lang: this.lang, draft: this.draft, id: model.get("html_id"), root: this.root, alerts: this.alerts, fields: { x: shapeField, n: batchField, l: layersField },
        sentence: (found) => sentence(this.lang, found), forget: () => this.#forget(),
        view: { o: placeView({ get: () => [this.at], usual: () => [0], within: ({ layers }) => [layers.length], take: ([at]) => (this.at = at) }) },
      });
      bar.append(this.link.element);
    }
    el.append(this.root);
  }

  /** Spin buttons for the input's size and the batch. */
  #inputs() {
    const spin = (key, maximum, write) => new SpinField({ lang: this.lang, name: say(this.lang, key), minimum: 1, maximum, write, refuse: this.alerts.set });
    this.sizes = SIZES.map(([key, most], axis) => spin(key, most, (value) => this.draft.change({ input_shape: this.draft.values.input_shape.map((old, a) => (a === axis ? value : old)) })));
    this.batch = spin("network.batch", LIMITS.batch, (batch) => this.draft.change({ batch }));
    const groups = [...this.sizes, this.batch].map((field) => h("div", { class: "cx-group" }, h("span", { "aria-hidden": "true" }, field.name), field.element));
    for (const { element } of [...this.sizes, this.batch]) element.classList.add("nx-long");
    return h("div", { class: "cx-extras" }, ...groups);
  }

  /** Buttons that move, remove and add layers. */
  #tools() {
    const button = (act, ...content) => h("button", { type: "button", class: "cx-button", onclick: act }, ...content);
    this.tools = {
      up: button(() => this.#move(this.at - 1), icon(ICONS.up)),
      down: button(() => this.#move(this.at + 1), icon(ICONS.down)),
      remove: button(() => this.#remove(), icon(ICONS.remove)),
    };
    this.kind = choice(say(this.lang, "network.add.kind"), Object.keys(KINDS).map((kind) => [kind, kind]), () => {});
    this.add = button(() => this.#add());
    return h("div", { class: "cx-extras nx-tools" }, h("span", { class: "cx-player" }, ...Object.values(this.tools)), this.kind.element, this.add);
  }

  // --- changes

  /** Puts other layers in place; refused texts of the old ones would stand in the wrong place, so they go. */
  #replace(layers, at) {
    this.#close();
    this.at = at;
    this.draft.change({ layers });
  }

  #move(to) {
    const layers = [...this.draft.values.layers], [layer] = layers.splice(this.at, 1), button = to < this.at ? this.tools.up : this.tools.down;
    layers.splice(to, 0, layer);
    this.#replace(layers, to);
    this.#keepFocus(button);
  }

  #remove() {
    const layers = this.draft.values.layers.filter((_, n) => n !== this.at);
    this.#replace(layers, Math.min(this.at, layers.length - 1));
    this.#keepFocus(this.tools.remove);
  }

  #add() {
    const layers = [...this.draft.values.layers];
    layers.splice(this.at + 1, 0, freshLayer(this.kind.select.value));
    this.#replace(layers, this.at + 1);
    this.#keepFocus(this.add);
  }

  /** A button that has just been disabled would lose the focus: the layer's own button takes it. */
  #keepFocus(button) {
    (button.disabled ? this.table.rows[this.at].button : button).focus();
  }

  /** Drops the editors that `keep` does not name. */
  #close(keep = () => false) {
    for (const [index, editor] of [...this.editors]) {
      if (keep(index, editor)) continue;
      this.editors.delete(index);
      editor.close();
    }
  }

  #forget() {
    this.#close();
    for (const field of [...this.sizes, this.batch]) field.forget();
    this.alerts.clear();
    this.at = 0;
  }

  #reset() {
    this.#forget();
    this.draft.change({ ...this.draft.author });
    this.link?.leave();
  }

  // --- from state to page

  /** Shows the whole state. */
  update() {
    const { draft, lang } = this, { layers, input_shape, batch } = draft.values;
    this.#close((index, editor) => editor.suits(layers[index]));
    this.at = Math.min(this.at, layers.length - 1);
    this.found = count(draft.values);
    const impossible = this.alerts.show(draft.refused ? [sentence(lang, draft.refused)] : []);
    this.sizes.forEach((field, axis) => field.show(input_shape[axis]));
    this.batch.show(batch);
    this.#tell();
    setAttribute(this.status, "aria-disabled", impossible ? "true" : null);
    this.table.show({ layers, input: input_shape, batch, found: this.found, at: this.at });
    this.#draw();
    this.#showLayer();
    this.link?.update();
  }

  /** Selects a layer. */
  pick(index) {
    this.at = index;
    this.update();
    this.#reveal();
  }

  /** Scrolls the drawing, and nothing else, to the selected layer. */
  #reveal() {
    const box = this.drawing.element.parentElement, chosen = this.drawing.element.querySelector(".nx-chosen");
    const [inner, outer] = [chosen, box].map((element) => element.getBoundingClientRect());
    if (inner.left < outer.left) box.scrollLeft += inner.left - outer.left - 8;
    else if (inner.right > outer.right) box.scrollLeft += inner.right - outer.right + 8;
  }

  #draw() {
    const { lang, draft, found } = this, { layers, input_shape } = draft.values, shapes = found.rows.map((row) => row.shape);
    const chain = [input_shape, ...shapes].map((shape) => shape.join("×")).filter((text, n, all) => text !== all[n - 1]);
    const lines = [say(lang, "network.picture", { count: layers.length, shapes: chain.join(" → ") })];
    if (found.refused) lines.push(say(lang, "network.picture.impossible", found.refused));
    this.drawing.show({ input: input_shape, layers, shapes, at: this.at, name: lines.join(" "), inputName: say(lang, "ui.input") });
  }

  /** Totals of the last possible network, and how they differ from the author's. */
  #tell() {
    const now = totals(count(this.draft.valid).rows), { author } = this;
    const signed = (name, write) => `${now[name] < author[name] ? "−" : "+"}${write(Math.abs(now[name] - author[name]))}`;
    setText(this.status, say(this.lang, "network.status", {
      parameters: grouped(now.parameters), parameters_more: signed("parameters", grouped),
      adds: grouped(now.multiply_adds), adds_more: signed("multiply_adds", grouped),
      memory: bytesText(now.memory), memory_more: signed("memory", bytesText),
    }));
  }

  #editorOf(index) {
    if (this.editors.has(index)) return this.editors.get(index);
    const editor = new LayerEditor({
      lang: this.lang, index, refuse: this.alerts.set,
      read: () => this.draft.values.layers[index],
      write: (patch) => this.draft.change({ layers: this.draft.values.layers.map((layer, n) => (n === index ? { ...layer, ...patch } : layer)) }),
    });
    this.editors.set(index, editor);
    return editor;
  }

  /** The selected layer's controls, its numbers written out, and the buttons that concern it. */
  #showLayer() {
    const { lang, at, found, draft } = this, { layers, batch } = draft.values, editor = this.#editorOf(at), layer = at + 1;
    if (this.editor.firstChild !== editor.element) this.editor.replaceChildren(editor.element);
    editor.show();
    const lines = at < found.rows.length ? derivation(lang, layers[at], found.rows[at], batch) : [this.#reason()];
    if (lines.join("\n") !== this.said) this.says.replaceChildren(...lines.map((line) => h("p", {}, ...withSubscripts(line))));
    this.said = lines.join("\n");
    for (const [name, button] of Object.entries(this.tools)) setAttribute(button, "aria-label", say(lang, `field.layer.${name}`, { layer }));
    setAttribute(this.tools.up, "disabled", at === 0);
    setAttribute(this.tools.down, "disabled", at === layers.length - 1);
    setAttribute(this.tools.remove, "disabled", layers.length === 1);
    setAttribute(this.add, "disabled", layers.length >= LIMITS.layers);
    setText(this.add, say(lang, "network.add", { layer }));
  }

  #reason() {
    const { refused: why } = this.found;
    return this.at === this.found.rows.length ? reasonText(this.lang, why) : say(this.lang, "network.derive.below", { layer: why.layer });
  }

  destroy() {
    this.link?.destroy();
    this.draft.destroy();
  }
}

/** anywidget's entry. */
export function render({ model, el }) {
  const explorer = new NetworkExplorer(model, el);
  return () => explorer.destroy();
}
