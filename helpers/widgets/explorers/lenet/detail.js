/** One number of LeNet under the magnifying glass: its map, its window, its kernel, its sum. */
import { h, setAttribute, setText } from "../../parts/dom.js";
import { SpinField } from "../../parts/fields.js";
import { Grid } from "../../parts/grid/grid.js";
import { CONV1, CONV2, POOL, partials } from "./arithmetic.js";
import { STAGES, UNITS, largestProducts } from "./stages.js";
import { formatNumber } from "../../arithmetic/numbers.js";
import { at as valueAt, taps, toRows } from "../../arithmetic/ops.js";
import { pooled } from "../../arithmetic/pool.js";
import { products, showSum, sum } from "../../parts/weighted-sum.js";
import { say } from "../../words/words.js";

const MOST_PRODUCTS = 8; // of a fully connected unit's sum

const shown = (value) => (value < 0 ? `(${formatNumber(value)})` : formatNumber(value));

export class LeNetDetail {
  /** @param {{lang: string, alerts: object, draft: object, choose: (at: object) => void}} options `choose` gets what changes of the chosen place */
  constructor({ lang, alerts, draft, choose }) {
    Object.assign(this, { lang, alerts, draft, choose });
    const word = (key) => say(lang, key), { set: refuse, tell } = alerts;
    const write = (r, c, block) => this.#write(r, c, block);
    this.map = new Grid({ lang, name: word("lenet.detail.map"), kind: "output", picture: true, point: (r, c) => choose({ r, c }) });
    this.window = new Grid({ lang, name: word("picture.window"), kind: "input" });
    this.kernel = new Grid({ lang, name: word("ui.kernel"), kind: "kernel", refuse, tell, edit: (r, c, value) => write(r, c, [[value]]), paste: write });
    const sign = h("span", { class: "cx-sign", "aria-hidden": "true" }, "⋆");
    this.operand = h("div", { class: "cx-operand" }, sign, this.kernel.element);
    const spin = (key, act) => new SpinField({ lang, name: word(key), minimum: 0, maximum: 0, refuse, write: act });
    this.fields = { unit: spin("lenet.field.unit", (unit) => choose({ unit })), plane: spin("lenet.field.plane", (plane) => choose({ plane })) };
    const group = ({ name, element }) => h("div", { class: "cx-group" }, h("span", { "aria-hidden": "true" }, name), element);
    this.groups = { unit: group(this.fields.unit), plane: group(this.fields.plane) };
    const button = (act) => h("button", { type: "button", class: "cx-button", onclick: act });
    this.zero = button(() => this.#zero());
    this.restore = button(() => this.#restore());
    this.silence = button(() => this.#silence());
    this.restore.textContent = word("lenet.restore");
    this.title = h("p", { class: "cx-part" });
    this.stage = h("div", { class: "cx-stage cx-dense cx-glass" }, this.map.element, this.window.element, this.operand);
    this.sum = h("p", { class: "cx-sum", "aria-live": "polite", "aria-atomic": "true" });
    this.total = h("p", { class: "cx-sum" });
    this.element = h("div", { class: "cx-detail", role: "group", "aria-label": word("lenet.detail") }, this.title,
      h("div", { class: "cx-extras" }, this.groups.unit, this.groups.plane, this.zero, this.restore, this.silence), this.stage, this.sum, this.total);
  }

  // --- changes of the weights

  #place() {
    const { stage, unit, plane } = this.at;
    return [STAGES[stage].layer, unit, STAGES[stage].layer === 1 ? 0 : plane];
  }

  #isHere = ([layer, o, c]) => [layer, o, c].join() === this.#place().join();

  /** Puts a kernel in place of the chosen one; null takes the change back. */
  #put(rows) {
    const others = this.draft.values.kernels.filter((entry) => !this.#isHere(entry));
    this.draft.change({ kernels: rows ? [...others, [...this.#place(), rows]] : others });
  }

  #write(r, c, block) {
    const rows = toRows(this.kernel.matrix);
    block.forEach((line, i) => line.forEach((value, j) => (rows[r + i][c + j] = value)));
    this.#put(rows);
  }

  #zero() {
    this.kernel.forget();
    this.#put(toRows(this.kernel.matrix).map((row) => row.map(() => 0)));
  }

  #restore() {
    this.kernel.forget();
    this.#put(null);
  }

  #silenced = () => this.draft.values.silenced.findIndex(([layer, unit]) => layer === STAGES[this.at.stage].layer && unit === this.at.unit);

  #silence() {
    const { silenced } = this.draft.values, n = this.#silenced();
    this.draft.change({ silenced: n < 0 ? [...silenced, [STAGES[this.at.stage].layer, this.at.unit]] : silenced.filter((_, m) => m !== n) });
  }

  forget() {
    this.kernel.forget();
    for (const field of Object.values(this.fields)) field.forget();
  }

  // --- from state to page

  /**
   * Shows an element of a stage.
   * @param {{stage: string, unit: number, r: number, c: number, plane: number}} at
   * @param {object} result of `forward` @param {object} layers that it was made with
   * @returns {{r: number, c: number}[]} the places of the map below that it reads
   */
  show(at, result, layers) {
    const moved = this.at && (this.at.stage !== at.stage || this.at.unit !== at.unit || this.at.plane !== at.plane);
    if (moved) this.kernel.forget();
    this.at = { ...at };
    const { kind, layer, maps } = STAGES[at.stage], { lang } = this;
    for (const [part, on] of [[this.stage, maps], [this.operand, kind === "convolution"], [this.zero, kind === "convolution"], [this.restore, kind === "convolution"], [this.silence, layer < 5], [this.groups.plane, layer === 2], [this.total, layer === 2]])
      setAttribute(part, "hidden", !on);
    const values = result[at.stage], count = values.length;
    this.#bound(this.fields.unit, Math.min(at.unit, count - 1), count - 1);
    this.at.unit = Math.min(at.unit, count - 1);
    if (layer in UNITS) {
      const mute = this.#silenced() >= 0;
      setText(this.silence, say(lang, mute ? "lenet.speak" : "lenet.silence", { unit: this.at.unit }));
      setText(this.zero, say(lang, "lenet.zero"));
      setAttribute(this.restore, "disabled", !this.draft.values.kernels.some(this.#isHere));
    }
    return { convolution: () => this.#convolution(result, layers), pooling: () => this.#pooling(result), connected: () => this.#connected(result, layers) }[kind]();
  }

  #bound(field, value, maximum) {
    field.maximum = maximum;
    field.input.setAttribute("aria-valuemax", String(maximum));
    field.show(value);
  }

  /** Shows the chosen map, and the place in it. */
  #showMap(result) {
    const { stage, unit } = this.at, map = result[stage][unit], { lang } = this;
    const [r, c] = [Math.min(this.at.r, map.h - 1), Math.min(this.at.c, map.w - 1)];
    Object.assign(this.at, { r, c });
    const most = map.d.reduce((a, b) => Math.max(a, b), 0);
    this.map.draw(map, [0, 0], { range: [0, most || 1], caption: say(lang, "lenet.map_of", { n: unit, h: map.h, w: map.w, white: formatNumber(most) }) });
    this.map.mark([{ r, c, mark: "cx-window" }]);
    this.map.moveTo(r, c);
    setText(this.title, say(lang, "lenet.element", { stage: say(lang, `lenet.${stage}`), n: unit, r: r + 1, c: c + 1 }));
    return { map, r, c };
  }

  #showWindow(list, columns, flags) {
    this.window.draw({ h: list.length / columns, w: columns, d: Float64Array.from(list, ({ value }) => value) }, [0, 0], { flags: (r, c) => flags(list[r * columns + c], r * columns + c) });
  }

  #convolution(result, layers) {
    const { lang } = this, { layer, from, z } = STAGES[this.at.stage], settings = layer === 1 ? CONV1 : CONV2;
    const { map, r, c } = this.#showMap(result), { unit } = this.at;
    const below = layer === 1 ? [result.x] : result[from], kernels = layers[layer].kernels[unit];
    this.at.plane = Math.min(this.at.plane, kernels.length - 1);
    const plane = layer === 1 ? 0 : this.at.plane, x = below[plane], k = kernels[plane];
    this.#bound(this.fields.plane, plane, kernels.length - 1);
    const list = taps(r, c, k, settings).map((tap) => ({ ...tap, value: valueAt(x, tap.r, tap.c) }));
    this.#showWindow(list, k.w, ({ r: row, c: column }) => (row < 0 || column < 0 || row >= x.h || column >= x.w ? "cx-pad" : ""));
    this.kernel.draw(k, [0, 0], { caption: say(lang, layer === 1 ? "lenet.kernel" : "lenet.kernel_plane", { n: unit, plane }) });
    this.stage.style.setProperty("--total", String(3.6 * k.w));
    const bias = layers[layer].bias[unit], before = result[z][unit].d[r * map.w + c], after = result[this.at.stage][unit].d[r * map.w + c];
    const activation = ` ; ReLU(${formatNumber(before)}) = `, y = h("span", { class: "cx-y" }, formatNumber(after));
    const terms = products(x, k, settings, r, c);
    if (layer === 1) showSum(this.sum, [...sum({ lang, label: `z[${r}, ${c}]`, terms, bias, y: before }), activation, y]);
    else {
      const parts = partials(below, layers[2], unit, settings).map(({ d }) => d[r * map.w + c]);
      showSum(this.sum, sum({ lang, label: `s${plane}[${r}, ${c}]`, terms, y: parts[plane] }));
      const addends = parts.flatMap((part, n) => [n ? " + " : "", h(n === plane ? "strong" : "span", {}, shown(part))]);
      showSum(this.total, [`z[${r}, ${c}] = s0 + … + s${parts.length - 1} + b = `, ...addends, " + ", h("span", { class: "cx-b" }, shown(bias)), ` = ${formatNumber(before)}`, activation, y]);
    }
    return list;
  }

  #pooling(result) {
    const { from } = STAGES[this.at.stage], { r, c } = this.#showMap(result);
    const { list, winner, value } = pooled(result[from][this.at.unit], r, c, POOL);
    this.#showWindow(list, 2, (_, n) => (n === winner ? "cx-winner" : ""));
    this.stage.style.setProperty("--total", "12");
    showSum(this.sum, [`max(${list.map((place) => formatNumber(place.value)).join(", ")}) = `, h("span", { class: "cx-y" }, formatNumber(value))]);
    return list;
  }

  #connected(result, layers) {
    const { lang } = this, { stage, unit } = this.at, { layer, from, z } = STAGES[stage];
    const list = largestProducts(result[from], layers[layer].rows[unit]), rest = list.slice(MOST_PRODUCTS).reduce((total, { a, b }) => total + a * b, 0);
    const before = result[z][unit], last = layer === 5;
    setText(this.title, last ? say(lang, "lenet.logit", { name: say(lang, `class.${unit}`) }) : say(lang, "lenet.unit", { stage: say(lang, `lenet.${stage}`), n: unit }));
    const nodes = sum({ lang, label: "z", terms: list.slice(0, MOST_PRODUCTS), y: 0 }).slice(0, -2);
    nodes.push(` + ${say(lang, "lenet.rest", { count: list.length - MOST_PRODUCTS, sum: shown(rest) })} + `, h("span", { class: "cx-b" }, shown(layers[layer].bias[unit])), " = ", h("span", { class: "cx-y" }, formatNumber(before)));
    if (!last) nodes.push(` ; ReLU(${formatNumber(before)}) = `, h("span", { class: "cx-y" }, formatNumber(result[stage][unit])));
    showSum(this.sum, nodes);
    return [];
  }

  destroy() {
    for (const grid of [this.map, this.window, this.kernel]) grid.destroy();
  }
}
