/**
 * The convolution explorer: every number of a 2-D cross-correlation can be changed, every result is explained.
 *
 * @import { How } from "../../parts/grid/grid.js"
 * @import { Matrix, Model, Pair, Settings } from "../../types.js"
 *
 * @typedef {{input: number[][], kernel: number[][], bias: number | null, flip: boolean | null} & Settings} State
 * @typedef {{x: Matrix, k: Matrix, settings: Settings, bias: number | null, y: Matrix}} Result
 */
import { Memory } from "../../arithmetic/memory.js";
import { formatNumber } from "../../arithmetic/numbers.js";
import {
  axesOf,
  corr2d,
  flip,
  fromRows,
  outputShape,
  refusal,
  size,
  taps,
  unused,
  windowCounts,
} from "../../arithmetic/ops.js";
import { Explorer, mounted } from "../../explorer.js";
import { h, setAttribute, withSubscripts } from "../../parts/dom.js";
import { Grid } from "../../parts/grid/grid.js";
import { Player } from "../../parts/player.js";
import { products, showSum, sum } from "../../parts/weighted-sum.js";
import { placeView, switchView } from "../../state/link.js";
import { shapeLines } from "../../words/sentences.js";
import { ConvControls } from "./controls.js";
import LIMITS from "./limits.json" with { type: "json" };
import { convFields } from "./link.js";

const TRAITS = ["input", "kernel", "padding", "stride", "dilation", "bias", "flip"];

/** @param {Settings} values @returns {Settings} */
const settingsOf = ({ padding, stride, dilation }) => ({ padding, stride, dilation });

/** @extends {Explorer<State, Result>} */
class ConvExplorer extends Explorer {
  /** @param {Model} model */
  constructor(model) {
    super(model, TRAITS);
    /** @type {Pair} */
    this.at = [0, 0]; // of the output
    this.counting = false;
    this.memory = { input: this.keep(new Memory()), kernel: this.keep(new Memory()) };
  }

  /** @param {State} values */
  refusal(values) {
    return refusal(size(values.input), size(values.kernel), settingsOf(values));
  }

  /** What is computed, and what is laid on the window. @param {State} values @returns {Result} */
  compute(values) {
    const x = fromRows(values.input), typed = fromRows(values.kernel), settings = settingsOf(values);
    const k = values.flip ? flip(typed) : typed;
    return { x, k, settings, bias: values.bias, y: corr2d(x, k, settings, values.bias ?? 0) };
  }

  build() {
    const { lang, draft, word } = this;
    const grid = (key, kind, more = {}) => this.keep(new Grid({ lang, name: word(key), kind, ...more }));
    /** @type {Record<"input" | "kernel" | "output", Grid> & {flipped?: Grid}} */
    this.grids = {
      input: grid("ui.input", "input", this.editable("input")),
      kernel: grid("ui.kernel", "kernel", this.editable("kernel")),
      output: grid("ui.output", "output", { point: (r, c, how) => this.#point(r, c, how) }),
    };
    if (draft.values.flip !== null) this.grids.flipped = grid("ui.flipped", "kernel");
    this.player = this.keep(
      new Player({
        lang,
        where: () => ({ index: this.at[0] * this.result.y.w + this.at[1], count: this.result.y.d.length }),
        go: (index) => this.select(Math.floor(index / this.result.y.w), index % this.result.y.w),
      }),
    );
    this.controls = this.keep(
      new ConvControls({
        lang,
        draft,
        refuse: this.alerts.set,
        presets: this.model.get("presets"),
        resize: (which, rows, columns) =>
          draft.change({ [which]: this.memory[which].resize(draft.values[which], rows, columns) }),
        replace: (which, rows) => this.#replace(which, rows),
        count: (on) => this.#count(on),
      }),
    );
    this.status = h("div", { role: "status", class: "cx-status" });
    this.sum = h("p", { class: "cx-sum", "aria-live": "polite", "aria-atomic": "true" });
    this.pale = [this.grids.output.root, this.sum];
    const after = (sign, ...grids) =>
      h(
        "div",
        { class: "cx-operand" },
        h("span", { class: "cx-sign", "aria-hidden": "true" }, sign),
        ...grids.map(({ element }) => element),
      );
    const kernels = [this.grids.kernel, this.grids.flipped].filter(Boolean);
    this.stage = h(
      "div",
      { class: "cx-stage" },
      this.grids.input.element,
      after("⋆", ...kernels),
      after("=", this.grids.output),
    );
    return {
      name: word("ui.conv_explorer"),
      stage: [this.stage],
      told: [this.sum],
      moves: [this.player.element],
      knobs: [this.controls.settings, this.controls.extras],
      outcome: [this.status],
      hint: word("ui.hint"),
    };
  }

  /** A link tells the chosen output and whether the windows are counted, too. */
  linked() {
    const within = (values) => outputShape(fromRows(values.input), fromRows(values.kernel), settingsOf(values));
    return {
      fields: convFields(this.draft.author, LIMITS),
      view: {
        o: placeView({ get: () => this.at, usual: () => [0, 0], within, take: (at) => (this.at = at) }),
        w: switchView({ get: () => this.counting, take: (on) => (this.counting = on) }),
      },
    };
  }

  forgetView() {
    this.player.pause();
    this.at = [0, 0];
    this.counting = false;
  }

  // --- changes

  #count(on) {
    this.counting = on;
    this.update();
  }

  /** @param {"input" | "kernel"} which @param {number[][]} rows */
  #replace(which, rows) {
    this.memory[which].forget();
    this.grids[which].forget();
    this.draft.change({ [which]: rows });
  }

  // --- from state to page

  /** @param {State} values */
  draw(values) {
    const { y } = this.result;
    this.at = [Math.min(this.at[0], y.h - 1), Math.min(this.at[1], y.w - 1)];
    this.#drawInput(values);
    this.grids.kernel.draw(fromRows(values.kernel));
    this.#drawFlipped(values);
    this.grids.output.draw(y);
    const shown = Object.values(this.grids).filter((grid) => !grid.element.hidden);
    this.measure(this.stage, shown);
    this.controls.show(this.counting);
    this.#showShape();
    this.select(...this.at);
  }

  /** @param {State} values */
  #drawInput(values) {
    const x = fromRows(values.input), axes = axesOf(values);
    const fits = !this.draft.refused;
    const dropped = axes.map((axis) => (fits ? unused(...axis) : 0));
    const counts = axes.map((axis) => (fits && this.counting ? windowCounts(...axis) : null));
    const edge = [x.h + values.padding[0] - dropped[0], x.w + values.padding[1] - dropped[1]];
    this.grids.input.draw(x, values.padding, {
      flags: (r, c) => (r >= edge[0] || c >= edge[1] ? "cx-unused" : ""),
      badge: (r, c) => (counts[0] ? String(counts[0][r] * counts[1][c]) : ""),
    });
  }

  /** @param {State} values */
  #drawFlipped(values) {
    const { flipped } = this.grids;
    if (!flipped) return;
    setAttribute(flipped.element, "hidden", !values.flip);
    if (values.flip) flipped.draw(flip(fromRows(values.kernel)));
  }

  #showShape() {
    const lines = shapeLines(this.lang, this.draft.valid, this.result.y);
    const text = lines.join("\n");
    if (text === this.shape) return;
    this.shape = text;
    const [head, ...rest] = lines;
    this.status.replaceChildren(
      h("p", { class: "cx-shape" }, head),
      ...rest.map((line) => h("p", { class: "cx-formula" }, ...withSubscripts(line))),
    );
  }

  /** @param {number} r @param {number} c @param {How} how */
  #point(r, c, how) {
    if (this.player.playing && how === "hover") return;
    if (how !== "hover") this.player.pause();
    if (r !== this.at[0] || c !== this.at[1]) this.select(r, c);
  }

  /** Shows the window behind the output element (i, j) and its weighted sum. */
  select(i, j) {
    this.at = [i, j];
    const { x, k, settings, bias, y } = this.result;
    const usable = !this.draft.refused;
    const list = usable ? taps(i, j, k, settings) : [];
    const note = (u, v) => formatNumber(k.d[u * k.w + v]);
    this.grids.input.mark(list.map(({ u, v, r, c }) => ({ r, c, mark: "cx-window", note: `×${note(u, v)}` })));
    this.grids.output.mark([{ r: i, c: j, mark: "cx-window" }]);
    this.grids.output.moveTo(i, j);
    setAttribute(this.sum, "aria-live", this.player.playing ? "off" : "polite");
    showSum(
      this.sum,
      sum({
        lang: this.lang,
        label: `Y[${i}, ${j}]`,
        terms: products(x, k, settings, i, j),
        bias,
        y: y.d[i * y.w + j],
      }),
    );
    this.player.update(usable);
    this.link?.update();
  }
}

/** anywidget's entry. */
export const render = mounted(ConvExplorer);
