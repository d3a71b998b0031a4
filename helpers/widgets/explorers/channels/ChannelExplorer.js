/** Convolution over several channels: every plane, every partial sum, and what it costs. */
import { asMatrices, channelRefusal, convChannels, cost, firstChannel } from "./arithmetic.js";
import { Draft } from "../../state/draft.js";
import { h, setAttribute, withSubscripts } from "../../parts/dom.js";
import { PairFields, SpinField, checkbox, choice } from "../../parts/fields.js";
import { Alerts, StateLink, region } from "../../parts/frame.js";
import { Grid } from "../../parts/grid/grid.js";
import { matrixFromText, numberField, pairField, placeView, planesField, switchView } from "../../state/link.js";
import { formatNumber, parseNumber } from "../../arithmetic/numbers.js";
import { fromRows, outputShape, taps, unused, windowCounts } from "../../arithmetic/ops.js";
import { Player } from "../../parts/player.js";
import { Memory } from "../../arithmetic/memory.js";
import { shapeLines } from "../../words/sentences.js";
import { products, showSum } from "../../parts/weighted-sum.js";
import { learn, say } from "../../words/words.js";
import LIMITS from "./limits.json" with { type: "json" };
import words from "./words.json" with { type: "json" };

learn(words);

const TRAITS = ["input", "kernel", "groups", "padding", "stride", "dilation", "bias"];
const MOST_TERMS = 36;
const MOST_PIXELS = 16; // columns of the matrix product

const settingsOf = ({ padding, stride, dilation }) => ({ padding, stride, dilation });
const refused = (values) => channelRefusal(values.input, values.kernel, values.groups, settingsOf(values)) ?? biasRefusal(values);
const biasRefusal = ({ kernel, bias }) => (bias === null || bias.length === kernel.length ? null : { key: "channels.bad.bias", params: { c_o: kernel.length, value: bias.join(", ") } });
const range = (count) => Array.from({ length: count }, (_, n) => n);
const shown = (value) => (value < 0 ? `(${formatNumber(value)})` : formatNumber(value));

/** Planes by name that come back with their values after they were taken away or cut. */
class Planes {
  #slots = new Map();

  /** @param {Map<string, number[][]>} now the planes there are @param {string[]} wanted @returns {number[][][]} the wanted ones at a size; new ones are all 1 */
  resize(now, wanted, rows, columns) {
    for (const [name, plane] of now) this.#slots.set(name, { memory: this.#slots.get(name)?.memory ?? new Memory(), plane });
    return wanted.map((name) => {
      const { memory, plane } = this.#slots.get(name) ?? { memory: new Memory(), plane: range(rows).map(() => range(columns).map(() => 1)) };
      return memory.resize(plane, rows, columns);
    });
  }

  forget() {
    this.#slots.clear();
  }
}

class ChannelExplorer {
  constructor(model, el) {
    this.lang = model.get("lang");
    Object.assign(this, { at: [0, 0, 0], counting: false }); // output channel, row, column
    this.memory = { input: new Planes(), kernel: new Planes() };
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
    const { lang, draft } = this, { set: refuse, tell } = this.alerts, word = (key, parameters) => say(lang, key, parameters);
    const grids = (key, kind, more) => range(LIMITS.channels).map((n) => new Grid({ lang, name: word(key, { channel: n + 1 }), kind, ...more(n) }));
    const editable = (write) => ({ refuse, tell, edit: (r, c, value) => write(r, c, [[value]]), paste: write });
    this.grids = {
      input: grids("channels.input", "input", (n) => editable((r, c, block) => this.#write("input", n, r, c, block))),
      kernel: grids("channels.kernel", "kernel", (n) => editable((r, c, block) => this.#write("kernel", n, r, c, block))),
      partial: grids("channels.partial", "output", () => ({ point: (r, c, how) => this.#point(this.at[0], r, c, how) })),
      output: grids("channels.output", "output", (n) => ({ point: (r, c, how) => this.#point(n, r, c, how) })),
    };
    this.matrices = { kernel: "kernel", pixels: "input", product: "output" };
    for (const [name, kind] of Object.entries(this.matrices)) this.matrices[name] = new Grid({ lang, name: word(`channels.matrix.${name}`), kind });
    const sign = (text) => h("span", { class: "cx-sign", "aria-hidden": "true" }, text);
    const after = (text, grid) => h("div", { class: "cx-operand" }, sign(text), grid.element);
    this.rows = range(LIMITS.channels).map((n) => h("div", { class: "cx-stage cx-dense cx-channel" }, this.grids.input[n].element, after("⋆", this.grids.kernel[n]), after("=", this.grids.partial[n])));
    this.outputs = h("div", { class: "cx-stage cx-dense" }, sign("Σ"), ...this.grids.output.map((grid) => grid.element));
    const { kernel, pixels, product } = this.matrices;
    this.product = h("div", { class: "cx-stage cx-dense" }, kernel.element, after("·", pixels), after("=", product));
    this.note = h("p", { class: "cx-part" });
    this.sum = h("p", { class: "cx-sum", "aria-live": "polite", "aria-atomic": "true" });
    this.status = h("div", { role: "status", class: "cx-status" });
    this.player = new Player({ lang, where: () => ({ index: this.#index(), count: this.result.y.length * this.result.y[0].d.length }), go: (index) => this.#go(index) });
    const reset = h("button", { type: "button", class: "cx-button cx-reset", onclick: () => this.#reset() }, word("ui.reset"));
    const [settings, chosen] = this.#controls();
    this.root = region(word("channels.name"), ...this.rows, this.outputs, chosen, this.sum, h("div", { class: "cx-bar" }, this.player.element, reset), this.alerts.element, settings, this.status,
      this.note, this.product, h("p", { class: "cx-hint" }, word("channels.hint")));
    if (model.static && model.get("html_id")) {
      this.link = new StateLink({
        lang, draft, id: model.get("html_id"), root: this.root, alerts: this.alerts, sentence: (found) => this.#sentence(found), forget: () => this.#forget(),
        fields: {
          x: planesField("input", 1, LIMITS.input, LIMITS.channels), k: planesField("kernel", 2, LIMITS.kernel, LIMITS.channels), g: wholeField("groups", LIMITS.channels),
          p: pairField("padding", 0, LIMITS.padding), s: pairField("stride", 1, LIMITS.stride), d: pairField("dilation", 1, LIMITS.dilation),
          ...(draft.author.bias === null ? {} : { b: biasField }),
        },
        view: this.#view(),
        complete: ({ bias, kernel }, patch) => (bias === null || "bias" in patch ? {} : { bias: kernel.map((_, o) => bias[o] ?? 0) }), // as many as channels out
      });
      this.root.querySelector(".cx-bar").append(this.link.element);
    }
    el.append(this.root);
  }

  /** What a link tells besides the state: the chosen output, and whether the windows are counted. */
  #view() {
    const within = ({ input, kernel, ...settings }) => [kernel.length, ...outputShape(fromRows(input[0]), fromRows(kernel[0][0]), settings)];
    return {
      o: placeView({ get: () => this.at, usual: () => [0, 0, 0], within, take: (at) => (this.at = at) }),
      w: switchView({ get: () => this.counting, take: (on) => (this.counting = on) }),
    };
  }

  #controls() {
    const { lang, draft } = this, refuse = this.alerts.set, word = (key, parameters) => say(lang, key, parameters);
    const { values } = draft, first = (which) => (which === "input" ? draft.values.input[0] : draft.values.kernel[0][0]);
    const pair = (name, names, minimum, read, write) => new PairFields({ lang, label: word(`ui.${name}`), names: names.map((end) => word(`ui.field.${name}_${end}`)), minimum, maximum: LIMITS[name], read, write, refuse });
    const sides = (which) => pair(which, ["height", "width"], 1, () => [first(which).length, first(which)[0].length], (size) => this.#reshape({ [which]: size }));
    const setting = (name, minimum) => pair(name, ["rows", "columns"], minimum, () => draft.values[name], (value) => draft.change({ [name]: value }));
    const count = (key, read, write) => {
      const name = word(key), spin = new SpinField({ lang, name, minimum: 1, maximum: LIMITS.channels, write, refuse });
      return { element: h("div", { class: "cx-group" }, h("span", { class: "cx-label", "aria-hidden": "true" }, name), spin.element), show: () => spin.show(read()), forget: () => spin.forget() };
    };
    this.fields = [
      count("channels.in", () => draft.values.input.length, (c_i) => this.#reshape({ c_i })),
      count("channels.out", () => draft.values.kernel.length, (c_o) => this.#reshape({ c_o })),
      count("channels.groups", () => draft.values.groups, (groups) => this.#reshape({ groups })),
      sides("input"), sides("kernel"), setting("padding", 0), setting("stride", 1), setting("dilation", 1),
    ];
    this.channel = choice(word("channels.shown"), [], (value) => this.select(Number(value), this.at[1], this.at[2], true));
    const counting = checkbox(word("ui.count"), (on) => {
      this.counting = on;
      this.update();
    });
    this.showCounting = () => (counting.box.checked = this.counting);
    const extras = h("div", { class: "cx-extras" }, this.channel.element, counting.element);
    if (values.bias !== null) {
      const name = word("channels.bias"), spin = new SpinField({ lang, name, refuse, parse: parseNumber, write: (value) => draft.change({ bias: draft.values.bias.map((old, o) => (o === this.at[0] ? value : old)) }) });
      this.biased = spin;
      extras.append(h("div", { class: "cx-group" }, h("span", { "aria-hidden": "true" }, name), spin.element));
    }
    return [h("div", { class: "cx-settings" }, h("p", { class: "cx-axes", "aria-hidden": "true" }, word("ui.axes")), ...this.fields.map((field) => field.element)), extras];
  }

  // --- changes

  #write(which, n, r, c, block) {
    const planes = which === "input" ? this.draft.values.input : this.draft.values.kernel[this.at[0]];
    const plane = planes[n].map((row) => [...row]);
    block.forEach((line, i) => line.forEach((value, j) => (plane[r + i][c + j] = value)));
    const changed = planes.map((old, m) => (m === n ? plane : old));
    this.draft.change(which === "input" ? { input: changed } : { kernel: this.draft.values.kernel.map((old, o) => (o === this.at[0] ? changed : old)) });
  }

  /** Numbers of channels, groups or sizes change: planes come and go, and come back with what they held. */
  #reshape({ c_i, c_o, groups, input, kernel }) {
    const { values } = this.draft;
    const now = { c_i: c_i ?? values.input.length, c_o: c_o ?? values.kernel.length, groups: groups ?? values.groups };
    const [rows, columns] = input ?? [values.input[0].length, values.input[0][0].length];
    const [k_h, k_w] = kernel ?? [values.kernel[0][0].length, values.kernel[0][0][0].length];
    const planes = now.c_i % now.groups ? values.kernel[0].length : now.c_i / now.groups; // where groups do not divide, the alert says so
    const held = { input: new Map(values.input.map((plane, c) => [`${c}`, plane])), kernel: new Map(values.kernel.flatMap((list, o) => list.map((plane, c) => [`${o},${c}`, plane]))) };
    const x = this.memory.input.resize(held.input, range(now.c_i).map(String), rows, columns);
    const k = this.memory.kernel.resize(held.kernel, range(now.c_o).flatMap((o) => range(planes).map((c) => `${o},${c}`)), k_h, k_w);
    this.bias = [...(values.bias ?? []), ...(this.bias ?? []).slice((values.bias ?? []).length)];
    this.draft.change({
      input: x, kernel: range(now.c_o).map((o) => k.slice(o * planes, (o + 1) * planes)), groups: now.groups,
      bias: values.bias === null ? null : range(now.c_o).map((o) => this.bias[o] ?? 0),
    });
  }

  #forget() {
    this.player.pause();
    for (const memory of Object.values(this.memory)) memory.forget();
    for (const grid of Object.values(this.grids).flat()) grid.forget();
    for (const field of this.fields) field.forget();
    this.biased?.forget();
    this.alerts.clear();
    Object.assign(this, { at: [0, 0, 0], counting: false });
  }

  #reset() {
    this.#forget();
    this.draft.change({ ...this.draft.author });
    this.link?.leave();
  }

  #sentence(found) {
    return ["shapes.groups", "channels.bad.kernel", "channels.bad.bias"].includes(found.key) ? say(this.lang, found.key, found.params) : say(this.lang, found.key, found.params);
  }

  // --- from state to page

  #index() {
    const { y } = this.result, [o, i, j] = this.at;
    return o * y[0].d.length + i * y[0].w + j;
  }

  #go(index) {
    const { w, d } = this.result.y[0];
    this.select(Math.floor(index / d.length), Math.floor((index % d.length) / w), index % w);
  }

  /** Shows the whole state. */
  update() {
    const { draft, lang } = this, { values, valid } = draft;
    if (!draft.refused && this.computed !== valid) {
      this.result = convChannels(valid.input, valid.kernel, valid.groups, settingsOf(valid), valid.bias ?? valid.kernel.map(() => 0));
      this.computed = valid;
    }
    const impossible = this.alerts.show(draft.refused ? [this.#sentence(draft.refused)] : []);
    const { y } = this.result;
    this.at = [Math.min(this.at[0], y.length - 1, values.kernel.length - 1), Math.min(this.at[1], y[0].h - 1), Math.min(this.at[2], y[0].w - 1)];
    for (const field of this.fields) field.show();
    this.showCounting();
    this.channel.select.replaceChildren(...range(y.length).map((o) => h("option", { value: o }, String(o + 1))));
    setAttribute(this.root, "data-impossible", impossible ? "" : null);
    for (const grid of [...this.grids.partial, ...this.grids.output]) setAttribute(grid.root, "aria-disabled", impossible ? "true" : null);
    setAttribute(this.sum, "aria-disabled", impossible ? "true" : null);
    this.#drawPlanes();
    this.#tell();
    this.#drawProduct();
    this.select(...this.at);
  }

  /** Input, kernel and partial sums, a row for each input channel, and all outputs. */
  #drawPlanes() {
    const { values, refused: impossible } = this.draft, { partials, y } = this.result, o = this.at[0];
    const first = impossible ? 0 : firstChannel(o, values.input.length, values.kernel.length, values.groups);
    const axes = [0, 1].map((a) => {
      const length = (plane) => (a ? plane[0].length : plane.length);
      return [length(values.input[0]), length(values.kernel[0][0]), values.padding[a], values.stride[a], values.dilation[a]];
    });
    const cut = axes.map((axis) => (impossible ? Infinity : axis[0] + axis[2] - unused(...axis)));
    const counts = impossible || !this.counting ? null : axes.map((axis) => windowCounts(...axis));
    const matrix = (rows) => ({ h: rows.length, w: rows[0].length, d: Float64Array.from(rows.flat()) });
    range(LIMITS.channels).forEach((c) => {
      const plane = values.input[c];
      setAttribute(this.rows[c], "hidden", !plane);
      if (plane) this.grids.input[c].draw(matrix(plane), values.padding, { flags: (r, column) => (r >= cut[0] || column >= cut[1] ? "cx-unused" : ""), badge: (r, column) => (counts ? String(counts[0][r] * counts[1][column]) : "") });
      if (plane) this.rows[c].style.setProperty("--total", String(2 * this.grids.input[c].columns + LIMITS.kernel));
      this.rows[c].classList.toggle("cx-unread", !values.kernel[o][c - first]);
    });
    // a kernel plane stands beside the input channel that it reads
    range(LIMITS.channels).forEach((c) => {
      const [kernel, partial] = [this.grids.kernel[c], this.grids.partial[c]], row = this.rows[first + c];
      const there = c < values.kernel[o].length && row && first + c < values.input.length;
      for (const grid of [kernel, partial]) setAttribute(grid.element.parentElement, "hidden", !there);
      if (!there) return;
      if (kernel.element.parentElement.parentElement !== row) row.append(kernel.element.parentElement, partial.element.parentElement);
      kernel.draw(matrix(values.kernel[o][c]), [0, 0], { caption: say(this.lang, "channels.kernel_caption", { output: o + 1, channel: c + 1, h: values.kernel[o][c].length, w: values.kernel[o][c][0].length }) });
      if (partials[o]?.[c]) partial.draw(partials[o][c]);
    });
    range(LIMITS.channels).forEach((n) => {
      setAttribute(this.grids.output[n].element, "hidden", !y[n]);
      if (y[n]) this.grids.output[n].draw(y[n]);
    });
    this.outputs.style.setProperty("--total", String(Math.max(y.length, 2) * y[0].w + 2));
  }

  /** Shape, formula and cost. */
  #tell() {
    const { lang } = this, { valid } = this.draft, { y } = this.result;
    const { c_o, c_g, k_h, k_w, o_h, o_w, parameters, multiplyAdds } = cost(valid.input, valid.kernel, valid.groups, settingsOf(valid), valid.bias !== null);
    const biases = valid.bias === null ? "" : ` + ${c_o}`;
    const lines = [
      say(lang, "channels.shape", { c: y.length, h: y[0].h, w: y[0].w }),
      ...shapeLines(lang, { ...valid, input: valid.input[0], kernel: valid.kernel[0][0] }, y[0]).slice(1),
      `${say(lang, "channels.parameters")} c_o·(c_i/groups)·k_h·k_w${valid.bias === null ? "" : " + c_o"} = ${c_o}·(${valid.input.length}/${valid.groups})·${k_h}·${k_w}${biases} = ${parameters}`,
      `${say(lang, "channels.adds")} c_o·(c_i/groups)·k_h·k_w·o_h·o_w = ${c_o}·${c_g}·${k_h}·${k_w}·${o_h}·${o_w} = ${multiplyAdds}`,
    ];
    const text = lines.join("\n");
    if (text === this.told) return;
    this.told = text;
    this.status.replaceChildren(...lines.map((line, n) => h("p", { class: n ? "cx-formula" : "cx-shape" }, ...withSubscripts(line))));
  }

  /** Side by side with a 1×1 kernel: the same numbers as a matrix product. */
  #drawProduct() {
    const { valid } = this.draft, { x, k, y } = this.result;
    const plain = [...valid.padding, ...valid.stride.map((s) => s - 1)].every((n) => n === 0);
    const single = k[0][0].d.length === 1 && valid.groups === 1 && plain;
    const fits = single && x[0].d.length <= MOST_PIXELS;
    setAttribute(this.note, "hidden", !single);
    setAttribute(this.product, "hidden", !fits);
    if (single) this.note.textContent = say(this.lang, fits ? (valid.bias === null ? "channels.as_product" : "channels.as_product_bias") : "channels.too_wide", { most: MOST_PIXELS });
    if (!fits) return;
    const matrices = asMatrices(x, k, y);
    for (const [name, grid] of Object.entries(this.matrices)) grid.draw(matrices[name]);
    this.product.style.setProperty("--total", String(x.length + 2 * x[0].d.length));
  }

  #point(o, r, c, how) {
    if (this.player.playing && how === "hover") return;
    if (how !== "hover") this.player.pause();
    if (o !== this.at[0] && how === "hover") return; // another channel is chosen by a click or the keyboard, not by passing over it
    if (o !== this.at[0] || r !== this.at[1] || c !== this.at[2]) this.select(o, r, c);
  }

  /** Shows the windows behind the output element (o, i, j), its partial sums, and their sum. */
  select(o, i, j) {
    const other = o !== this.at[0];
    this.at = [o, i, j];
    if (other) {
      for (const grid of this.grids.kernel) grid.forget();
      this.biased?.forget();
      this.#drawPlanes();
    }
    const { valid, refused: impossible } = this.draft, { x, k, y } = this.result, settings = settingsOf(valid);
    const first = firstChannel(o, x.length, k.length, valid.groups);
    this.channel.select.value = String(o);
    this.biased?.show(this.draft.values.bias[o]);
    this.grids.input.forEach((grid, c) => {
      const plane = impossible ? null : k[o][c - first];
      grid.mark(plane ? taps(i, j, plane, settings).map(({ u, v, r, c: column }) => ({ r, c: column, mark: "cx-window", note: `×${formatNumber(plane.d[u * plane.w + v])}` })) : []);
    });
    this.grids.partial.forEach((grid, c) => {
      if (k[o][c]) grid.mark([{ r: i, c: j, mark: "cx-window" }]);
    });
    this.grids.output.forEach((grid, n) => {
      grid.mark(n === o ? [{ r: i, c: j, mark: "cx-window" }] : []);
      if (n === o) grid.moveTo(i, j);
    });
    if (!this.product.hidden) {
      const n = i * y[0].w + j, across = (row, count) => range(count).map((c) => ({ r: row, c, mark: "cx-window" }));
      this.matrices.kernel.mark(across(o, x.length));
      this.matrices.pixels.mark(range(x.length).map((c) => ({ r: c, c: n, mark: "cx-window" })));
      this.matrices.product.mark([{ r: o, c: n, mark: "cx-window" }]);
    }
    setAttribute(this.sum, "aria-live", this.player.playing ? "off" : "polite");
    showSum(this.sum, this.#words(o, i, j, first, settings));
    this.player.update(!impossible);
    this.link?.update();
  }

  /** Y[o, i, j] = (products of channel 1) + (…) = partial sums = y. */
  #words(o, i, j, first, settings) {
    const { x, k, partials, y } = this.result, { bias } = this.draft.valid, n = i * y[0].w + j;
    const each = k[o].map((plane, c) => products(x[first + c], plane, settings, i, j));
    const nodes = [h("span", { class: "cx-lhs" }, `Y[${o}, ${i}, ${j}] = `)];
    const b = bias === null ? [] : [" + ", h("span", { class: "cx-b" }, shown(bias[o]))];
    if (each.flat().length <= MOST_TERMS) {
      each.forEach((terms, c) => {
        if (c) nodes.push(" + ");
        nodes.push("(", ...terms.flatMap(({ a, b: weight, zero }, m) => [m ? " + " : "", h("span", { class: "cx-term" }, h("span", { class: zero ? "cx-x cx-zero" : "cx-x" }, shown(a)), "·", h("span", { class: "cx-k" }, shown(weight)))]), ")");
      });
      nodes.push(...b, " = ");
    }
    partials[o].forEach((map, c) => nodes.push(c ? " + " : "", shown(map.d[n])));
    nodes.push(...b.map((node) => (typeof node === "string" ? node : node.cloneNode(true))), " = ", h("span", { class: "cx-y" }, formatNumber(y[o].d[n])));
    return nodes;
  }

  destroy() {
    this.player.pause();
    this.link?.destroy();
    this.draft.destroy();
    for (const grid of [...Object.values(this.grids).flat(), ...Object.values(this.matrices)]) grid.destroy();
  }
}

/** One number for each output channel. */
const biasField = {
  trait: "bias",
  write: (bias) => bias.join(","),
  read: (text) => {
    const parsed = matrixFromText(text, LIMITS.channels);
    return "value" in parsed && parsed.value.length === 1 ? { value: parsed.value[0] } : null;
  },
};

/** A link's field for a whole number from 1. */
const wholeField = (trait, most) => numberField(trait, { refuse: (value) => !Number.isInteger(value) || value < 1 || value > most });

/** anywidget's entry. */
export function render({ model, el }) {
  const explorer = new ChannelExplorer(model, el);
  return () => explorer.destroy();
}
