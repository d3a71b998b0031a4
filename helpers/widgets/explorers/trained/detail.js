/** One number of a trained network under the magnifying glass: its map, its window, its kernel, its sum. */
import { formatNumber } from "../../arithmetic/numbers.js";
import { at as valueAt, taps, toRows } from "../../arithmetic/ops.js";
import { pooled } from "../../arithmetic/pool.js";
import { h, setAttribute, setText } from "../../parts/dom.js";
import { SpinField } from "../../parts/fields.js";
import { Grid } from "../../parts/grid/grid.js";
import { products, showSum, sum } from "../../parts/weighted-sum.js";
import { say } from "../../words/words.js";
import { canSkip, largestProducts, mapOf, planesOf } from "./stages.js";

const MOST_PRODUCTS = 8; // of a fully connected unit's sum
const MOST_WRITTEN = 25; // of a window's
const MOST_ADDENDS = 8; // of maps that a convolution adds up

const shown = (value) => (value < 0 ? `(${formatNumber(value)})` : formatNumber(value));
const result = (value) => h("span", { class: "cx-y" }, formatNumber(value));

export class Detail {
  /** @param {{lang: string, alerts: object, draft: object, network: object, names: object, choose: (at: object) => void}} options `choose` gets what changes of the chosen place */
  constructor({ lang, alerts, draft, network, names, choose }) {
    Object.assign(this, { lang, alerts, draft, network, names, choose });
    this.word = (key, params) => say(lang, key, params);
    this.#buildGrids();
    this.#buildFields();
    this.#buildButtons();
    this.title = h("p", { class: "cx-part" });
    this.stage = h("div", { class: "cx-stage cx-dense cx-glass" }, this.map.element, this.window.element, this.operand);
    this.sum = h("p", { class: "cx-sum", "aria-live": "polite", "aria-atomic": "true" });
    this.total = h("p", { class: "cx-sum" });
    this.element = h("div", { class: "cx-detail", role: "group", "aria-label": this.word("trained.detail") }, this.title,
      h("div", { class: "cx-extras" }, this.groups.unit, this.groups.plane, ...Object.values(this.buttons)), this.branches, this.stage, this.sum, this.total);
  }

  #buildGrids() {
    const { lang, word, choose } = this, { set: refuse, tell } = this.alerts;
    const write = (r, c, block) => this.#write(r, c, block);
    this.map = new Grid({ lang, name: word("trained.detail.map"), kind: "output", picture: true, point: (r, c) => choose({ r, c }) });
    this.window = new Grid({ lang, name: word("picture.window"), kind: "input" });
    this.kernel = new Grid({ lang, name: word("ui.kernel"), kind: "kernel", refuse, tell, edit: (r, c, value) => write(r, c, [[value]]), paste: write });
    const sign = h("span", { class: "cx-sign", "aria-hidden": "true" }, "⋆");
    this.operand = h("div", { class: "cx-operand" }, sign, this.kernel.element);
  }

  #buildFields() {
    const { lang, word, choose } = this, { set: refuse } = this.alerts;
    const spin = (key, act) => new SpinField({ lang, name: word(key), minimum: 0, maximum: 0, refuse, write: act });
    this.fields = { unit: spin("trained.field.unit", (unit) => choose({ unit })), plane: spin("trained.field.plane", (plane) => choose({ plane })) };
    const group = ({ name, element }) => h("div", { class: "cx-group" }, h("span", { "aria-hidden": "true" }, name), element);
    this.groups = { unit: group(this.fields.unit), plane: group(this.fields.plane) };
  }

  #buildButtons() {
    const button = (act) => h("button", { type: "button", class: "cx-button", onclick: act });
    this.buttons = {
      silence: button(() => this.#silence()), skip: button(() => this.#toggle(this.#path(this.chosen.step))),
      inactive: button(() => this.#toggle(this.#path(this.chosen.last))), zero: button(() => this.#zero()), restore: button(() => this.#restore()),
    };
    setText(this.buttons.zero, this.word("trained.zero"));
    setText(this.buttons.restore, this.word("trained.restore"));
    this.branches = h("div", { class: "cx-extras", role: "group", "aria-label": this.word("trained.branches") });
  }

  // --- changes of the weights, and what is switched off

  #path(step) {
    return this.network.steps[step].path.join(".");
  }

  #place() {
    return [this.chosen.layer, this.at.unit, this.at.plane];
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

  #silenced = () => this.draft.values.silenced.findIndex(([layer, unit]) => layer === this.chosen.layer && unit === this.at.unit);

  #silence() {
    const { silenced } = this.draft.values, n = this.#silenced();
    this.draft.change({ silenced: n < 0 ? [...silenced, [this.chosen.layer, this.at.unit]] : silenced.filter((_, m) => m !== n) });
  }

  /** Switches a layer or a branch off, or on again. */
  #toggle(part) {
    const { off } = this.draft.values;
    this.draft.change({ off: off.includes(part) ? off.filter((other) => other !== part) : [...off, part] });
  }

  forget() {
    this.kernel.forget();
    for (const field of Object.values(this.fields)) field.forget();
  }

  // --- from state to page

  /**
   * Shows an element of a stage.
   * @param {{stage: string, unit: number, r: number, c: number, plane: number}} at
   * @returns {{r: number, c: number}[]} the places of the map below that it reads
   */
  show(at) {
    const moved = this.at && (this.at.stage !== at.stage || this.at.unit !== at.unit || this.at.plane !== at.plane);
    if (moved) this.kernel.forget();
    const { engine, steps, byId } = this.network;
    this.chosen = byId.get(at.stage);
    this.step = steps[this.chosen.step];
    this.at = { ...at, unit: Math.min(at.unit, this.chosen.shape[0] - 1) };
    this.output = engine.outputs[this.chosen.last];
    this.#showControls();
    if (this.chosen.maps) this.#showMap();
    else setText(this.title, this.names.unit(this.chosen, this.at.unit));
    const how = { conv: () => this.#convolution(), pool: () => this.#pooling(), fc: () => this.#connected(), join: () => this.#join() };
    return engine.whole.has(this.chosen.step) ? this.#leftOut() : (how[this.chosen.kind] ?? (() => this.#plain()))();
  }

  #showControls() {
    const { word, chosen, step, at, buttons, draft } = this, { steps, engine } = this.network;
    const conv = chosen.kind === "conv" && !engine.whole.has(chosen.step), last = chosen.id === "logits", acts = chosen.last !== chosen.step;
    const [, planes] = chosen.kind === "conv" ? planesOf(step, at.unit) : [0, 1];
    at.plane = Math.min(at.plane ?? 0, planes - 1);
    const windowed = conv || (chosen.kind === "pool" && !engine.whole.has(chosen.step));
    const shownParts = [
      [this.stage, chosen.maps || windowed], [this.map.element, chosen.maps], [this.window.element, windowed], [this.operand, conv],
      [buttons.zero, conv], [buttons.restore, conv], [buttons.silence, chosen.layer > 0 && !last], [buttons.skip, canSkip(step)],
      [buttons.inactive, acts], [this.groups.plane, planes > 1], [this.total, conv && planes > 1], [this.branches, chosen.kind === "join"],
    ];
    for (const [part, on] of shownParts) setAttribute(part, "hidden", !on);
    for (const [field, value, most] of [[this.fields.unit, at.unit, chosen.shape[0] - 1], [this.fields.plane, at.plane, planes - 1]]) {
      field.limit(most);
      field.show(value);
    }
    const off = (n) => draft.values.off.includes(this.#path(n));
    setText(buttons.silence, word(chosen.layer && this.#silenced() >= 0 ? "trained.speak" : "trained.silence", { unit: at.unit }));
    setText(buttons.skip, word(off(chosen.step) ? "trained.unskip" : "trained.skip", { kind: step.kind }));
    setText(buttons.inactive, word(off(chosen.last) ? "trained.unskip" : "trained.skip", { kind: steps[chosen.last].kind }));
    setAttribute(buttons.restore, "disabled", !draft.values.kernels.some(this.#isHere));
    if (chosen.kind === "join") this.#showBranches();
  }

  #showBranches() {
    const { steps } = this.network, { off } = this.draft.values, above = this.#path(this.chosen.step);
    const names = this.step.reads.map((source, n) => this.word("trained.branch", { n, count: (steps[source] ?? { shape: this.step.before }).shape[0] }));
    if (this.branches.childElementCount !== names.length)
      this.branches.replaceChildren(...names.map((name, n) => {
        const box = h("input", { type: "checkbox", onchange: () => this.#toggle(`${this.#path(this.chosen.step)}.${n}`) });
        return h("label", { class: "cx-check" }, box, h("span", {}));
      }));
    [...this.branches.children].forEach((label, n) => {
      label.firstChild.checked = !off.includes(`${above}.${n}`);
      setText(label.lastChild, names[n]);
    });
  }

  /** Shows the chosen map, and the place in it. */
  #showMap() {
    const { chosen, word } = this, { unit } = this.at, map = mapOf(this.output, chosen.shape, unit);
    const [r, c] = [Math.min(this.at.r, map.h - 1), Math.min(this.at.c, map.w - 1)];
    Object.assign(this.at, { r, c });
    const most = map.d.reduce((a, b) => Math.max(a, b), 0);
    this.map.draw(map, [0, 0], { range: [0, most || 1], caption: word("trained.map_of", { n: unit, h: map.h, w: map.w, white: formatNumber(most) }) });
    this.map.mark([{ r, c, mark: "cx-window" }]);
    this.map.moveTo(r, c);
    setText(this.title, this.names.element(chosen, this.at));
  }

  #showWindow(list, columns, flags) {
    const d = Float64Array.from(list, ({ value }) => value);
    this.window.draw({ h: list.length / columns, w: columns, d }, [0, 0], { flags: (r, c) => flags(list[r * columns + c], r * columns + c) });
    this.stage.style.setProperty("--total", String(columns > 3 ? 3.6 * columns : 12));
  }

  /** The element's place in an output of the stage. */
  #index() {
    const { unit, r, c } = this.at, [, h = 1, w = 1] = this.chosen.shape;
    return (unit * h + (this.chosen.maps ? r : 0)) * w + (this.chosen.maps ? c : 0);
  }

  /** What normalisation and activation make of the element, step by step; and that it is off. */
  #after() {
    const { engine, steps } = this.network, { step, last } = this.chosen, n = this.#index(), nodes = [];
    for (let at = step + 1; at <= last; at++)
      if (!engine.whole.has(at) && !steps[at].kind.startsWith("Dropout"))
        nodes.push(` ; ${steps[at].kind}(${formatNumber(engine.outputs[at - 1][n])}) = `, result(this.#undone(at, n)));
    if (engine.units.get(last)?.includes(this.at.unit)) nodes.push(` ; ${this.word("trained.off", { unit: this.at.unit })}`);
    return nodes;
  }

  /** What a step gave before its units were switched off. */
  #undone(at, n) {
    const { engine } = this.network;
    if (!engine.units.get(at)?.includes(this.at.unit)) return engine.outputs[at][n];
    const y = new Float32Array(engine.outputs[at].length);
    engine.compute[at](engine.outputs[at - 1], y);
    return y[n];
  }

  #leftOut() {
    showSum(this.sum, [this.word("trained.left_out", { kind: this.step.kind }), " ", result(this.output[this.#index()])]);
    setAttribute(this.total, "hidden", true);
    return [];
  }

  #plain() {
    const { engine } = this.network, n = this.#index();
    showSum(this.sum, [`${this.step.kind}(${formatNumber(engine.before(this.chosen.step)[n])}) = `, result(engine.outputs[this.chosen.step][n]), ...this.#after()]);
    return [];
  }

  #convolution() {
    const { lang, word, step, at } = this, { engine } = this.network, { unit, r, c, plane } = at;
    const { layer, before, shape } = step, [first, planes] = planesOf(step, unit), [k_h, k_w] = layer.kernel_size;
    const below = (n) => mapOf(engine.before(this.chosen.step), before, first + n), x = below(plane);
    const kernel = (n) => ({ h: k_h, w: k_w, d: engine.weights[this.chosen.step].subarray((unit * planes + n) * k_h * k_w, (unit * planes + n + 1) * k_h * k_w) });
    const k = kernel(plane), list = taps(r, c, k, layer).map((tap) => ({ ...tap, value: valueAt(x, tap.r, tap.c) }));
    this.#showWindow(list, k_w, ({ r: row, c: column }) => (row < 0 || column < 0 || row >= x.h || column >= x.w ? "cx-pad" : ""));
    this.kernel.draw(k, [0, 0], { caption: word(planes === 1 ? "trained.kernel" : "trained.kernel_plane", { n: unit, plane: first + plane }) });
    const bias = engine.parts[this.chosen.step].bias?.[unit] ?? null, z = engine.outputs[this.chosen.step][(unit * shape[1] + r) * shape[2] + c];
    const summed = (n) => products(below(n), kernel(n), layer, r, c).reduce((total, { a, b }) => total + a * b, 0);
    const terms = products(x, k, layer, r, c);
    if (planes === 1) showSum(this.sum, [...sum({ lang, label: `z[${r}, ${c}]`, terms, bias, y: z, most: MOST_WRITTEN }), ...this.#after()]);
    else {
      const parts = Array.from({ length: planes }, (_, n) => summed(n));
      showSum(this.sum, sum({ lang, label: `s${plane}[${r}, ${c}]`, terms, y: parts[plane], most: MOST_WRITTEN }));
      showSum(this.total, this.#added(parts, bias, z));
    }
    return this.step.reads[0] < 0 ? list : [];
  }

  /** z = s0 + s1 + … + b, with the largest addends where there are many. */
  #added(parts, bias, z) {
    const { word, at } = this, order = parts.map((_, n) => n);
    if (parts.length > MOST_ADDENDS) order.sort((a, b) => Math.abs(parts[b]) - Math.abs(parts[a]));
    const written = order.slice(0, MOST_ADDENDS), rest = order.slice(MOST_ADDENDS);
    const addends = written.flatMap((n, i) => [i ? " + " : "", h(n === at.plane ? "strong" : "span", { title: `s${n}` }, shown(parts[n]))]);
    if (rest.length) addends.push(` + ${word("trained.rest", { count: rest.length, sum: shown(rest.reduce((total, n) => total + parts[n], 0)) })}`);
    if (bias !== null) addends.push(" + ", h("span", { class: "cx-b" }, shown(bias)));
    const label = `z[${at.r}, ${at.c}] = s0 + … + s${parts.length - 1}${bias === null ? "" : " + b"} = `;
    return [label, ...addends, ` = ${formatNumber(z)}`, ...this.#after()];
  }

  #pooling() {
    const { step, at } = this, { kind, layer, before, shape } = step, { engine } = this.network;
    const map = mapOf(engine.before(this.chosen.step), before, at.unit), [r, c] = this.chosen.maps ? [at.r, at.c] : [0, 0];
    if (kind.startsWith("Adaptive")) return this.#adaptive(map, shape, r, c);
    const settings = { ...layer, mode: kind === "AvgPool2d" ? "avg" : "max", count_include_pad: true };
    const { list, winner, value } = pooled(map, r, c, settings);
    this.#showWindow(list, layer.kernel_size[1], (_, n) => (n === winner ? "cx-winner" : ""));
    const name = settings.mode === "max" ? "max" : "mean";
    showSum(this.sum, [`${name}(${list.map((place) => formatNumber(place.value)).join(", ")}) = `, result(value), ...this.#after()]);
    return [];
  }

  #adaptive(map, [, rows = 1, columns = 1], r, c) {
    const ends = (i, n, o) => [Math.floor((i * n) / o), Math.ceil(((i + 1) * n) / o)], [top, bottom] = ends(r, map.h, rows), [left, right] = ends(c, map.w, columns);
    const list = [];
    for (let i = top; i < bottom; i++) for (let j = left; j < right; j++) list.push({ r: i, c: j, value: valueAt(map, i, j) });
    this.#showWindow(list, right - left, () => "");
    const key = this.step.kind === "AdaptiveAvgPool2d" ? "trained.mean_of" : "trained.max_of";
    showSum(this.sum, [`${this.word(key, { count: list.length })} = `, result(this.network.engine.outputs[this.chosen.step][this.#index()]), ...this.#after()]);
    return [];
  }

  #connected() {
    const { lang, word, step, at } = this, { engine } = this.network, { unit } = at, count = step.before[0];
    const list = largestProducts(engine.before(this.chosen.step), engine.weights[this.chosen.step].subarray(unit * count, (unit + 1) * count));
    const rest = list.slice(MOST_PRODUCTS), bias = engine.parts[this.chosen.step].bias?.[unit] ?? null;
    const nodes = sum({ lang, label: "z", terms: list.slice(0, MOST_PRODUCTS), y: 0 }).slice(0, -2);
    if (rest.length) nodes.push(` + ${word("trained.rest", { count: rest.length, sum: shown(rest.reduce((total, { a, b }) => total + a * b, 0)) })}`);
    if (bias !== null) nodes.push(" + ", h("span", { class: "cx-b" }, shown(bias)));
    nodes.push(" = ", result(engine.outputs[this.chosen.step][unit]), ...this.#after());
    showSum(this.sum, nodes);
    return [];
  }

  #join() {
    const { engine, steps } = this.network, { reads, kind, shape } = this.step, size = this.output.length / shape[0], n = this.#index();
    const from = (source) => (source < 0 ? engine.input : engine.outputs[source]), off = engine.branches.get(this.chosen.step) ?? [];
    if (kind === "add") {
      const addends = reads.map((source, b) => (off.includes(b) ? "0" : shown(from(source)[n])));
      showSum(this.sum, [`${addends.join(" + ")} = `, result(engine.outputs[this.chosen.step][n]), ...this.#after()]);
      return [];
    }
    let unit = this.at.unit, branch = 0;
    const channels = (source) => (source < 0 ? this.step.before : steps[source].shape)[0];
    while (unit >= channels(reads[branch])) unit -= channels(reads[branch++]);
    const value = off.includes(branch) ? 0 : from(reads[branch])[unit * size + (n % size)];
    showSum(this.sum, [this.word("trained.from_branch", { n: branch, unit }), " ", result(value), ...this.#after()]);
    return [];
  }

  destroy() {
    for (const grid of [this.map, this.window, this.kernel]) grid.destroy();
  }
}

