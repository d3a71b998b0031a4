/** The pooling explorer: every window, its winner or its mean, and where the gradient goes. */
import { Draft } from "../../state/draft.js";
import { h, icon, setAttribute, withSubscripts } from "../../parts/dom.js";
import { PairFields, checkbox, choice } from "../../parts/fields.js";
import { Alerts, StateLink, region } from "../../parts/frame.js";
import { Grid } from "../../parts/grid/grid.js";
import { choiceView, matrixField, pairField, placeView, switchField } from "../../state/link.js";
import { formatNumber } from "../../arithmetic/numbers.js";
import { fromRows, span } from "../../arithmetic/ops.js";
import { Player } from "../../parts/player.js";
import { pool2d, poolGradient, poolRefusal, poolShape, pooled, rolled, windowsOver } from "../../arithmetic/pool.js";
import { INPUTS, inputOf } from "../../arithmetic/presets.js";
import { Memory, same } from "../../arithmetic/memory.js";
import { showSum } from "../../parts/weighted-sum.js";
import { learn, say } from "../../words/words.js";
import LIMITS from "./limits.json" with { type: "json" };
import words from "./words.json" with { type: "json" };

learn(words);

const TRAITS = ["input", "mode", "kernel_size", "stride", "padding", "dilation", "ceil_mode", "count_include_pad"];
const ARROWS = { left: ["M18 11H9l4-4-1.4-1.4L5.2 12l6.4 6.4L13 17l-4-4h9z", [0, -1]], right: ["M6 11h9l-4-4 1.4-1.4 6.4 6.4-6.4 6.4L11 17l4-4H6z", [0, 1]], up: ["M11 18V9l-4 4-1.4-1.4L12 5.2l6.4 6.4L17 13l-4-4v9z", [-1, 0]], down: ["M11 6v9l-4-4-1.4 1.4 6.4 6.4 6.4-6.4L17 11l-4 4V6z", [1, 0]] };
const BADGES = ["none", "windows", "gradient"];
const MOST_TERMS = 36;

const size = (rows) => [rows.length, rows[0].length];
const refused = (values) => poolRefusal(size(values.input), values);

class PoolExplorer {
  constructor(model, el) {
    this.lang = model.get("lang");
    this.at = [0, 0];
    this.badges = "none";
    this.memory = new Memory();
    this.alerts = new Alerts(this.lang, () => this.update());
    this.draft = new Draft(model, TRAITS, refused, () => {
      this.alerts.passing = [];
      this.update();
    });
    this.#build(model, el);
    this.update();
    this.link?.start();
  }

  #build(model, el) {
    const { lang, draft } = this, { set: refuse, tell } = this.alerts, word = (key) => say(lang, key);
    const write = (r, c, block) => this.#write(r, c, block);
    this.input = new Grid({ lang, name: word("ui.input"), kind: "input", refuse, tell, edit: (r, c, value) => write(r, c, [[value]]), paste: write });
    this.output = new Grid({ lang, name: word("ui.output"), kind: "output", point: (r, c, how) => this.#point(r, c, how) });
    this.player = new Player({
      lang,
      where: () => ({ index: this.at[0] * this.y.w + this.at[1], count: this.y.d.length }),
      go: (index) => this.select(Math.floor(index / this.y.w), index % this.y.w),
    });
    this.sum = h("p", { class: "cx-sum", "aria-live": "polite", "aria-atomic": "true" });
    this.status = h("div", { role: "status", class: "cx-status" });
    this.stage = h("div", { class: "cx-stage" }, this.input.element, h("div", { class: "cx-operand" }, h("span", { class: "cx-sign", "aria-hidden": "true" }, "→"), this.output.element));
    const reset = h("button", { type: "button", class: "cx-button cx-reset", onclick: () => this.#reset() }, word("ui.reset"));
    this.root = region(word("pool.name"), this.stage, this.sum, h("div", { class: "cx-bar" }, this.player.element, this.#movers(), reset), this.alerts.element, this.#settings(), this.#extras(), this.status, h("p", { class: "cx-hint" }, word("pool.hint")));
    if (model.static && model.get("html_id")) {
      const mode = { trait: "mode", write: String, read: (text) => (["max", "avg"].includes(text) ? { value: text } : null) };
      this.link = new StateLink({
        lang, draft, id: model.get("html_id"), root: this.root, alerts: this.alerts, sentence: (found) => this.#sentence(found), forget: () => this.#forget(),
        fields: {
          x: matrixField("input", LIMITS.input), m: mode, k: pairField("kernel_size", 1, LIMITS.kernel_size), s: pairField("stride", 1, LIMITS.stride), p: pairField("padding", 0, LIMITS.padding),
          d: pairField("dilation", 1, LIMITS.dilation), c: switchField("ceil_mode"), i: switchField("count_include_pad"),
        },
        view: {
          o: placeView({ get: () => this.at, usual: () => [0, 0], within: (values) => poolShape(size(values.input), values), take: (at) => (this.at = at) }),
          n: choiceView({ get: () => this.badges, options: BADGES, take: (badges) => (this.badges = badges) }),
        },
      });
      this.root.querySelector(".cx-bar").append(this.link.element);
    }
    el.append(this.root);
  }

  /** Buttons that move the whole input by one element. */
  #movers() {
    const button = ([name, [path, by]]) => h("button", { type: "button", class: "cx-button", "aria-label": say(this.lang, `pool.move.${name}`), onclick: () => this.#move(by) }, icon(path));
    return h("div", { class: "cx-player", role: "group", "aria-label": say(this.lang, "pool.move") }, ...Object.entries(ARROWS).map(button));
  }

  #settings() {
    const { lang, draft } = this, word = (key) => say(lang, key);
    const pair = (label, names, minimum, maximum, read, write) => new PairFields({ lang, label: word(label), names: names.map((name) => word(`ui.field.${name}`)), minimum, maximum, read, write, refuse: this.alerts.set });
    const setting = (name, label, names, minimum) => pair(label, names, minimum, LIMITS[name], () => draft.values[name], (value) => draft.change({ [name]: value }));
    this.fields = [
      pair("ui.input", ["input_height", "input_width"], 1, LIMITS.input, () => size(draft.values.input), (sides) => draft.change({ input: this.memory.resize(draft.values.input, ...sides) })),
      setting("kernel_size", "pool.window", ["kernel_height", "kernel_width"], 1),
      setting("stride", "ui.stride", ["stride_rows", "stride_columns"], 1),
      setting("padding", "ui.padding", ["padding_rows", "padding_columns"], 0),
      setting("dilation", "ui.dilation", ["dilation_rows", "dilation_columns"], 1),
    ];
    return h("div", { class: "cx-settings" }, h("p", { class: "cx-axes", "aria-hidden": "true" }, word("ui.axes")), ...this.fields.map((field) => field.element));
  }

  #extras() {
    const { lang, draft } = this, word = (key) => say(lang, key);
    const mode = choice(word("pool.mode"), ["max", "avg"].map((name) => [name, word(`pool.mode.${name}`)]), (value) => draft.change({ mode: value }));
    const inputs = choice(word("ui.preset.input"), [["", word("ui.preset.own")], ...Object.keys(INPUTS).map((name) => [name, word(`ui.preset.${name}`)])], (name) => {
      if (!name) return;
      this.memory.forget();
      this.input.forget();
      draft.change({ input: inputOf(name, ...size(draft.values.input)) });
    });
    const ceil = checkbox(word("pool.ceil"), (ceil_mode) => draft.change({ ceil_mode }));
    const include = checkbox(word("pool.include"), (count_include_pad) => draft.change({ count_include_pad }));
    const badges = choice(word("pool.badges"), BADGES.map((name) => [name, word(`pool.badges.${name}`)]), (name) => {
      this.badges = name;
      this.update();
    });
    this.showExtras = () => {
      const { values } = draft;
      mode.select.value = values.mode;
      inputs.select.value = Object.keys(INPUTS).find((name) => same(values.input, inputOf(name, ...size(values.input)))) ?? "";
      ceil.box.checked = values.ceil_mode;
      include.box.checked = values.count_include_pad;
      setAttribute(include.element, "hidden", values.mode === "max");
      badges.select.value = this.badges;
    };
    return h("div", { class: "cx-extras" }, mode.element, inputs.element, ceil.element, include.element, badges.element);
  }

  // --- changes

  #write(r, c, block) {
    const input = this.draft.values.input.map((row) => [...row]);
    block.forEach((line, i) => line.forEach((value, j) => (input[r + i][c + j] = value)));
    this.draft.change({ input });
  }

  #move(by) {
    const before = this.draft.refused ? null : this.y;
    this.input.forget();
    this.draft.change({ input: rolled(this.draft.values.input, by) });
    if (!before || this.draft.refused) return;
    const changed = this.y.d.reduce((count, value, n) => count + (Math.abs(value - before.d[n]) > 1e-9 ? 1 : 0), 0);
    this.moved = { changed, count: this.y.d.length };
    this.#tell();
  }

  #forget() {
    this.player.pause();
    this.memory.forget();
    this.input.forget();
    for (const field of this.fields) field.forget();
    this.alerts.clear();
    Object.assign(this, { at: [0, 0], badges: "none", moved: null });
  }

  #reset() {
    this.#forget();
    this.draft.change({ ...this.draft.author });
    this.link?.leave();
  }

  // --- from state to page

  #sentence({ key, params }) {
    return say(this.lang, key, params);
  }

  /** Shows the whole state. */
  update() {
    const { draft } = this, { values } = draft;
    if (!draft.refused && this.computed !== draft.valid) {
      this.x = fromRows(draft.valid.input);
      this.y = pool2d(this.x, draft.valid);
      this.small = { windows: windowsOver(this.x, draft.valid), gradient: poolGradient(this.x, draft.valid) };
      this.computed = draft.valid;
      this.moved = null;
    }
    const impossible = this.alerts.show(draft.refused ? [this.#sentence(draft.refused)] : []);
    this.at = [Math.min(this.at[0], this.y.h - 1), Math.min(this.at[1], this.y.w - 1)];
    this.#drawInput(values);
    this.output.draw(this.y);
    this.stage.style.setProperty("--total", String(this.input.columns + this.output.columns));
    for (const element of [this.output.root, this.sum]) setAttribute(element, "aria-disabled", impossible ? "true" : null);
    for (const field of this.fields) field.show();
    this.showExtras();
    this.#tell();
    this.select(...this.at);
  }

  #drawInput(values) {
    const x = fromRows(values.input), fits = !this.draft.refused;
    const border = values.mode === "max" ? -Infinity : 0;
    const read = [0, 1].map((a) => (fits ? ((a ? this.y.w : this.y.h) - 1) * values.stride[a] + span(values.kernel_size[a], values.dilation[a]) - values.padding[a] : Infinity));
    this.input.draw(x, values.padding.map((p) => Math.max(0, Math.min(p, LIMITS.padding))), {
      border,
      flags: (r, c) => (r >= read[0] || c >= read[1] ? "cx-unused" : ""),
      badge: (r, c) => (fits && this.small[this.badges] ? formatNumber(this.small[this.badges].d[r * x.w + c]) : ""),
    });
  }

  /** The output's shape, its formula, and what the last move changed. */
  #tell() {
    const { lang, y, moved } = this, { input, kernel_size, stride, padding, dilation, ceil_mode } = this.draft.valid;
    const [open, close] = ceil_mode ? "⌈⌉" : "⌊⌋";
    const lines = [say(lang, "ui.shape", { h: y.h, w: y.w })];
    ["h", "w"].forEach((axis, a) => {
      const [n, k, s, p, d, o] = [size(input)[a], kernel_size[a], stride[a], padding[a], dilation[a], [y.h, y.w][a]];
      const windows = (ceil_mode ? Math.ceil : Math.floor)((n + 2 * p - span(k, d)) / s) + 1;
      const less = windows > o ? " − 1" : "";
      lines.push(`o_${axis} = ${open}(n_${axis} + 2p_${axis} − d_${axis}(k_${axis} − 1) − 1) / s_${axis}${close} + 1${less} = ${open}(${n} + 2·${p} − ${d}·(${k} − 1) − 1) / ${s}${close} + 1${less} = ${o}`);
      if (less) lines.push(say(lang, `pool.dropped.${axis}`));
    });
    if (moved) lines.push(say(lang, "pool.moved", moved));
    const text = lines.join("\n");
    if (text === this.told) return;
    this.told = text;
    this.status.replaceChildren(...lines.map((line, n) => h("p", { class: n ? "cx-formula" : "cx-shape" }, ...withSubscripts(line))));
  }

  #point(r, c, how) {
    if (this.player.playing && how === "hover") return;
    if (how !== "hover") this.player.pause();
    if (r !== this.at[0] || c !== this.at[1]) this.select(r, c);
  }

  /** Shows the window behind the output element (i, j), and how its value comes about. */
  select(i, j) {
    this.at = [i, j];
    const usable = !this.draft.refused, { list, winner, divisor, value } = pooled(this.x, i, j, this.draft.valid);
    this.input.mark(usable ? list.map(({ r, c }, n) => ({ r, c, mark: n === winner ? "cx-winner" : "cx-window", ...(n === winner ? { note: "max" } : {}) })) : []);
    this.output.mark([{ r: i, c: j, mark: "cx-window" }]);
    this.output.moveTo(i, j);
    setAttribute(this.sum, "aria-live", this.player.playing ? "off" : "polite");
    showSum(this.sum, this.#words(i, j, list, winner, divisor, value));
    this.player.update(usable);
    this.link?.update();
  }

  /** Y[i, j] = max(a, b, …) = y, or (a + b + …) / n = y. */
  #words(i, j, list, winner, divisor, value) {
    const counted = divisor === null || this.draft.valid.count_include_pad ? list : list.filter(({ inside }) => inside);
    const terms = counted.slice(0, MOST_TERMS).map((place) => h("span", { class: place.inside ? `cx-x${place === list[winner] ? " cx-best" : ""}` : "cx-x cx-zero" }, place.value < 0 && divisor !== null ? `(${formatNumber(place.value)})` : formatNumber(place.value)));
    const between = divisor === null ? ", " : " + ";
    const nodes = terms.flatMap((term, n) => (n ? [between, term] : [term]));
    if (counted.length > MOST_TERMS) nodes.push(between, say(this.lang, "pool.more", { count: counted.length - MOST_TERMS }));
    const [before, after] = divisor === null ? ["max(", ")"] : ["(", `) / ${divisor}`];
    return [h("span", { class: "cx-lhs" }, `Y[${i}, ${j}] = `), before, ...nodes, after, " = ", h("span", { class: "cx-y" }, formatNumber(value))];
  }

  destroy() {
    this.player.pause();
    this.link?.destroy();
    this.draft.destroy();
    this.input.destroy();
    this.output.destroy();
  }
}

/** anywidget's entry. */
export function render({ model, el }) {
  const explorer = new PoolExplorer(model, el);
  return () => explorer.destroy();
}
