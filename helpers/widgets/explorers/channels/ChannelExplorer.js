/**
 * Convolution over several channels: every plane, every partial sum, and what it costs.
 *
 * @import { How, Listeners } from "../../parts/grid/grid.js"
 * @import { Matrix, Model, Pair, Refusal, Settings } from "../../types.js"
 *
 * @typedef {{input: number[][][], kernel: number[][][][], groups: number, bias: number[] | null} & Settings} State
 * @typedef {{x: Matrix[], k: Matrix[][], partials: Matrix[][], y: Matrix[]}} Result
 */
import { formatNumber } from "../../arithmetic/numbers.js";
import { axesOf, fromRows, outputShape, size, taps, unused, windowCounts } from "../../arithmetic/ops.js";
import { Explorer, mounted } from "../../explorer.js";
import { h, setAttribute, withSubscripts } from "../../parts/dom.js";
import { Grid } from "../../parts/grid/grid.js";
import { Player } from "../../parts/player.js";
import { products, showSum } from "../../parts/weighted-sum.js";
import { placeView, switchView } from "../../state/link.js";
import { learn } from "../../words/words.js";
import { asMatrices, channelRefusal, convChannels, firstChannel } from "./arithmetic.js";
import { ChannelControls } from "./controls.js";
import LIMITS from "./limits.json" with { type: "json" };
import { channelFields, withBiases } from "./link.js";
import { Planes, range, replaced } from "./planes.js";
import { channelLines } from "./sentences.js";
import words from "./words.json" with { type: "json" };

learn(words);

const TRAITS = ["input", "kernel", "groups", "padding", "stride", "dilation", "bias"];
const MOST_TERMS = 36;
const MOST_PIXELS = 16; // columns of the matrix product
const MOST_ACROSS = 32; // columns of cells that a wide stage has room for

/** @param {Settings} values @returns {Settings} */
const settingsOf = ({ padding, stride, dilation }) => ({ padding, stride, dilation });
const shown = (value) => (value < 0 ? `(${formatNumber(value)})` : formatNumber(value));
const sign = (text) => h("span", { class: "cx-sign", "aria-hidden": "true" }, text);
const after = (text, grid) => h("div", { class: "cx-operand" }, sign(text), grid.element);

/** @extends {Explorer<State, Result>} */
class ChannelExplorer extends Explorer {
  /** @param {Model} model */
  constructor(model) {
    super(model, TRAITS);
    /** @type {[o: number, i: number, j: number]} */
    this.at = [0, 0, 0]; // output channel, row, column
    this.counting = false;
    /** @type {number[]} */
    this.biases = []; // also of output channels that were taken away
    this.memory = { input: this.keep(new Planes()), kernel: this.keep(new Planes()) };
  }

  /** @param {State} values @returns {Refusal | null} */
  refusal(values) {
    const { input, kernel, groups, bias } = values;
    const refused = channelRefusal(input, kernel, groups, settingsOf(values));
    if (refused || bias === null || bias.length === kernel.length) return refused;
    return { key: "channels.bad.bias", params: { c_o: kernel.length, value: bias.join(", ") } };
  }

  /** @param {State} values */
  compute(values) {
    const { input, kernel, groups, bias } = values;
    return convChannels(input, kernel, groups, settingsOf(values), bias ?? kernel.map(() => 0));
  }

  build() {
    const { lang, draft, word } = this;
    this.#buildGrids();
    this.player = this.keep(
      new Player({
        lang,
        where: () => ({ index: this.#index(), count: this.result.y.length * this.result.y[0].d.length }),
        go: (index) => this.#go(index),
      }),
    );
    this.controls = this.keep(
      new ChannelControls({
        lang,
        draft,
        refuse: this.alerts.set,
        reshape: (change) => this.#reshape(change),
        chosen: () => this.at[0],
        choose: (o) => this.select(o, this.at[1], this.at[2]),
        count: (on) => this.#count(on),
      }),
    );
    this.sum = h("p", { class: "cx-sum", "aria-live": "polite", "aria-atomic": "true" });
    this.status = h("div", { role: "status", class: "cx-status" });
    this.pale = [...this.grids.partial, ...this.grids.output].map(({ root }) => root).concat(this.sum);
    return {
      name: word("channels.name"),
      kind: "cx-channelled",
      stage: [this.stage],
      told: [this.sum],
      moves: [this.player.element],
      knobs: [this.controls.settings, this.controls.extras],
      outcome: [this.status],
      more: [this.note, this.product],
      hint: word("channels.hint"),
    };
  }

  #buildGrids() {
    const { lang, word } = this;
    const grid = (name, kind, more = {}) => this.keep(new Grid({ lang, name, kind, ...more }));
    const grids = (key, kind, more) =>
      range(LIMITS.channels).map((n) => grid(word(key, { channel: n + 1 }), kind, more(n)));
    const point = (channel) => ({ point: (r, c, how) => this.#point(channel(), r, c, how) });
    this.grids = {
      input: grids("channels.input", "input", (n) => this.#editable("input", n)),
      kernel: grids("channels.kernel", "kernel", (n) => this.#editable("kernel", n)),
      partial: grids("channels.partial", "output", () => point(() => this.at[0])),
      output: grids("channels.output", "output", (n) => point(() => n)),
    };
    const kinds = { kernel: "kernel", pixels: "input", product: "output" };
    const matrices = Object.entries(kinds).map(([name, kind]) => [name, grid(word(`channels.matrix.${name}`), kind)]);
    this.matrices = Object.fromEntries(matrices);
    this.#arrange();
  }

  /** A block for each input channel, and all outputs; the matrix product. */
  #arrange() {
    const { input, kernel, partial, output } = this.grids, { pixels, product } = this.matrices;
    this.blocks = range(LIMITS.channels).map((n) =>
      h("div", { class: "cx-channel" }, input[n].element, after("⋆", kernel[n]), after("=", partial[n]))
    );
    const outputs = h("div", { class: "cx-outputs" }, ...output.map(({ element }) => element));
    this.stage = h(
      "div",
      { class: "cx-channels cx-dense" },
      h("div", { class: "cx-blocks" }, ...this.blocks),
      h("div", { class: "cx-operand" }, sign("Σ"), outputs),
    );
    this.product = h(
      "div",
      { class: "cx-stage cx-dense" },
      this.matrices.kernel.element,
      after("·", pixels),
      after("=", product),
    );
    this.note = h("p", { class: "cx-part" });
  }

  /** A link tells the chosen output and whether the windows are counted, too. */
  linked() {
    const within = (
      values,
    ) => [
      values.kernel.length,
      ...outputShape(fromRows(values.input[0]), fromRows(values.kernel[0][0]), settingsOf(values)),
    ];
    return {
      fields: channelFields(this.draft.author, LIMITS),
      view: {
        o: placeView({ get: () => this.at, usual: () => [0, 0, 0], within, take: (at) => (this.at = at) }),
        w: switchView({ get: () => this.counting, take: (on) => (this.counting = on) }),
      },
      complete: withBiases,
    };
  }

  forgetView() {
    this.player.pause();
    this.at = [0, 0, 0];
    this.counting = false;
    this.biases = [];
  }

  // --- changes

  /** @param {"input" | "kernel"} which @param {number} n @returns {Listeners} */
  #editable(which, n) {
    const paste = (r, c, block) => this.#write(which, n, r, c, block);
    const { set: refuse, tell } = this.alerts;
    return { refuse, tell, paste, edit: (r, c, value) => paste(r, c, [[value]]) };
  }

  /** Writes a block of numbers into plane n of the input, or of the chosen output channel's kernel. */
  #write(which, n, r, c, block) {
    const { input, kernel } = this.draft.values, o = this.at[0];
    const planes = which === "input" ? input : kernel[o];
    const plane = planes[n].map((row) => [...row]);
    block.forEach((line, i) => line.forEach((value, j) => (plane[r + i][c + j] = value)));
    const changed = replaced(planes, n, plane);
    this.draft.change(which === "input" ? { input: changed } : { kernel: replaced(kernel, o, changed) });
  }

  /** Numbers of channels, groups or sizes change: planes come and go, and come back with what they held. @param {{c_i?: number, c_o?: number, groups?: number, input?: Pair, kernel?: Pair}} change */
  #reshape(change) {
    const { input, kernel, groups, bias } = this.draft.values;
    const now = { c_i: input.length, c_o: kernel.length, groups, ...change };
    const x_size = now.input ?? size(input[0]), k_size = now.kernel ?? size(kernel[0][0]);
    // where groups do not divide, the alert says so
    const planes = now.c_i % now.groups ? kernel[0].length : now.c_i / now.groups;
    /** @type {Map<string, number[][]>} */
    const held = new Map();
    kernel.forEach((list, o) => list.forEach((plane, c) => held.set(`${o},${c}`, plane)));
    const wanted = range(now.c_o).flatMap((o) => range(planes).map((c) => `${o},${c}`));
    /** @type {Map<string, number[][]>} */
    const inputs = new Map(input.map((plane, c) => [`${c}`, plane]));
    const x = this.memory.input.resize(inputs, range(now.c_i).map(String), ...x_size);
    const k = this.memory.kernel.resize(held, wanted, ...k_size);
    if (bias) this.biases = [...bias, ...this.biases.slice(bias.length)];
    this.draft.change({
      input: x,
      kernel: range(now.c_o).map((o) => k.slice(o * planes, (o + 1) * planes)),
      groups: now.groups,
      bias: bias && range(now.c_o).map((o) => this.biases[o] ?? 0),
    });
  }

  #count(on) {
    this.counting = on;
    this.update();
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

  /** @param {State} values */
  draw(values) {
    const { y } = this.result;
    const [o, i, j] = this.at;
    this.at = [Math.min(o, y.length - 1, values.kernel.length - 1), Math.min(i, y[0].h - 1), Math.min(j, y[0].w - 1)];
    this.controls.show(y.length, this.counting);
    this.#drawPlanes();
    this.#showShape();
    this.#drawProduct();
    this.select(...this.at);
  }

  #drawPlanes() {
    const { input, kernel, groups } = this.draft.values;
    const first = this.draft.refused ? 0 : firstChannel(this.at[0], input.length, kernel.length, groups);
    this.#drawInputs(first);
    this.#drawKernels(first);
    this.#drawOutputs();
    this.#fit();
  }

  #drawInputs(first) {
    const { input, kernel, padding, stride, dilation } = this.draft.values, fits = !this.draft.refused;
    const axes = axesOf({ input: input[0], kernel: kernel[0][0], padding, stride, dilation });
    const cut = axes.map((axis) => (fits ? axis[0] + axis[2] - unused(...axis) : Infinity));
    const counts = fits && this.counting ? axes.map((axis) => windowCounts(...axis)) : null;
    const look = {
      flags: (r, c) => (r >= cut[0] || c >= cut[1] ? "cx-unused" : ""),
      badge: (r, c) => (counts ? String(counts[0][r] * counts[1][c]) : ""),
    };
    this.grids.input.forEach((grid, c) => {
      const plane = input[c];
      setAttribute(this.blocks[c], "hidden", !plane);
      this.blocks[c].classList.toggle("cx-unread", !kernel[this.at[0]][c - first]);
      if (plane) grid.draw(fromRows(plane), padding, { ...look, caption: this.#caption("input", c + 1, plane) });
    });
  }

  /** A kernel plane and its partial sums stand beside the input channel that the plane reads. */
  #drawKernels(first) {
    const { values } = this.draft, o = this.at[0], planes = values.kernel[o], sums = this.result.partials[o];
    this.grids.kernel.forEach((kernel, c) => {
      const partial = this.grids.partial[c], parts = [kernel, partial].map(({ element }) => element.parentElement);
      const block = first + c < values.input.length ? this.blocks[first + c] : null;
      const there = block && planes[c];
      for (const part of parts) setAttribute(part, "hidden", !there);
      if (!there) return;
      if (parts[0].parentElement !== block) block.append(...parts);
      const path = `${first + c + 1}→${o + 1}`;
      kernel.draw(fromRows(planes[c]), [0, 0], { caption: this.#caption("kernel", path, planes[c]) });
      if (sums?.[c]) partial.draw(sums[c], [0, 0], { caption: this.word("channels.caption.partial", { path }) });
    });
  }

  #drawOutputs() {
    const { y } = this.result;
    this.grids.output.forEach((grid, n) => {
      setAttribute(grid.element, "hidden", !y[n]);
      if (y[n]) grid.draw(y[n], [0, 0], { caption: this.word("channels.caption.output", { path: n + 1, ...y[n] }) });
    });
  }

  /** A short caption: beside small planes there is no room for a long one. */
  #caption(name, path, rows) {
    return this.word(`channels.caption.${name}`, { path, h: rows.length, w: rows[0].length });
  }

  /** Tells the stage what it holds, so that blocks and cells find an arrangement and a size that fit. */
  #fit() {
    const { input, kernel, partial, output } = this.grids, { y } = this.result;
    const channels = this.draft.values.input.length, planes = [input[0], kernel[0], partial[0]];
    const block = planes.reduce((sum, { columns }) => sum + columns, 0);
    const across = channels > 2 && 2 * block <= MOST_ACROSS ? 2 : 1;
    const down = Math.ceil(channels / across), rows = Math.max(...planes.map((grid) => grid.rows));
    const stacked = Math.ceil(y.length / down), wide = across * block + stacked * output[0].columns;
    const beside = wide <= MOST_ACROSS + 2 - 3 * across; // signs and gaps need room, too
    const facts = beside
      ? { outputs: stacked, total: wide, deep: down * rows }
      : { outputs: y.length, total: across * block, deep: down * rows + output[0].rows };
    for (const [name, value] of Object.entries({ block, across, out: output[0].columns, ...facts })) {
      this.stage.style.setProperty(`--${name}`, String(value));
    }
  }

  /** Shape, formula and cost. */
  #showShape() {
    const lines = channelLines(this.lang, this.draft.valid, this.result.y), text = lines.join("\n");
    if (text === this.shape) return;
    this.shape = text;
    const paragraph = (line, n) => h("p", { class: n ? "cx-formula" : "cx-shape" }, ...withSubscripts(line));
    this.status.replaceChildren(...lines.map(paragraph));
  }

  /** Below, with a 1×1 kernel: the same numbers as a matrix product. */
  #drawProduct() {
    const { padding, stride, groups, bias } = this.draft.valid, { x, k, y } = this.result;
    const plain = padding.every((n) => n === 0) && stride.every((n) => n === 1);
    const single = k[0][0].d.length === 1 && groups === 1 && plain;
    const fits = single && x[0].d.length <= MOST_PIXELS;
    setAttribute(this.note, "hidden", !single);
    setAttribute(this.product, "hidden", !fits);
    const key = bias === null ? "channels.as_product" : "channels.as_product_bias";
    if (single) this.note.textContent = this.word(fits ? key : "channels.too_wide", { most: MOST_PIXELS });
    if (!fits) return;
    const matrices = asMatrices(x, k, y);
    for (const [name, grid] of Object.entries(this.matrices)) grid.draw(matrices[name]);
    this.measure(this.product, Object.values(this.matrices));
  }

  /** @param {number} o @param {number} r @param {number} c @param {How} how */
  #point(o, r, c, how) {
    if (this.player.playing && how === "hover") return;
    if (how !== "hover") this.player.pause();
    if (o !== this.at[0] && how === "hover") return; // another channel is chosen by a click or the keyboard only
    if (o !== this.at[0] || r !== this.at[1] || c !== this.at[2]) this.select(o, r, c);
  }

  /** Shows the windows behind the output element (o, i, j), its partial sums, and their sum. */
  select(o, i, j) {
    const other = o !== this.at[0];
    this.at = [o, i, j];
    if (other) {
      for (const grid of this.grids.kernel) grid.forget();
      this.controls.forgetBias();
      this.#drawPlanes();
    }
    this.controls.showChosen(o);
    this.#mark(o, i, j);
    setAttribute(this.sum, "aria-live", this.player.playing ? "off" : "polite");
    showSum(this.sum, this.#words(o, i, j));
    this.player.update(!this.draft.refused);
    this.link?.update();
  }

  #mark(o, i, j) {
    const { valid, refused } = this.draft, { x, k } = this.result, settings = settingsOf(valid);
    const first = firstChannel(o, x.length, k.length, valid.groups);
    const here = [{ r: i, c: j, mark: "cx-window" }];
    this.grids.input.forEach((grid, c) => {
      const plane = refused ? null : k[o][c - first];
      const note = (u, v) => `×${formatNumber(plane.d[u * plane.w + v])}`;
      const window = plane ? taps(i, j, plane, settings) : [];
      grid.mark(window.map(({ u, v, r, c: column }) => ({ r, c: column, mark: "cx-window", note: note(u, v) })));
    });
    this.grids.partial.forEach((grid, c) => k[o][c] && grid.mark(here));
    this.grids.output.forEach((grid, n) => grid.mark(n === o ? here : []));
    this.grids.output[o].moveTo(i, j);
    if (!this.product.hidden) this.#markProduct(o, i, j);
  }

  /** A row of the kernel's matrix, a column of the pixels, and their product. */
  #markProduct(o, i, j) {
    const { x, y } = this.result, n = i * y[0].w + j;
    this.matrices.kernel.mark(range(x.length).map((c) => ({ r: o, c, mark: "cx-window" })));
    this.matrices.pixels.mark(range(x.length).map((c) => ({ r: c, c: n, mark: "cx-window" })));
    this.matrices.product.mark([{ r: o, c: n, mark: "cx-window" }]);
  }

  /** Y[o, i, j] = (products of channel 1) + (…) = partial sums = y. */
  #words(o, i, j) {
    const { x, k, partials, y } = this.result, { bias, groups } = this.draft.valid, n = i * y[0].w + j;
    const first = firstChannel(o, x.length, k.length, groups), settings = settingsOf(this.draft.valid);
    const each = k[o].map((plane, c) => products(x[first + c], plane, settings, i, j));
    const plus = () => (bias === null ? [] : [" + ", h("span", { class: "cx-b" }, shown(bias[o]))]);
    /** @type {(Node | string)[]} */
    const nodes = [h("span", { class: "cx-lhs" }, `Y[${o}, ${i}, ${j}] = `)];
    if (each.flat().length <= MOST_TERMS) {
      nodes.push(...each.flatMap((terms, c) => [c ? " + (" : "(", ...written(terms), ")"]), ...plus(), " = ");
    }
    partials[o].forEach((map, c) => nodes.push(c ? " + " : "", shown(map.d[n])));
    return [...nodes, ...plus(), " = ", h("span", { class: "cx-y" }, formatNumber(y[o].d[n]))];
  }
}

/** a·b + a·b + … @param {{a: number, b: number, zero: boolean}[]} terms @returns {(Node | string)[]} */
function written(terms) {
  return terms.flatMap(({ a, b, zero }, m) => {
    const x = h("span", { class: zero ? "cx-x cx-zero" : "cx-x" }, shown(a));
    const term = h("span", { class: "cx-term" }, x, "·", h("span", { class: "cx-k" }, shown(b)));
    return m ? [" + ", term] : [term];
  });
}

/** anywidget's entry. */
export const render = mounted(ChannelExplorer);
