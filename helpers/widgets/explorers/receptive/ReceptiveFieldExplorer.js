/** The receptive field of any element in a stack of layers that the reader builds. */
import { Draft } from "../../state/draft.js";
import { h, icon, setAttribute, setText } from "../../parts/dom.js";
import { FieldDrawing } from "./drawing.js";
import { SpinField, choice } from "../../parts/fields.js";
import { Alerts, StateLink, region } from "../../parts/frame.js";
import { Grid } from "../../parts/grid/grid.js";
import { matrixFromText, matrixToText, placeView } from "../../state/link.js";
import { formatNumber } from "../../arithmetic/numbers.js";
import { LEAST, fields, middleHalf, paths, sizes } from "./arithmetic.js";
import { learn, say } from "../../words/words.js";
import LIMITS from "./limits.json" with { type: "json" };
import words from "./words.json" with { type: "json" };

learn(words);

const NUMBERS = ["kernel", "stride", "padding", "dilation"];
const STACKS = {
  two: [[2, 1, 0, 1], [2, 1, 0, 1]],
  three: [[3, 1, 1, 1], [3, 1, 1, 1], [3, 1, 1, 1]],
  strided: [[3, 2, 1, 1], [3, 2, 1, 1], [3, 2, 1, 1]],
  dilated: [[3, 1, 1, 1], [3, 1, 2, 2], [3, 1, 4, 4]],
  gridding: [[3, 1, 2, 2], [3, 1, 2, 2], [3, 1, 2, 2]],
  lenet: [[5, 1, 2, 1], [2, 2, 0, 1], [5, 1, 0, 1], [2, 2, 0, 1]],
};
const ICONS = { up: "M12 6l7 8H5z", down: "M12 18l7-8H5z", remove: "M6 5l6 6 6-6 1 1-6 6 6 6-1 1-6-6-6 6-1-1 6-6-6-6z" };

const refused = ({ size, layers }) => {
  const found = sizes(size, layers);
  return "sizes" in found ? null : found;
};

const layersField = {
  trait: "layers",
  write: matrixToText,
  read: (text) => {
    const parsed = matrixFromText(text, LIMITS.layers);
    return "value" in parsed && parsed.value.every((layer) => layer.length === 4 && layer.every((n, i) => Number.isInteger(n) && n >= LEAST[i] && n <= LIMITS[NUMBERS[i]])) ? parsed : null;
  },
};
const sizeField = {
  trait: "size",
  write: String,
  read: (text) => (/^\d{1,2}$/.test(text) && Number(text) >= 1 && Number(text) <= LIMITS.size ? { value: Number(text) } : null),
};

class ReceptiveFieldExplorer {
  constructor(model, el) {
    this.lang = model.get("lang");
    this.author = model.get("at") ?? null; // where the author looks from; null: the middle of the last layer
    this.at = this.author;
    this.alerts = new Alerts(this.lang, () => this.update());
    this.draft = new Draft(model, ["size", "layers"], refused, () => {
      this.alerts.passing = [];
      this.update();
    });
    this.rows = [];
    this.#build(model, el);
    this.update();
    this.link?.start();
  }

  #build(model, el) {
    const { lang, draft } = this, word = (key, parameters) => say(lang, key, parameters);
    const spin = (name, minimum, maximum, write) => new SpinField({ lang, name, minimum, maximum, write, refuse: this.alerts.set });
    const group = (name, field) => h("div", { class: "cx-group" }, h("span", { "aria-hidden": "true" }, name), field.element);
    this.size = spin(word("field.size"), 1, LIMITS.size, (size) => draft.change({ size }));
    this.level = spin(word("field.level"), 0, 0, (level) => this.pick(level, this.at[1]));
    this.place = spin(word("field.element"), 0, 0, (element) => this.pick(this.at[0], element));
    const stacks = choice(word("field.stack"), [["", word("ui.preset.own")], ...Object.keys(STACKS).map((key) => [key, word(`field.stack.${key}`)])], (key) => {
      if (!key) return;
      this.#settle();
      this.at = null;
      draft.change({ layers: STACKS[key] });
    });
    this.showStack = () => (stacks.select.value = Object.keys(STACKS).find((key) => matrixToText(STACKS[key]) === matrixToText(draft.values.layers)) ?? "");
    this.drawing = new FieldDrawing((level, element) => this.pick(level, element));
    this.map = new Grid({ lang, name: word("field.map"), kind: "input" });
    this.map.element.classList.add("cx-dense");
    this.list = h("div", { class: "cx-layers" });
    this.status = h("div", { role: "status", class: "cx-status" });
    this.add = h("button", { type: "button", class: "cx-button", onclick: () => this.#change([...draft.values.layers, [3, 1, 0, 1]]) }, word("field.add"));
    const reset = h("button", { type: "button", class: "cx-button cx-reset", onclick: () => this.#reset() }, word("ui.reset"));
    this.root = region(word("field.name"), h("div", { class: "cx-extras" }, group(word("field.size"), this.size), stacks.element), this.list,
      h("div", { class: "cx-bar" }, this.add, reset), this.alerts.element,
      h("div", { class: "cx-extras" }, group(word("field.level"), this.level), group(word("field.element"), this.place)), this.status,
      h("div", { class: "cx-scroll" }, this.drawing.element), this.map.element, h("p", { class: "cx-hint" }, word("field.hint")));
    if (model.static && model.get("html_id")) {
      this.link = new StateLink({
        lang, draft, id: model.get("html_id"), root: this.root, alerts: this.alerts, fields: { n: sizeField, l: layersField },
        sentence: (found) => this.#sentence(found), forget: () => this.#forget(), view: { o: this.#placeView() },
      });
      this.root.querySelector(".cx-bar").append(this.link.element);
    }
    el.append(this.root);
  }

  /** The level and the element that the reader looks from. */
  #placeView() {
    const levels = ({ size, layers }) => sizes(size, layers).sizes;
    const { read } = placeView({ within: (values) => [values.layers.length + 1, LIMITS.size + 2 * LIMITS.layers * LIMITS.padding] });
    return {
      take: (at) => (this.at = at),
      write: () => (String(this.at) === String(this.#usual(this.author)) ? null : this.at.join(",")),
      read: (text, values) => {
        const parsed = read(text, values);
        return parsed && parsed.value[1] < levels(values)[parsed.value[0]] ? parsed : null;
      },
    };
  }

  /** A level and an element that there are: those of `at` as far as possible, else the middle of the last layer. */
  #usual(at) {
    const { found } = this, last = found.length - 1, level = Math.min(Math.max(at?.[0] ?? last, 0), last);
    return [level, at ? Math.min(Math.max(at[1], 0), found[level] - 1) : Math.floor((found[level] - 1) / 2)];
  }

  #sentence({ layer, refusal }) {
    return say(this.lang, "ui.bad.where", { where: say(this.lang, "field.layer", { layer }), text: say(this.lang, refusal.key, refusal.params) });
  }

  // --- changes

  #change(layers) {
    this.draft.change({ layers });
  }

  /** Takes a layer out, or puts it elsewhere; refused texts of other layers would stand in the wrong place, so they go. */
  #move(from, to) {
    this.#settle();
    const layers = [...this.draft.values.layers], [layer] = layers.splice(from, 1);
    if (to !== null) layers.splice(to, 0, layer);
    this.#change(layers);
    const row = this.rows[Math.min(to ?? from, this.rows.length - 1)];
    (to === null || to === from ? row?.remove : to < from ? row?.up : row?.down)?.focus();
    if (this.root.getRootNode().activeElement?.disabled || !row) this.add.focus();
  }

  #settle() {
    for (const row of this.rows) for (const field of row.fields) field.forget();
  }

  #forget() {
    this.#settle();
    for (const field of [this.size, this.level, this.place]) field.forget();
    this.alerts.clear();
    this.at = this.author;
  }

  #reset() {
    this.#forget();
    this.draft.change({ ...this.draft.author });
    this.link?.leave();
  }

  // --- the list of layers

  #row(index) {
    const { lang } = this, layer = index + 1, word = (key, parameters) => say(lang, key, { layer, ...parameters });
    const fields = NUMBERS.map((name, n) => new SpinField({
      lang, name: word(`field.layer.${name}`), minimum: LEAST[n], maximum: LIMITS[name], refuse: this.alerts.set,
      write: (value) => this.#change(this.draft.values.layers.map((other, i) => (i === index ? other.map((old, m) => (m === n ? value : old)) : other))),
    }));
    const button = (name, act) => h("button", { type: "button", class: "cx-button", "aria-label": word(`field.layer.${name}`), onclick: act }, icon(ICONS[name]));
    const row = { fields, up: button("up", () => this.#move(index, index - 1)), down: button("down", () => this.#move(index, index + 1)), remove: button("remove", () => this.#move(index, null)), says: h("div", { class: "cx-formula" }) };
    const labelled = fields.map((field, n) => h("span", { class: "cx-group" }, h("span", { "aria-hidden": "true" }, say(lang, `ui.${NUMBERS[n]}`)), field.element));
    row.element = h("div", { class: "cx-layer", role: "group", "aria-label": word("field.layer") },
      h("div", { class: "cx-extras" }, h("strong", {}, word("field.layer")), ...labelled, h("span", { class: "cx-player" }, row.up, row.down, row.remove)), row.says);
    return row;
  }

  #showRows(found) {
    const { layers } = this.draft.values;
    while (this.rows.length > layers.length) this.rows.pop().element.remove();
    while (this.rows.length < layers.length) {
      this.rows.push(this.#row(this.rows.length));
      this.list.append(this.rows[this.rows.length - 1].element);
    }
    const seen = fields(layers);
    this.rows.forEach((row, n) => {
      row.fields.forEach((field, i) => field.show(layers[n][i]));
      setAttribute(row.up, "disabled", n === 0);
      setAttribute(row.down, "disabled", n === layers.length - 1);
      setAttribute(row.remove, "disabled", layers.length === 1);
      setText(row.says, found ? this.#recursion(layers[n], seen[n], seen[n + 1], found.sizes[n + 1]) : "");
    });
    setAttribute(this.add, "disabled", layers.length >= LIMITS.layers);
  }

  /** The recursion of one layer with its numbers. */
  #recursion([k, s, p, d], before, after, size) {
    const number = formatNumber;
    return [
      say(this.lang, "field.elements", { size }),
      `r = ${before.size} + ${d}·(${k} − 1)·${before.jump} = ${after.size}`,
      `j = ${before.jump}·${s} = ${after.jump}`,
      `c = ${number(before.centre)} + (${d}·(${k} − 1)/2 − ${p})·${before.jump} = ${number(after.centre)}`,
    ].join(";  ");
  }

  // --- from state to page

  /** Shows the whole state. */
  update() {
    const { draft, lang } = this;
    const impossible = this.alerts.show(draft.refused ? [this.#sentence(draft.refused)] : []);
    this.size.show(draft.values.size);
    this.#showRows(draft.refused ? null : sizes(draft.valid.size, draft.valid.layers));
    this.showStack();
    for (const element of [this.drawing.element, this.map.root, this.status]) setAttribute(element, "aria-disabled", impossible ? "true" : null);
    this.found = sizes(draft.valid.size, draft.valid.layers).sizes;
    this.pick(...this.#usual(this.at));
  }

  /** Shows what an element of a level sees. */
  pick(level, element) {
    const { lang, found } = this, { layers } = this.draft.valid;
    this.at = [level, Math.min(element, found[level] - 1)];
    const at = this.at, all = fields(layers), { counts, lost } = paths(found, layers, ...at);
    const names = found.map((_, l) => this.#levelName(l));
    Object.assign(this.level, { maximum: found.length - 1 });
    Object.assign(this.place, { maximum: found[level] - 1 });
    for (const field of [this.level, this.place]) field.input.setAttribute("aria-valuemax", String(field.maximum));
    this.level.show(at[0]);
    this.place.show(at[1]);
    this.#tell(all[level], counts, lost);
    this.drawing.show({ sizes: found, layers, fields: all, counts, at, names, name: say(lang, "field.picture", { level: names[level], element: at[1], seen: this.#spans(counts, names) }) });
    const input = counts[0];
    const map = Float64Array.from({ length: input.length ** 2 }, (_, n) => input[Math.floor(n / input.length)] * input[n % input.length]);
    this.map.draw({ h: input.length, w: input.length, d: map }, [0, 0], { caption: say(lang, "field.map_caption", { element: at[1] }) });
    this.map.element.style.setProperty("--total", String(Math.max(input.length, 20)));
    this.link?.update();
  }

  #levelName(level) {
    return level ? say(this.lang, "field.layer", { layer: level }) : say(this.lang, "ui.input");
  }

  /** For each level, the first and the last element that is seen. */
  #spans(counts, names) {
    const span = (list) => {
      const seen = list.flatMap((count, n) => (count ? [n] : []));
      return seen.length ? `${seen[0]}–${seen[seen.length - 1]}` : say(this.lang, "field.none");
    };
    return counts.map((list, l) => `${names[l]} ${span(list)}`).reverse().join(", ");
  }

  #tell({ size, jump, centre }, counts, lost) {
    const { lang, at: [level, element] } = this, number = formatNumber;
    const seen = counts[0].flatMap((count, n) => (count ? [n] : [])), total = counts[0].reduce((a, b) => a + b, 0);
    const middle = centre + element * jump, first = middle - (size - 1) / 2, last = middle + (size - 1) / 2;
    const lines = [say(lang, "field.sees", { level: this.#levelName(level), element, size, first, last, centre: number(middle) })];
    if (first < 0 || last > counts[0].length - 1) lines.push(say(lang, "field.cut", { count: Math.max(0, -first) + Math.max(0, last - counts[0].length + 1) }));
    if (seen.length && seen.length < seen[seen.length - 1] - seen[0] + 1) lines.push(say(lang, "field.gaps", { count: seen[seen.length - 1] - seen[0] + 1 - seen.length }));
    const ended = lost.reduce((a, b) => a + b, 0);
    if (seen.length) lines.push(say(lang, ended ? "field.paths_lost" : "field.paths", { total: number(total), half: middleHalf(counts[0]), seen: seen.length }));
    else lines.push(say(lang, "field.blind"));
    const text = lines.join("\n");
    if (text !== this.told) this.status.replaceChildren(...lines.map((line, n) => h("p", n ? {} : { class: "cx-shape" }, line)));
    this.told = text;
  }

  destroy() {
    this.link?.destroy();
    this.draft.destroy();
    this.map.destroy();
  }
}

/** anywidget's entry. */
export function render({ model, el }) {
  const explorer = new ReceptiveFieldExplorer(model, el);
  return () => explorer.destroy();
}
