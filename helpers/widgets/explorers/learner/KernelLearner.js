/**
 * Learns a kernel by gradient descent, step by step, with the whole backward pass on the table.
 *
 * @import { Matrix, Model, Refusal } from "../../types.js"
 * @import { Passed } from "./arithmetic.js"
 * @import { Picked } from "./link.js"
 *
 * @typedef {{input: number[][], target_kernel: number[][], kernel: number[][], bias: number | null, lr: number}} State
 * @typedef {{x: Matrix, k: Matrix, y: Matrix, bound: number | null} & Passed} Result
 */
import { formatNumber } from "../../arithmetic/numbers.js";
import { corr2d, flip, fromRows, refusal, size, taps, toRows } from "../../arithmetic/ops.js";
import { Explorer, mounted } from "../../explorer.js";
import { LogChart } from "../../parts/chart.js";
import { h, setAttribute } from "../../parts/dom.js";
import { Grid } from "../../parts/grid/grid.js";
import { shortNumber } from "../../parts/grid/cell-painter.js";
import { products, showSum, sum } from "../../parts/weighted-sum.js";
import { learn } from "../../words/words.js";
import { bound, descend, full, LONGEST, pass, PLAIN, refusedShapes } from "./arithmetic.js";
import { LearnerControls } from "./controls.js";
import LIMITS from "./limits.json" with { type: "json" };
import { FIRST, learnerFields, pickedView } from "./link.js";
import { learnerLines, origins } from "./sentences.js";
import words from "./words.json" with { type: "json" };

learn(words);

const TRAITS = ["input", "target_kernel", "kernel", "bias", "lr"];
const PERIOD = 120; // milliseconds between steps of a run
const MOST_TERMS = 14; // of a sum, so that its end stays in sight

/** The rows of grids, and what stands before a grid. */
const ROWS = {
  forward: { input: "", kernel: "⋆", prediction: "=" },
  loss_row: { target: "", error: "", dk: "→" },
  backward: { g: "", flipped: "⋆", dx: "=" },
};

/** @extends {Explorer<State, Result>} */
class KernelLearner extends Explorer {
  /** @param {Model} model */
  constructor(model) {
    super(model, TRAITS);
    this.picked = FIRST;
    /** @type {number | null} */
    this.timer = null; // of a run
    /** @type {{kernel: number[][], bias: number | null} | null} */
    this.origin = null; // where the descent began
    /** @type {number[]} */
    this.losses = [];
    /** @type {{kernel: number[][], bias: number | null} | null} */
    this.own = null; // where its last step led
    this.told = "";
    this.keep({ forget: () => this.#stop(), destroy: () => this.#stop() });
  }

  /** @param {State} values @returns {Refusal | null} */
  refusal({ input, target_kernel, kernel, lr }) {
    const fits = refusal(size(input), size(target_kernel), PLAIN);
    return fits ?? refusedShapes(size(kernel), size(target_kernel), lr);
  }

  /** Both passes; and a new descent begins, unless the change was a step of this one. @param {State} values @returns {Result} */
  compute(values) {
    const { input, kernel, target_kernel, bias } = values, before = this.computed;
    const [x, k] = [fromRows(input), fromRows(kernel)], y = corr2d(x, fromRows(target_kernel), PLAIN);
    const result = { x, k, y, bound: bound(x, [k.h, k.w], bias !== null), ...pass(x, k, bias, y) };
    const changed = (name) => before?.[name] !== values[name];
    const stepped = this.own?.kernel === kernel && this.own.bias === bias;
    if (["input", "target_kernel"].some(changed) || (!stepped && ["kernel", "bias"].some(changed))) {
      this.origin = { kernel, bias };
      this.losses = [result.loss];
    }
    return result;
  }

  build() {
    const { lang, draft, word } = this;
    this.grids = this.#grids();
    this.controls = this.keep(
      new LearnerControls({
        lang,
        draft,
        refuse: this.alerts.set,
        replace: (patch) => {
          this.grids.kernel.forget();
          draft.change(patch);
        },
      }),
    );
    this.sum = h("p", { class: "cx-sum", "aria-live": "polite", "aria-atomic": "true" });
    this.echo = h("p", { class: "learner-echo", "aria-hidden": "true" });
    this.chart = new LogChart();
    this.status = h("div", { role: "status", class: "cx-status" });
    const results = Object.entries(this.grids).filter(([name]) => name !== "input" && name !== "kernel");
    this.pale = [this.sum, ...results.map(([, { root }]) => root)];
    this.rows = Object.fromEntries(Object.entries(ROWS).map(([name, signs]) => [name, this.#row(signs)]));
    const [forward, loss, backward] = Object.entries(this.rows).map(([name, row]) => [
      h("p", { class: "cx-part" }, word(`learner.${name}`)),
      row,
    ]);
    return {
      name: word("learner.name"),
      kind: "learner",
      stage: [...forward, ...loss],
      told: [this.sum],
      moves: [this.#moves()],
      knobs: [this.controls.element],
      outcome: [this.chart.element, this.status],
      more: [...backward, this.echo],
      hint: word("learner.hint"),
    };
  }

  #grids() {
    const { lang, word } = this;
    const grid = (key, kind, more = {}) => this.keep(new Grid({ lang, name: word(key), kind, ...more }));
    const point = (which) => ({ point: (r, c) => this.pick(which, r, c) });
    return {
      input: grid("ui.input", "input", this.editable("input")),
      kernel: grid("ui.kernel", "kernel", this.editable("kernel")),
      prediction: grid("learner.prediction", "output", point("prediction")),
      target: grid("learner.target", "output"),
      error: grid("learner.error", "output"),
      dk: grid("learner.dk", "kernel", point("dk")),
      g: grid("learner.g", "output"),
      flipped: grid("ui.flipped", "kernel"),
      dx: grid("learner.dx", "input", point("dx")),
    };
  }

  #row(signs) {
    const operand = (sign, { element }) =>
      h("div", { class: "cx-operand" }, h("span", { class: "cx-sign", "aria-hidden": "true" }, sign), element);
    const parts = Object.entries(signs).map((
      [name, sign],
    ) => (sign ? operand(sign, this.grids[name]) : this.grids[name].element));
    return h("div", { class: "cx-stage learner-row" }, ...parts);
  }

  /** Buttons that go down the gradient, and back to the start. */
  #moves() {
    this.running = this.button("learner.run", () => (this.timer === null ? this.#run() : this.#stop()));
    const step = this.button("learner.step", () => this.#by(1)), ten = this.button("learner.ten", () => this.#by(10));
    this.steps = [step, ten, this.running];
    const over = this.button("learner.over", () => this.#over());
    const label = this.word("learner.descend");
    return h("div", { class: "cx-player", role: "group", "aria-label": label }, ...this.steps, over);
  }

  /** A link tells the element whose sum is shown, too. */
  linked() {
    const view = pickedView({ get: () => this.picked, take: (picked) => (this.picked = picked) });
    return { fields: learnerFields(LIMITS), view: { o: view } };
  }

  forgetView() {
    this.picked = FIRST;
  }

  // --- changes

  /** Steps down the gradient. @param {number} count @returns whether there was anything to do */
  #by(count) {
    if (this.draft.refused) return false;
    const { bias, lr } = this.draft.valid, most = Math.min(count, LONGEST - this.losses.length);
    const { now, losses, reason } = descend({ ...this.result, bias }, lr, most);
    const stopped = reason ?? (losses.length < count ? "learner.long" : null);
    if (losses.length) {
      this.losses = [...this.losses, ...losses];
      this.own = { kernel: toRows(now.k), bias: now.bias }; // the change to come is a step, not a new start
      this.draft.change({ ...this.own });
    }
    if (stopped) {
      this.#stop();
      this.alerts.tell({ key: stopped, params: { steps: this.losses.length - 1 } });
    }
    return !stopped;
  }

  #run() {
    if (!this.#by(1)) return;
    this.running.textContent = this.word("ui.pause");
    this.timer = setInterval(() => this.#by(1), PERIOD);
  }

  #stop() {
    clearInterval(this.timer);
    this.timer = null;
    this.running.textContent = this.word("learner.run");
  }

  /** Back to where the descent began. */
  #over() {
    this.#stop();
    this.grids.kernel.forget();
    this.draft.change({ ...this.origin });
  }

  // --- from state to page

  /** @param {State} values */
  draw(values) {
    const { grids, impossible } = this, { y, k, prediction, error, g, dk, dx } = this.result;
    if (impossible && this.timer !== null) this.#stop();
    grids.input.draw(fromRows(values.input));
    grids.kernel.draw(fromRows(values.kernel));
    for (const [name, matrix] of Object.entries({ prediction, target: y, error, dk, flipped: flip(k), dx })) {
      grids[name].draw(matrix);
    }
    grids.g.draw(g, full(k).padding);
    for (const [name, row] of Object.entries(this.rows)) {
      this.measure(row, Object.keys(ROWS[name]).map((grid) => grids[grid]));
    }
    for (const button of this.steps) setAttribute(button, "disabled", impossible);
    this.controls.show();
    this.#tell();
    this.pick(this.picked.grid, this.picked.r, this.picked.c);
  }

  /** Loss, bias, and what the learning rate does, in lines; and the curve. */
  #tell() {
    const { lang, losses, word } = this, { lr, bias } = this.draft.valid, { loss, db, bound } = this.result;
    const steps = losses.length - 1;
    const lines = learnerLines(lang, { steps, loss, bias, db, lr, bound });
    const text = lines.join("\n");
    if (text !== this.told) {
      this.status.replaceChildren(...lines.map((line, n) => h("p", n ? {} : { class: "cx-shape" }, line)));
    }
    this.told = text;
    const name = word("learner.chart", { first: formatNumber(losses[0]), last: formatNumber(loss), steps });
    this.chart.show(losses, { name, x: word("learner.axis.steps"), y: word("learner.axis.loss") });
  }

  /** Shows where one element of a result comes from. @param {Picked} which @param {number} row @param {number} column */
  pick(which, row, column) {
    const { lang, grids } = this, result = this.result[which];
    const [r, c] = [Math.min(row, result.h - 1), Math.min(column, result.w - 1)];
    this.picked = { grid: which, r, c };
    const { from, by, settings, over, label } = origins(this.result)[which];
    const note = (u, v) => `×${shortNumber(by.d[u * by.w + v], 2)}`;
    const window = taps(r, c, by, settings).map((tap) => (
      { r: tap.r, c: tap.c, mark: "cx-window", note: note(tap.u, tap.v) }
    ));
    const marks = { [over]: window, [which]: [{ r, c, mark: "cx-window" }] };
    for (const [name, grid] of Object.entries(grids)) grid.mark(marks[name] ?? []);
    grids[which].moveTo(r, c);
    setAttribute(this.sum, "aria-live", this.timer === null ? "polite" : "off");
    const bias = which === "prediction" ? this.draft.valid.bias : null;
    const terms = products(from, by, settings, r, c), y = result.d[r * result.w + c];
    const written = () => sum({ lang, label: `${label}[${r}, ${c}]`, terms, bias, most: MOST_TERMS, y });
    showSum(this.sum, written());
    showSum(this.echo, which === "dx" ? written() : []);
    this.link?.update();
  }
}

/** anywidget's entry. */
export const render = mounted(KernelLearner);
