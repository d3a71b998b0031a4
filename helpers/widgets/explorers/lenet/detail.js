/** One number of LeNet under the magnifying glass: its map, its window, its kernel, its sum. */
import { formatNumber } from "../../arithmetic/numbers.js";
import { toRows } from "../../arithmetic/ops.js";
import { h, setAttribute, setText } from "../../parts/dom.js";
import { SpinField } from "../../parts/fields.js";
import { Grid } from "../../parts/grid/grid.js";
import { showSum } from "../../parts/weighted-sum.js";
import { say } from "../../words/words.js";
import { LAST, STAGES, UNITS } from "./stages.js";
import { folds, sums } from "./sums.js";

/** A number in a small cell: two decimals, so that 0.00 is nearly 0, and 0 is 0; null where that would be too long. */
const twoDecimals = (value) => (value === 0 || Math.abs(value) >= 100 ? null : value.toFixed(2).replace("-", "\u2212"));

export class LeNetDetail {
  /**
   * @param {{lang: string, alerts: object, draft: object, choose: (at: object) => void}} options
   *   `choose` gets what changes of the chosen place
   */
  constructor({ lang, alerts, draft, choose }) {
    Object.assign(this, { lang, alerts, draft, choose, at: null, whole: false, word: (key, params) => say(lang, key, params) });
    this.#buildGrids();
    this.#buildControls();
    this.#buildSums();
    const { map, window } = this.grids;
    this.title = h("p", { class: "cx-part" });
    this.what = h("p", { class: "lx-what" });
    this.glass = h("div", { class: "cx-stage cx-dense lx-glass" }, window.element, this.operand);
    const left = h("div", { class: "lx-left" }, this.where, map.element), right = h("div", { class: "lx-right" }, this.changes, this.glass);
    this.element = h("div", { class: "cx-detail", role: "group", "aria-label": this.word("lenet.detail") },
      this.title, this.what, h("div", { class: "lx-halves" }, left, right), this.sums);
  }

  // --- building

  #buildGrids() {
    const { lang, word, alerts } = this;
    const write = (r, c, block) => this.#write(r, c, block);
    const editable = { refuse: alerts.set, tell: alerts.tell, edit: (r, c, value) => write(r, c, [[value]]), paste: write };
    const grid = (key, kind, more) => new Grid({ lang, name: word(key), kind, ...more });
    this.grids = {
      map: grid("lenet.detail.map", "output", { picture: true, point: (r, c) => this.choose({ r, c }) }),
      window: grid("picture.window", "input", { short: twoDecimals }),
      kernel: grid("ui.kernel", "kernel", { short: twoDecimals, ...editable }),
    };
    const sign = h("span", { class: "cx-sign", "aria-hidden": "true" }, "⋆");
    this.operand = h("div", { class: "cx-operand" }, sign, this.grids.kernel.element);
  }

  #buildControls() {
    const { lang, word, alerts } = this;
    const spin = (key, act) => new SpinField({ lang, name: word(key), minimum: 0, maximum: 0, refuse: alerts.set, write: act });
    this.fields = {
      unit: spin("lenet.field.unit", (unit) => this.choose({ unit })),
      plane: spin("lenet.field.plane", (plane) => this.choose({ plane })),
    };
    const group = ({ name, element }) => h("div", { class: "cx-group" }, h("span", { "aria-hidden": "true" }, name), element);
    this.groups = { unit: group(this.fields.unit), plane: group(this.fields.plane) };
    const button = (act, text = "") => h("button", { type: "button", class: "cx-button", onclick: act }, text);
    this.buttons = {
      zero: button(() => this.#zero(), word("lenet.zero")),
      restore: button(() => this.#restore(), word("lenet.restore")),
      silence: button(() => this.#silence()),
    };
    this.where = h("div", { class: "cx-extras lx-where" }, this.groups.unit, this.groups.plane);
    this.changes = h("div", { class: "cx-extras lx-changes" }, ...Object.values(this.buttons));
  }

  #buildSums() {
    this.sum = h("p", { class: "cx-sum", "aria-live": "polite", "aria-atomic": "true" });
    this.total = h("p", { class: "cx-sum" });
    this.more = h("button", { type: "button", class: "cx-button lx-more", onclick: () => this.#unfold(!this.whole) });
    this.sums = h("div", { class: "lx-sums" }, this.sum, this.more, this.total);
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
    const rows = toRows(this.grids.kernel.matrix);
    block.forEach((line, i) => line.forEach((value, j) => (rows[r + i][c + j] = value)));
    this.#put(rows);
  }

  #zero() {
    this.grids.kernel.forget();
    this.#put(toRows(this.grids.kernel.matrix).map((row) => row.map(() => 0)));
  }

  #restore() {
    this.grids.kernel.forget();
    this.#put(null);
  }

  /** Where the chosen unit stands among the silenced ones, or -1. */
  #silenced() {
    const [layer, unit] = this.#place();
    return this.draft.values.silenced.findIndex((pair) => pair[0] === layer && pair[1] === unit);
  }

  #silence() {
    const { silenced } = this.draft.values, [layer, unit] = this.#place(), n = this.#silenced();
    this.draft.change({ silenced: n < 0 ? [...silenced, [layer, unit]] : silenced.filter((_, m) => m !== n) });
  }

  // --- what is looked at

  /** Writes all products out, or few. */
  #unfold(whole) {
    this.whole = whole;
    this.#showSums();
  }

  /** Brings the sum into the window, as little as needed. */
  reveal() {
    const still = globalThis.matchMedia?.("(prefers-reduced-motion: reduce)").matches;
    this.sums.scrollIntoView({ block: "nearest", behavior: still ? "instant" : "smooth" });
  }

  forget() {
    this.whole = false;
    this.grids.kernel.forget();
    for (const field of Object.values(this.fields)) field.forget();
  }

  // --- from state to page

  /**
   * Shows a number of a stage.
   * @param {{stage: string, unit: number, r: number, c: number, plane: number}} at @param {import("./engine.js").Run} run
   * @returns {{r: number, c: number}[]} the places of the map below that it reads
   */
  show(at, run) {
    const moved = this.at && (this.at.stage !== at.stage || this.at.unit !== at.unit || this.at.plane !== at.plane);
    if (moved) this.grids.kernel.forget();
    this.at = { ...at };
    this.made = run.explain(at);
    this.#showParts();
    this.#showWords();
    this.#showControls(run.count(at.stage));
    if (this.made.map) this.#showGrids();
    this.#showSums();
    return this.made.reads;
  }

  /** Shows what this kind of number has, and nothing else. */
  #showParts() {
    const { map, kernel, planes } = this.made, { layer } = STAGES[this.at.stage];
    const parts = [
      [this.grids.map.element, map], [this.glass, map], [this.operand, kernel],
      [this.buttons.zero, kernel], [this.buttons.restore, kernel], [this.buttons.silence, layer in UNITS],
      [this.groups.plane, planes > 1], [this.total, planes > 1],
    ];
    for (const [part, on] of parts) setAttribute(part, "hidden", !on);
  }

  #showWords() {
    const { stage, unit: n, r, c } = this.at, { word } = this, name = word(`lenet.${stage}`);
    const element = () => word("lenet.element", { stage: name, n, r, c }), unit = () => word("lenet.unit", { stage: name, n });
    const logit = () => word("lenet.logit", { name: word(`class.${n}`) });
    setText(this.title, this.made.map ? element() : stage === LAST ? logit() : unit());
    setText(this.what, word(`lenet.${stage}.what`));
  }

  #showControls(count) {
    const { unit, plane } = this.fields, mute = this.#silenced() >= 0;
    bound(unit, this.at.unit, count - 1);
    bound(plane, this.made.plane, this.made.planes - 1);
    setText(this.buttons.silence, this.word(mute ? "lenet.speak" : "lenet.silence", { unit: this.at.unit }));
    setAttribute(this.buttons.restore, "disabled", !this.draft.values.kernels.some(this.#isHere));
  }

  #showGrids() {
    const { map, window, kernel, reads, best, plane } = this.made, { unit: n, r, c } = this.at, { grids, word } = this;
    const most = map.d.reduce((a, b) => Math.max(a, b), 0);
    grids.map.draw(map, [0, 0], { range: [0, most || 1], caption: word("lenet.map_of", { n, h: map.h, w: map.w, white: formatNumber(most) }) });
    grids.map.mark([{ r, c, mark: "cx-window" }]);
    grids.map.moveTo(r, c);
    const flag = (place) => (reads[place].outside ? "cx-pad" : place === best ? "cx-winner" : "");
    grids.window.draw(window, [0, 0], { flags: (row, column) => flag(row * window.w + column) });
    if (kernel) grids.kernel.draw(kernel, [0, 0], { caption: word(this.made.planes > 1 ? "lenet.kernel_plane" : "lenet.kernel", { n, plane }) });
  }

  #showSums() {
    const [first, total] = sums(this.lang, this.at, this.made, this.whole), folded = folds(this.made);
    setAttribute(this.sum, "aria-live", this.whole ? null : "polite"); // nobody wants to hear 400 products
    setAttribute(this.sum, "tabindex", this.whole && folded ? 0 : null); // a long one scrolls
    showSum(this.sum, first);
    this.total.replaceChildren(...total); // the same text may have another part of it marked
    setAttribute(this.more, "hidden", !folded);
    setAttribute(this.more, "aria-expanded", String(this.whole));
    setText(this.more, this.word(this.whole ? "lenet.fold" : "lenet.unfold", { count: this.made.terms.length }));
  }

  destroy() {
    for (const grid of Object.values(this.grids)) grid.destroy();
  }
}

/** Shows a value that goes from 0 to a maximum. */
function bound(field, value, maximum) {
  field.maximum = maximum;
  field.input.setAttribute("aria-valuemax", String(maximum));
  field.show(value);
}
