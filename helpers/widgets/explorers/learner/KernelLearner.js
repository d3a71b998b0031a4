/** Learns a kernel by gradient descent, step by step, with the whole backward pass on the table. */
import { LogChart } from "../../parts/chart.js";
import { Draft } from "../../state/draft.js";
import { h, setAttribute } from "../../parts/dom.js";
import { SpinField, checkbox, choice } from "../../parts/fields.js";
import { Alerts, StateLink, region } from "../../parts/frame.js";
import { Grid } from "../../parts/grid/grid.js";
import { bound, full, pass, refusedShapes, step } from "./arithmetic.js";
import { matrixField, numberField, placeView } from "../../state/link.js";
import { formatNumber, parseNumber } from "../../arithmetic/numbers.js";
import { corr2d, flip, fromRows, refusal, taps, toRows } from "../../arithmetic/ops.js";
import { KERNELS } from "../../arithmetic/presets.js";
import { products, showSum, sum } from "../../parts/weighted-sum.js";
import { learn, say } from "../../words/words.js";
import { same } from "../../arithmetic/memory.js";
import LIMITS from "./limits.json" with { type: "json" };
import words from "./words.json" with { type: "json" };

learn(words);

const PLAIN = { padding: [0, 0], stride: [1, 1], dilation: [1, 1] };
const TEACHERS = ["vertical_edge", "horizontal_edge", "sobel_x", "box_blur", "laplacian", "emboss"];
const PICKED = ["dk", "prediction", "dx"]; // results whose sums can be shown
const PERIOD = 120; // milliseconds between steps of a run
const LONGEST = 2000; // steps that are remembered
const MOST_TERMS = 14; // of a sum, so that its end stays in sight
const ARRIVED = 1e-16; // a loss that is nothing but rounding

const size = (rows) => [rows.length, rows[0].length];

/** Why a state is impossible, or null. */
function refused({ input, target_kernel, kernel, lr }) {
  return refusal(size(input), size(target_kernel), PLAIN) ?? refusedShapes(size(kernel), size(target_kernel), lr);
}

class KernelLearner {
  constructor(model, el) {
    this.lang = model.get("lang");
    this.picked = { grid: "dk", r: 0, c: 0 };
    this.timer = null;
    this.alerts = new Alerts(this.lang, () => this.update());
    this.draft = new Draft(model, ["input", "target_kernel", "kernel", "bias", "lr"], refused, () => {
      this.alerts.passing = [];
      this.update();
    });
    this.#build(model, el);
    this.update();
    this.link?.start();
  }

  /** The present kernel and bias become the start of a new descent. */
  #begin() {
    const { kernel, bias } = this.draft.valid;
    this.start = { kernel, bias };
    this.losses = [this.result.loss];
  }

  #build(model, el) {
    const { lang, draft } = this, { set: refuse, tell } = this.alerts;
    const word = (key, parameters) => say(lang, key, parameters);
    const grid = (key, kind, more = {}) => new Grid({ lang, name: word(key), kind, ...more });
    const editable = (which) => {
      const write = (r, c, block) => this.#write(which, r, c, block);
      return { refuse, tell, edit: (r, c, value) => write(r, c, [[value]]), paste: write };
    };
    const point = (which) => ({ point: (r, c) => this.#pick(which, r, c) });
    this.grids = {
      input: grid("ui.input", "input", editable("input")),
      kernel: grid("ui.kernel", "kernel", editable("kernel")),
      prediction: grid("learner.prediction", "output", point("prediction")),
      target: grid("learner.target", "output"),
      error: grid("learner.error", "output"),
      dk: grid("learner.dk", "kernel", point("dk")),
      g: grid("learner.g", "output"),
      flipped: grid("ui.flipped", "kernel"),
      dx: grid("learner.dx", "input", point("dx")),
    };
    const { grids } = this;
    const sign = (text) => h("span", { class: "cx-sign", "aria-hidden": "true" }, text);
    const after = (text, figure) => h("div", { class: "cx-operand" }, sign(text), figure.element);
    const row = (key, ...children) => [h("p", { class: "cx-part" }, word(key)), h("div", { class: "cx-stage cx-dense" }, ...children)];
    this.stages = { forward: ["input", "kernel", "prediction"], loss: ["target", "error", "dk"], backward: ["g", "flipped", "dx"] };
    const stage = {
      forward: row("learner.forward", grids.input.element, after("⋆", grids.kernel), after("=", grids.prediction)),
      loss: row("learner.loss_row", grids.target.element, grids.error.element, after("→", grids.dk)),
      backward: row("learner.backward", grids.g.element, after("⋆", grids.flipped), after("=", grids.dx)),
    };
    this.rows = Object.fromEntries(Object.entries(stage).map(([name, [, element]]) => [name, element]));
    this.sum = h("p", { class: "cx-sum", "aria-live": "polite", "aria-atomic": "true" });
    this.chart = new LogChart();
    this.status = h("div", { role: "status", class: "cx-status" });
    const button = (key, act) => h("button", { type: "button", class: "cx-button", onclick: act }, word(key));
    this.running = button("learner.run", () => (this.timer === null ? this.#run() : this.#stop()));
    this.buttons = [button("learner.step", () => this.#by(1)), button("learner.ten", () => this.#by(10)), this.running, button("learner.over", () => this.#over())];
    const reset = button("ui.reset", () => this.#reset());
    this.root = region(word("learner.name"), ...this.#controls(), h("div", { class: "cx-bar", role: "group", "aria-label": word("learner.descend") }, ...this.buttons, reset), this.alerts.element, this.status,
      this.chart.element, ...stage.forward, ...stage.loss, ...stage.backward, this.sum, h("p", { class: "cx-hint" }, word("learner.hint")));
    if (model.static && model.get("html_id")) {
      this.link = new StateLink({
        lang, draft, id: model.get("html_id"), root: this.root, alerts: this.alerts,
        fields: {
          x: matrixField("input", LIMITS.input), t: matrixField("target_kernel", LIMITS.kernel), k: matrixField("kernel", LIMITS.kernel),
          b: numberField("bias", { none: true }), lr: numberField("lr", { refuse: (rate) => rate <= 0 }),
        },
        sentence: (refusal) => this.#sentence(refusal), forget: () => this.#forget(), view: { o: this.#placeView() },
      });
      this.root.querySelector(".cx-bar").append(this.link.element);
    }
    el.append(this.root);
  }

  /** The chosen element: which result (dk where none is named), row and column. */
  #placeView() {
    const name = (text) => PICKED.find((grid) => text.startsWith(`${grid},`)) ?? "";
    const within = ({ input, kernel }) => {
      const [x, k] = [size(input), size(kernel)];
      return { prediction: x.map((n, a) => n - k[a] + 1), dk: k, dx: x };
    };
    return {
      take: (picked) => (this.picked = picked),
      write: () => {
        const { grid, r, c } = this.picked;
        return grid === "dk" && r === 0 && c === 0 ? null : `${grid},${r},${c}`;
      },
      read: (text, values) => {
        const grid = name(text), place = placeView({ within: () => within(values)[grid] });
        const parsed = grid && place.read(text.slice(grid.length + 1), values);
        return parsed ? { value: { grid, r: parsed.value[0], c: parsed.value[1] } } : null;
      },
    };
  }

  #controls() {
    const { lang, draft } = this, word = (key) => say(lang, key), refuse = this.alerts.set;
    const name = word("learner.rate");
    const rate = new SpinField({
      lang, name, refuse, write: (lr) => draft.change({ lr }), next: nextRate,
      parse: (text) => {
        const parsed = parseNumber(text);
        return "value" in parsed && parsed.value <= 0 ? { key: "learner.bad.rate", params: { value: parsed.value } } : parsed;
      },
    });
    this.rate = rate;
    this.biased = checkbox(word("learner.bias"), (on) => draft.change({ bias: on ? 0 : null }));
    const teacher = choice(word("learner.teacher"), [["", word("ui.preset.own")], ...TEACHERS.map((key) => [key, word(`ui.preset.${key}`)])], (key) => {
      if (!key) return;
      const [k_h, k_w] = size(KERNELS[key]), kept = same(size(draft.values.kernel).map((n) => [n]), [[k_h], [k_w]]);
      this.grids.kernel.forget();
      draft.change({ target_kernel: KERNELS[key], ...(kept ? {} : { kernel: filled(k_h, k_w, () => 0) }) });
    });
    this.showTeacher = () => (teacher.select.value = TEACHERS.find((key) => same(draft.values.target_kernel, KERNELS[key])) ?? "");
    const start = choice(word("learner.start"), ["own", "zeros", "random", "answer"].map((key) => [key, word(`learner.start.${key}`)]), (key) => {
      const { target_kernel, bias } = draft.values, [k_h, k_w] = size(target_kernel);
      const kernel = { zeros: () => filled(k_h, k_w, () => 0), random: () => filled(k_h, k_w, normal), answer: () => target_kernel.map((row) => [...row]) }[key]?.();
      start.select.value = "own";
      if (!kernel) return;
      this.grids.kernel.forget();
      draft.change({ kernel, bias: bias === null ? null : key === "random" ? normal() : 0 });
    });
    return [h("div", { class: "cx-extras" }, h("div", { class: "cx-group" }, h("span", { "aria-hidden": "true" }, name), rate.element), this.biased.element, teacher.element, start.element)];
  }

  #sentence({ key, params }) {
    return key.startsWith("learner.") ? say(this.lang, key, params) : say(this.lang, key, params);
  }

  // --- changes

  #write(which, r, c, block) {
    const changed = this.draft.values[which].map((row) => [...row]);
    block.forEach((line, i) => line.forEach((value, j) => (changed[r + i][c + j] = value)));
    this.draft.change({ [which]: changed });
  }

  /** Steps down the gradient. @returns whether there was anything to do */
  #by(steps) {
    if (this.draft.refused) return false;
    let { kernel, bias, lr } = this.draft.valid;
    const losses = [...this.losses];
    let now = this.result, reason = null;
    for (let n = 0; n < steps && !reason; n++) {
      const next = step(now.k, bias, now, lr);
      const after = pass(now.x, next.k, next.bias, now.y);
      if (!Number.isFinite(after.loss)) reason = "learner.diverged";
      else if (now.loss <= ARRIVED) reason = "learner.arrived";
      else if (losses.length >= LONGEST) reason = "learner.long";
      else {
        losses.push(after.loss);
        [kernel, bias] = [toRows(next.k), next.bias];
        now = { ...after, x: now.x, y: now.y, k: next.k };
      }
    }
    if (losses.length > this.losses.length) {
      this.losses = losses;
      this.own = { kernel, bias }; // the change to come is a step, not a new start
      this.draft.change({ kernel, bias });
    }
    if (reason) {
      this.#stop();
      this.alerts.tell({ key: reason, params: { steps: this.losses.length - 1 } });
    }
    return !reason;
  }

  #run() {
    if (!this.#by(1)) return;
    this.running.textContent = say(this.lang, "ui.pause");
    this.timer = setInterval(() => this.#by(1), PERIOD);
  }

  #stop() {
    clearInterval(this.timer);
    this.timer = null;
    this.running.textContent = say(this.lang, "learner.run");
  }

  /** Back to where the descent began. */
  #over() {
    this.#stop();
    this.grids.kernel.forget();
    this.draft.change({ ...this.start });
  }

  #forget() {
    this.#stop();
    for (const grid of Object.values(this.grids)) grid.forget();
    this.rate.forget();
    this.alerts.clear();
    this.picked = { grid: "dk", r: 0, c: 0 };
  }

  #reset() {
    this.#forget();
    this.draft.change({ ...this.draft.author });
    this.#begin();
    this.update();
    this.link?.leave();
  }

  // --- from state to page

  /** Computes both passes where the state is new, and notes whether it is a new start. */
  #compute() {
    const { valid } = this.draft, before = this.computed;
    if (before === valid) return;
    const [x, k] = [fromRows(valid.input), fromRows(valid.kernel)];
    const y = corr2d(x, fromRows(valid.target_kernel), PLAIN);
    this.result = { x, k, y, ...pass(x, k, valid.bias, y) };
    this.bound = bound(x, [k.h, k.w], valid.bias !== null);
    const changed = (name) => !before || before[name] !== valid[name];
    const stepped = this.own?.kernel === valid.kernel && this.own.bias === valid.bias;
    if (["input", "target_kernel"].some(changed) || (!stepped && ["kernel", "bias"].some(changed))) this.#begin();
    this.computed = valid;
  }

  /** Shows the whole state. */
  update() {
    const { draft, lang, grids } = this;
    if (!draft.refused) this.#compute();
    const impossible = this.alerts.show(draft.refused ? [this.#sentence(draft.refused)] : []);
    if (impossible && this.timer !== null) this.#stop();
    const { y, k, prediction, error, g, dk, dx } = this.result, { values } = draft;
    grids.input.draw(fromRows(values.input));
    grids.kernel.draw(fromRows(values.kernel));
    grids.prediction.draw(prediction);
    grids.target.draw(y);
    grids.error.draw(error);
    grids.dk.draw(dk);
    grids.g.draw(g, full(k).padding);
    grids.flipped.draw(flip(k));
    grids.dx.draw(dx);
    for (const [stage, names] of Object.entries(this.stages))
      this.rows[stage].style.setProperty("--total", String(names.reduce((sum, name) => sum + grids[name].columns, 0)));
    for (const name of ["prediction", "target", "error", "dk", "g", "flipped", "dx"]) setAttribute(grids[name].root, "aria-disabled", impossible ? "true" : null);
    setAttribute(this.sum, "aria-disabled", impossible ? "true" : null);
    for (const button of this.buttons) setAttribute(button, "disabled", impossible && button !== this.buttons[3]);
    this.rate.show(values.lr);
    this.biased.box.checked = values.bias !== null;
    this.showTeacher();
    this.#tell();
    this.#pick(this.picked.grid, this.picked.r, this.picked.c);
  }

  /** Loss, bias, and what the learning rate does: lines under the buttons, and the curve. */
  #tell() {
    const { lang, losses } = this, { lr, bias } = this.draft.valid, { loss, db } = this.result;
    const steps = losses.length - 1, number = formatNumber;
    const lines = [say(lang, "learner.loss", { steps, loss: number(loss) })];
    if (bias !== null) lines.push(say(lang, "learner.bias_line", { bias: number(bias), slope: number(db) }));
    if (this.bound === null) lines.push(say(lang, "learner.flat"));
    else {
      const factor = 1 - (2 * lr) / this.bound;
      const key = factor < -1 ? "learner.grows" : factor < 0 ? "learner.swings" : "learner.shrinks";
      lines.push(say(lang, "learner.bound", { bound: Number(this.bound.toPrecision(4)) }), say(lang, key, { factor: number(factor) }));
    }
    const text = lines.join("\n");
    if (text !== this.told) this.status.replaceChildren(...lines.map((line, n) => h("p", n ? {} : { class: "cx-shape" }, line)));
    this.told = text;
    const words = { x: say(lang, "learner.axis.steps"), y: say(lang, "learner.axis.loss") };
    this.chart.show(losses, { ...words, name: say(lang, "learner.chart", { first: number(losses[0]), last: number(loss), steps }) });
  }

  /** Shows where one element of a result comes from. */
  #pick(which, row, column) {
    const { x, k, y, prediction, g, dk, dx } = this.result, { lang, grids } = this;
    const result = { prediction, dk, dx }[which];
    const [r, c] = [Math.min(row, result.h - 1), Math.min(column, result.w - 1)];
    this.picked = { grid: which, r, c };
    const turned = flip(k);
    const { from, by, settings, over, name } = {
      prediction: { from: x, by: k, settings: PLAIN, over: "input", name: "Ŷ" },
      dk: { from: x, by: g, settings: PLAIN, over: "input", name: "∂L/∂K" },
      dx: { from: g, by: turned, settings: full(k), over: "g", name: "∂L/∂X" },
    }[which];
    const window = taps(r, c, by, settings);
    for (const [key, grid] of Object.entries(grids)) {
      if (key === over) grid.mark(window.map(({ u, v, r: i, c: j }) => ({ r: i, c: j, mark: "cx-window", note: `×${formatNumber(by.d[u * by.w + v])}` })));
      else if (key === which) grid.mark([{ r, c, mark: "cx-window" }]);
      else grid.mark([]);
    }
    grids[which].moveTo(r, c);
    setAttribute(this.sum, "aria-live", this.timer === null ? "polite" : "off");
    showSum(this.sum, sum({ lang, label: `${name}[${r}, ${c}]`, terms: products(from, by, settings, r, c), bias: which === "prediction" ? this.draft.valid.bias : null, most: MOST_TERMS, y: result.d[r * result.w + c] }));
    this.link?.update();
  }

  destroy() {
    this.#stop();
    this.link?.destroy();
    this.draft.destroy();
    for (const grid of Object.values(this.grids)) grid.destroy();
  }
}

/** A learning rate one step in its first digit away: 0.01 to 0.02 or 0.009. */
function nextRate(rate, by) {
  const unit = 10 ** Math.floor(Math.log10(rate) + (by > 0 ? 1e-9 : -1e-9));
  return Number((rate + by * unit).toPrecision(6));
}

const filled = (rows, columns, value) => Array.from({ length: rows }, () => Array.from({ length: columns }, value));

/** A random number of the standard normal distribution, with two decimals (Box, Muller, 1958). */
const normal = () => Number((Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random())).toFixed(2));

/** anywidget's entry. */
export function render({ model, el }) {
  const learner = new KernelLearner(model, el);
  return () => learner.destroy();
}
