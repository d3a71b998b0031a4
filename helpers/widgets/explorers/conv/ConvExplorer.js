/** The convolution explorer: every number of a 2-D cross-correlation can be changed, every result is explained. */
import { ConvControls } from "./controls.js";
import { convFields } from "./link.js";
import { Draft } from "../../state/draft.js";
import { h, setAttribute, setText, withSubscripts } from "../../parts/dom.js";
import { Alerts, StateLink, region } from "../../parts/frame.js";
import { Grid } from "../../parts/grid/grid.js";
import { placeView, switchView } from "../../state/link.js";
import { formatNumber } from "../../arithmetic/numbers.js";
import { corr2d, flip, fromRows, outputShape, refusal, taps, unused, windowCounts } from "../../arithmetic/ops.js";
import { Player } from "../../parts/player.js";
import { Memory } from "../../arithmetic/memory.js";
import { refusalSentence, shapeLines } from "../../words/sentences.js";
import { products, showSum, sum } from "../../parts/weighted-sum.js";
import { say } from "../../words/words.js";
import LIMITS from "./limits.json" with { type: "json" };

const TRAITS = ["input", "kernel", "padding", "stride", "dilation", "bias", "flip"];

const size = (rows) => [rows.length, rows[0].length];
const settingsOf = ({ padding, stride, dilation }) => ({ padding, stride, dilation });

/** The result of a valid state: what is computed and what is laid on the window. */
function compute(values) {
  const x = fromRows(values.input), typed = fromRows(values.kernel), settings = settingsOf(values);
  const k = values.flip ? flip(typed) : typed;
  return { x, k, settings, bias: values.bias, y: corr2d(x, k, settings, values.bias ?? 0) };
}

class ConvExplorer {
  constructor(model, el) {
    this.lang = model.get("lang");
    Object.assign(this, { at: [0, 0], counting: false });
    this.memory = { input: new Memory(), kernel: new Memory() };
    this.alerts = new Alerts(this.lang, () => this.update());
    this.draft = new Draft(model, TRAITS, (values) => refusal(size(values.input), size(values.kernel), settingsOf(values)), () => {
      this.alerts.passing = [];
      this.update();
    });
    this.#build(model, el);
    this.update();
    this.link?.start();
  }

  #build(model, el) {
    const { lang, draft } = this;
    const refuse = this.alerts.set;
    const word = (key) => say(lang, key);
    const editable = (which) => ({
      edit: (r, c, value) => this.#write(which, r, c, [[value]]),
      paste: (r, c, rows) => this.#write(which, r, c, rows),
      refuse,
      tell: this.alerts.tell,
    });
    this.grids = {
      input: new Grid({ lang, name: word("ui.input"), kind: "input", ...editable("input") }),
      kernel: new Grid({ lang, name: word("ui.kernel"), kind: "kernel", ...editable("kernel") }),
      output: new Grid({ lang, name: word("ui.output"), kind: "output", point: (r, c, how) => this.#point(r, c, how) }),
    };
    if (draft.values.flip !== null) this.grids.flipped = new Grid({ lang, name: word("ui.flipped"), kind: "kernel" });
    this.player = new Player({
      lang,
      where: () => ({ index: this.at[0] * this.result.y.w + this.at[1], count: this.result.y.d.length }),
      go: (index) => this.select(Math.floor(index / this.result.y.w), index % this.result.y.w),
    });
    this.controls = new ConvControls({
      lang, draft, refuse, presets: model.get("presets"),
      resize: (which, rows, columns) => draft.change({ [which]: this.memory[which].resize(draft.values[which], rows, columns) }),
      replace: (which, rows) => this.#replace(which, rows),
      count: (on) => this.#count(on),
    });
    this.status = h("div", { role: "status", class: "cx-status" });
    this.sum = h("p", { class: "cx-sum", "aria-live": "polite", "aria-atomic": "true" });
    const after = (sign, ...figures) => h("div", { class: "cx-operand" }, h("span", { class: "cx-sign", "aria-hidden": "true" }, sign), ...figures);
    const kernels = [this.grids.kernel, this.grids.flipped].flatMap((grid) => (grid ? [grid.element] : []));
    this.stage = h("div", { class: "cx-stage" }, this.grids.input.element, after("⋆", ...kernels), after("=", this.grids.output.element));
    const reset = h("button", { type: "button", class: "cx-button cx-reset", onclick: () => this.#reset() }, word("ui.reset"));
    this.root = region(word("ui.conv_explorer"), this.stage, this.sum,
      h("div", { class: "cx-bar" }, this.player.element, reset), this.alerts.element, this.controls.settings, this.controls.extras, this.status,
      h("p", { class: "cx-hint" }, word("ui.hint")));
    if (model.static && model.get("html_id")) {
      this.link = new StateLink({
        lang, draft, id: model.get("html_id"), root: this.root, alerts: this.alerts, fields: convFields(draft.author, LIMITS),
        sentence: (refused) => refusalSentence(lang, refused), forget: () => this.#forget(), view: this.#view(),
      });
      this.root.querySelector(".cx-bar").append(this.link.element);
    }
    el.append(this.root);
  }

  /** What a link tells besides the state: the chosen output, and whether the windows are counted. */
  #view() {
    const within = (values) => outputShape(fromRows(values.input), fromRows(values.kernel), settingsOf(values));
    return {
      o: placeView({ get: () => this.at, usual: () => [0, 0], within, take: (at) => (this.at = at) }),
      w: switchView({ get: () => this.counting, take: (on) => (this.counting = on) }),
    };
  }

  // --- changes

  #count(on) {
    this.counting = on;
    this.update();
  }

  #write(which, r, c, block) {
    const rows = this.draft.values[which].map((row) => [...row]);
    block.forEach((line, i) => line.forEach((value, j) => (rows[r + i][c + j] = value)));
    this.draft.change({ [which]: rows });
  }

  #replace(which, rows) {
    this.memory[which].forget();
    this.grids[which].forget();
    this.draft.change({ [which]: rows });
  }

  #forget() {
    this.player.pause();
    for (const memory of Object.values(this.memory)) memory.forget();
    for (const grid of Object.values(this.grids)) grid.forget();
    this.controls.forget();
    this.alerts.clear();
    Object.assign(this, { at: [0, 0], counting: false });
  }

  #reset() {
    this.#forget();
    this.draft.change({ ...this.draft.author });
    this.link?.leave();
  }

  // --- from state to page

  /** Shows the whole state. */
  update() {
    const { draft, lang } = this;
    const { values } = draft;
    if (!draft.refused && (this.computed !== draft.valid || !this.result)) {
      this.result = compute(draft.valid);
      this.computed = draft.valid;
    }
    const impossible = this.alerts.show(draft.refused ? [refusalSentence(lang, draft.refused)] : []);
    const { y } = this.result;
    this.at = [Math.min(this.at[0], y.h - 1), Math.min(this.at[1], y.w - 1)];
    this.#drawInput(values);
    this.grids.kernel.draw(fromRows(values.kernel));
    this.#drawFlipped(values);
    this.grids.output.draw(y);
    const shown = Object.values(this.grids).filter((grid) => !grid.element.hidden);
    this.stage.style.setProperty("--total", String(shown.reduce((sum, grid) => sum + grid.columns, 0)));
    setAttribute(this.grids.output.root, "aria-disabled", impossible ? "true" : null);
    setAttribute(this.sum, "aria-disabled", impossible ? "true" : null);
    this.root.classList.toggle("cx-impossible", impossible);
    this.controls.show(this.counting);
    this.#showShape();
    this.select(...this.at);
  }

  #drawInput(values) {
    const x = fromRows(values.input), [k_h, k_w] = size(values.kernel);
    const axes = [[x.h, k_h], [x.w, k_w]].map(([n, k], a) => [n, k, values.padding[a], values.stride[a], values.dilation[a]]);
    const fits = !this.draft.refused;
    const dropped = axes.map((axis) => (fits ? unused(...axis) : 0));
    const counts = axes.map((axis) => (fits && this.counting ? windowCounts(...axis) : null));
    const edge = [x.h + values.padding[0] - dropped[0], x.w + values.padding[1] - dropped[1]];
    this.grids.input.draw(x, values.padding, {
      flags: (r, c) => (r >= edge[0] || c >= edge[1] ? "cx-unused" : ""),
      badge: (r, c) => (counts[0] ? String(counts[0][r] * counts[1][c]) : ""),
    });
  }

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
    this.status.replaceChildren(h("p", { class: "cx-shape" }, head), ...rest.map((line) => h("p", { class: "cx-formula" }, ...withSubscripts(line))));
  }

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
    showSum(this.sum, sum({ lang: this.lang, label: `Y[${i}, ${j}]`, terms: products(x, k, settings, i, j), bias, y: y.d[i * y.w + j] }));
    this.player.update(usable);
    this.link?.update();
  }

  destroy() {
    this.player.pause();
    this.link?.destroy();
    this.draft.destroy();
    for (const grid of Object.values(this.grids)) grid.destroy();
  }
}

/** anywidget's entry. */
export function render({ model, el }) {
  const explorer = new ConvExplorer(model, el);
  return () => explorer.destroy();
}
