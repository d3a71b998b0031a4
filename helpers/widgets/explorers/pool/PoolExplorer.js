/**
 * The pooling explorer: every window, its winner or its mean, and where the gradient goes.
 *
 * @import { How } from "../../parts/grid/grid.js"
 * @import { PoolSettings } from "../../arithmetic/pool.js"
 * @import { Matrix, Model, Pair } from "../../types.js"
 *
 * @typedef {{input: number[][]} & PoolSettings} State
 * @typedef {{x: Matrix, y: Matrix, small: Record<string, Matrix>}} Result
 */
import { Memory } from "../../arithmetic/memory.js";
import { formatNumber } from "../../arithmetic/numbers.js";
import { fromRows, size, span } from "../../arithmetic/ops.js";
import { pool2d, pooled, poolGradient, poolRefusal, poolShape, rolled, windowsOver } from "../../arithmetic/pool.js";
import { Explorer, mounted } from "../../explorer.js";
import { h, setAttribute, withSubscripts } from "../../parts/dom.js";
import { Grid } from "../../parts/grid/grid.js";
import { Player } from "../../parts/player.js";
import { showSum } from "../../parts/weighted-sum.js";
import { choiceView, placeView } from "../../state/link.js";
import { learn } from "../../words/words.js";
import { BADGES, movers, PoolControls } from "./controls.js";
import LIMITS from "./limits.json" with { type: "json" };
import { poolFields } from "./link.js";
import { poolLines } from "./sentences.js";
import words from "./words.json" with { type: "json" };

learn(words);

const TRAITS = ["input", "mode", "kernel_size", "stride", "padding", "dilation", "ceil_mode", "count_include_pad"];
const MOST_TERMS = 36;

/** @extends {Explorer<State, Result>} */
class PoolExplorer extends Explorer {
  /** @param {Model} model */
  constructor(model) {
    super(model, TRAITS);
    /** @type {Pair} */
    this.at = [0, 0]; // of the output
    this.badges = BADGES[0];
    /** @type {{changed: number, count: number} | null} */
    this.moved = null; // how many outputs the last move has changed
    this.memory = this.keep(new Memory());
  }

  /** @param {State} values */
  refusal(values) {
    return poolRefusal(size(values.input), values);
  }

  /** @param {State} values @returns {Result} */
  compute(values) {
    const x = fromRows(values.input);
    this.moved = null;
    const small = { windows: windowsOver(x, values), gradient: poolGradient(x, values) };
    return { x, y: pool2d(x, values), small };
  }

  build() {
    const { lang, draft, word } = this;
    const point = (r, c, how) => this.#point(r, c, how);
    this.grids = {
      input: this.keep(new Grid({ lang, name: word("ui.input"), kind: "input", ...this.editable("input") })),
      output: this.keep(new Grid({ lang, name: word("ui.output"), kind: "output", point })),
    };
    this.player = this.keep(
      new Player({
        lang,
        where: () => ({ index: this.at[0] * this.result.y.w + this.at[1], count: this.result.y.d.length }),
        go: (index) => this.select(Math.floor(index / this.result.y.w), index % this.result.y.w),
      }),
    );
    this.controls = this.keep(
      new PoolControls({
        lang,
        draft,
        refuse: this.alerts.set,
        resize: (rows, columns) => draft.change({ input: this.memory.resize(draft.values.input, rows, columns) }),
        replace: (input) => this.#replace(input),
        badge: (name) => this.#badge(name),
      }),
    );
    this.sum = h("p", { class: "cx-sum", "aria-live": "polite", "aria-atomic": "true" });
    this.status = h("div", { role: "status", class: "cx-status" });
    this.pale = [this.grids.output.root, this.sum];
    const becomes = h("span", { class: "cx-sign", "aria-hidden": "true" }, "→");
    this.stage = h(
      "div",
      { class: "cx-stage" },
      this.grids.input.element,
      h("div", { class: "cx-operand" }, becomes, this.grids.output.element),
    );
    return {
      name: word("pool.name"),
      stage: [this.stage],
      told: [this.sum],
      moves: [this.player.element, movers(lang, (by) => this.#move(by))],
      knobs: [this.controls.settings, this.controls.extras],
      outcome: [this.status],
      hint: word("pool.hint"),
    };
  }

  /** A link tells the chosen output and what the small numbers show, too. */
  linked() {
    const within = (values) => poolShape(size(values.input), values);
    return {
      fields: poolFields(LIMITS),
      view: {
        o: placeView({ get: () => this.at, usual: () => [0, 0], within, take: (at) => (this.at = at) }),
        n: choiceView({ get: () => this.badges, options: BADGES, take: (badges) => (this.badges = badges) }),
      },
    };
  }

  forgetView() {
    this.player.pause();
    this.at = [0, 0];
    this.badges = BADGES[0];
    this.moved = null;
  }

  // --- changes

  #badge(name) {
    this.badges = name;
    this.update();
  }

  #replace(input) {
    this.memory.forget();
    this.grids.input.forget();
    this.draft.change({ input });
  }

  /** Moves the whole input, and counts the outputs that this has changed. */
  #move(by) {
    const before = this.draft.refused ? null : this.result.y;
    this.grids.input.forget();
    this.draft.change({ input: rolled(this.draft.values.input, by) });
    if (!before || this.draft.refused) return;
    const { d } = this.result.y;
    this.moved = { changed: d.filter((value, n) => Math.abs(value - before.d[n]) > 1e-9).length, count: d.length };
    this.#showShape();
  }

  // --- from state to page

  /** @param {State} values */
  draw(values) {
    const { y } = this.result, { input, output } = this.grids;
    this.at = [Math.min(this.at[0], y.h - 1), Math.min(this.at[1], y.w - 1)];
    this.#drawInput(values);
    output.draw(y);
    this.measure(this.stage, [input, output]);
    this.controls.show(this.badges);
    this.#showShape();
    this.select(...this.at);
  }

  /** @param {State} values */
  #drawInput(values) {
    const { x, y, small } = this.result, fits = !this.draft.refused;
    const shown = fits ? x : fromRows(values.input), numbers = fits && small[this.badges];
    const { padding, stride, kernel_size, dilation } = values;
    const end = (o, a) => (o - 1) * stride[a] + span(kernel_size[a], dilation[a]) - padding[a];
    const read = fits ? [end(y.h, 0), end(y.w, 1)] : [Infinity, Infinity];
    const drawn = (p) => Math.max(0, Math.min(p, LIMITS.padding));
    this.grids.input.draw(shown, [drawn(padding[0]), drawn(padding[1])], {
      border: values.mode === "max" ? -Infinity : 0,
      flags: (r, c) => (r >= read[0] || c >= read[1] ? "cx-unused" : ""),
      badge: (r, c) => (numbers ? formatNumber(numbers.d[r * shown.w + c]) : ""),
    });
  }

  /** The output's shape, its formula, and what the last move changed. */
  #showShape() {
    const lines = poolLines(this.lang, this.draft.valid, this.result.y);
    if (this.moved) lines.push(this.word("pool.moved", this.moved));
    const text = lines.join("\n");
    if (text === this.shape) return;
    this.shape = text;
    const paragraph = (line, n) => h("p", { class: n ? "cx-formula" : "cx-shape" }, ...withSubscripts(line));
    this.status.replaceChildren(...lines.map(paragraph));
  }

  /** @param {number} r @param {number} c @param {How} how */
  #point(r, c, how) {
    if (this.player.playing && how === "hover") return;
    if (how !== "hover") this.player.pause();
    if (r !== this.at[0] || c !== this.at[1]) this.select(r, c);
  }

  /** Shows the window behind the output element (i, j), and how its value comes about. */
  select(i, j) {
    this.at = [i, j];
    const usable = !this.draft.refused, found = pooled(this.result.x, i, j, this.draft.valid);
    const mark = (n) => (n === found.winner ? { mark: "cx-winner", note: "max" } : { mark: "cx-window" });
    this.grids.input.mark(usable ? found.list.map(({ r, c }, n) => ({ r, c, ...mark(n) })) : []);
    this.grids.output.mark([{ r: i, c: j, mark: "cx-window" }]);
    this.grids.output.moveTo(i, j);
    setAttribute(this.sum, "aria-live", this.player.playing ? "off" : "polite");
    showSum(this.sum, this.#words(i, j, found));
    this.player.update(usable);
    this.link?.update();
  }

  /** Y[i, j] = max(a, b, …) = y, or (a + b + …) / n = y. @param {number} i @param {number} j @param {ReturnType<typeof pooled>} found */
  #words(i, j, { list, winner, divisor, value }) {
    const most = divisor === null; // a maximum divides by nothing
    const counted = most || this.draft.valid.count_include_pad ? list : list.filter(({ inside }) => inside);
    const look = (place) => (place.inside ? `cx-x${place === list[winner] ? " cx-best" : ""}` : "cx-x cx-zero");
    const number = (n) => (n < 0 && !most ? `(${formatNumber(n)})` : formatNumber(n));
    /** @type {(Node | string)[]} */
    const terms = counted.slice(0, MOST_TERMS).map((place) => h("span", { class: look(place) }, number(place.value)));
    if (counted.length > MOST_TERMS) terms.push(this.word("pool.more", { count: counted.length - MOST_TERMS }));
    const nodes = terms.flatMap((term, n) => (n ? [most ? ", " : " + ", term] : [term]));
    const [before, after] = most ? ["max(", ")"] : ["(", `) / ${divisor}`];
    const y = h("span", { class: "cx-y" }, formatNumber(value));
    return [h("span", { class: "cx-lhs" }, `Y[${i}, ${j}] = `), before, ...nodes, after, " = ", y];
  }
}

/** anywidget's entry. */
export const render = mounted(PoolExplorer);
