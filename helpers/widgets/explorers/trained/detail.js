/**
 * One number of a trained network under the magnifying glass: its map, its window, its kernel, its sum.
 *
 * @import { Step } from "../../arithmetic/engine.js"
 * @import { Alerts } from "../../parts/frame.js"
 * @import { Listeners } from "../../parts/grid/grid.js"
 * @import { Draft } from "../../state/draft.js"
 * @import { SingleMatrix } from "../../types.js"
 * @import { Made } from "./explain.js"
 * @import { Names } from "./names.js"
 * @import { Kernel, Network, Place, Stage } from "./stages.js"
 * @import { State } from "./TrainedExplorer.js"
 */
import { formatNumber } from "../../arithmetic/numbers.js";
import { toRows } from "../../arithmetic/ops.js";
import { h, setAttribute, setText } from "../../parts/dom.js";
import { SpinField } from "../../parts/fields.js";
import { Grid } from "../../parts/grid/grid.js";
import { showSum } from "../../parts/weighted-sum.js";
import { say } from "../../words/words.js";
import { explain } from "./explain.js";
import { canSkip } from "./stages.js";
import { folds, sums } from "./sums.js";

const LARGE = 5; // columns of a window up to which map, window and kernel stand side by side

/** A number in a small cell: two decimals, so that 0.00 is nearly 0, and 0 is 0; null where that would be too long. @param {number} value */
const twoDecimals = (value) => (value === 0 || Math.abs(value) >= 100 ? null : value.toFixed(2).replace("-", "\u2212"));

/** The same in a smaller one: ".09" for 0.09. @param {number} value */
const twoDigits = (value) => twoDecimals(value)?.replace(/^(\u2212?)0\./, "$1.") ?? null;

export class Detail {
  /**
   * @param {{lang: string, alerts: Alerts, draft: Draft<State>, network: Network, names: Names, choose: (at: Partial<Place>) => void}} options
   *   `choose` gets what changes of the chosen place
   */
  constructor({ lang, alerts, draft, network, names, choose }) {
    this.lang = lang;
    this.alerts = alerts;
    this.draft = draft;
    this.network = network;
    this.names = names;
    this.choose = choose;
    /** What is shown. @type {Place | null} */
    this.at = null;
    /** Its stage. @type {Stage | null} */
    this.stage = null;
    /** What it is made of. @type {Made | null} */
    this.made = null;
    this.whole = false; // whether all products are written out
    /** @type {(key: string, params?: Record<string, any>) => string} */
    this.word = (key, params) => say(lang, key, params);
    this.#buildGrids();
    this.#buildControls();
    this.#buildSums();
    const { map, window } = this.grids;
    this.title = h("p", { class: "cx-part" });
    this.what = h("p", { class: "tx-what" });
    this.glass = h("div", { class: "cx-stage cx-dense tx-glass" }, window.element, this.operand);
    const left = h("div", { class: "tx-left" }, this.where, map.element),
      right = h("div", { class: "tx-right" }, this.changes, this.branches, this.glass);
    this.element = h(
      "div",
      { class: "cx-detail", role: "group", "aria-label": this.word("trained.detail") },
      this.title,
      this.what,
      h("div", { class: "tx-halves" }, left, right),
      this.sums,
    );
  }

  // --- building

  #buildGrids() {
    const { lang, word, alerts } = this;
    /** @param {number} r @param {number} c @param {number[][]} block */
    const write = (r, c, block) => this.#write(r, c, block);
    /** @type {Listeners} */
    const editable = {
      refuse: alerts.set,
      tell: alerts.tell,
      edit: (r, c, value) => write(r, c, [[value]]),
      paste: write,
    };
    /** @param {string} key @param {"input" | "kernel" | "output"} kind @param {Listeners & {picture?: boolean, short?: (value: number) => string | null}} more */
    const grid = (key, kind, more) => new Grid({ lang, name: word(key), kind, ...more });
    /** @param {number} value */
    const short = (value) => (this.element.classList.contains("tx-large") ? twoDigits : twoDecimals)(value);
    this.grids = {
      map: grid("trained.detail.map", "output", { picture: true, point: (r, c) => this.choose({ r, c }) }),
      window: grid("picture.window", "input", { short }),
      kernel: grid("ui.kernel", "kernel", { short, ...editable }),
    };
    const sign = h("span", { class: "cx-sign", "aria-hidden": "true" }, "⋆");
    this.operand = h("div", { class: "cx-operand" }, sign, this.grids.kernel.element);
  }

  #buildControls() {
    const { lang, word, alerts } = this;
    /** @param {string} key @param {(value: number) => void} act */
    const spin = (key, act) =>
      new SpinField({ lang, name: word(key), minimum: 0, maximum: 0, refuse: alerts.set, write: act });
    this.fields = {
      unit: spin("trained.field.unit", (unit) => this.choose({ unit })),
      plane: spin("trained.field.plane", (plane) => this.choose({ plane })),
    };
    /** @param {SpinField} field */
    const group = ({ name, element }) =>
      h("div", { class: "cx-group" }, h("span", { "aria-hidden": "true" }, name), element);
    this.groups = { unit: group(this.fields.unit), plane: group(this.fields.plane) };
    /** @param {() => void} act */
    const button = (act, text = "") => h("button", { type: "button", class: "cx-button", onclick: act }, text);
    this.buttons = {
      zero: button(() => this.#zero(), word("trained.zero")),
      restore: button(() => this.#restore(), word("trained.restore")),
      silence: button(() => this.#silence()),
      skip: button(() => this.#toggle(this.#path(this.stage.step))),
      inactive: button(() => this.#toggle(this.#path(this.stage.last))),
    };
    this.branches = h("div", { class: "cx-extras", role: "group", "aria-label": word("trained.branches") });
    this.where = h("div", { class: "cx-extras tx-where" }, this.groups.unit, this.groups.plane);
    this.changes = h("div", { class: "cx-extras tx-changes" }, ...Object.values(this.buttons));
  }

  #buildSums() {
    this.sum = h("p", { class: "cx-sum", "aria-live": "polite", "aria-atomic": "true" });
    this.total = h("p", { class: "cx-sum" });
    this.more = h("button", { type: "button", class: "cx-button tx-more", onclick: () => this.#unfold(!this.whole) });
    this.sums = h("div", { class: "tx-sums" }, this.sum, this.more, this.total);
  }

  // --- changes of the weights

  /** Where the chosen unit's weights are: its layer's number, its channel, and that of the kernel. @returns {[layer: number, o: number, c: number]} */
  #place() {
    return [this.stage.layer, this.at.unit, this.made.plane];
  }

  /** Whether a kernel is the chosen one. @param {Kernel} kernel */
  #isHere = ([layer, o, c]) => [layer, o, c].join() === this.#place().join();

  /** Puts a kernel in place of the chosen one; null takes the change back. @param {number[][] | null} rows */
  #put(rows) {
    const others = this.draft.values.kernels.filter((entry) => !this.#isHere(entry));
    this.draft.change({ kernels: rows ? [...others, [...this.#place(), rows]] : others });
  }

  /** @param {number} r @param {number} c @param {number[][]} block */
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

  /** The place of a step in the network. @param {number} step */
  #path(step) {
    return this.network.steps[step].path.join(".");
  }

  /** Switches a layer or a branch off, or on again. @param {string} part */
  #toggle(part) {
    const { off } = this.draft.values;
    this.draft.change({ off: off.includes(part) ? off.filter((other) => other !== part) : [...off, part] });
  }

  // --- what is looked at

  /** Writes all products out, or few. @param {boolean} whole */
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
   * @param {Place} at
   * @returns {{r: number, c: number}[]} the places of the map below that it reads
   */
  show(at) {
    const moved = this.at && (this.at.stage !== at.stage || this.at.unit !== at.unit || this.at.plane !== at.plane);
    if (moved) this.grids.kernel.forget();
    this.at = { ...at };
    this.stage = this.network.byId.get(at.stage);
    this.made = explain(this.network, at);
    this.#showParts();
    this.#showWords();
    this.#showControls();
    this.#showGrids();
    this.#showSums();
    return this.stage.step === 0 ? this.made.reads : [];
  }

  /** Shows what this kind of number has, and nothing else. */
  #showParts() {
    const { map, window, kernel, planes, parts: several, left } = this.made,
      { layer, kind, id, step, last } = this.stage;
    /** @type {[part: HTMLElement, on: unknown][]} */
    const parts = [
      [this.grids.map.element, map],
      [this.grids.window.element, window],
      [this.glass, window],
      [this.operand, kernel],
      [this.buttons.zero, kernel],
      [this.buttons.restore, kernel],
      [this.buttons.silence, layer && id !== "logits"],
      [this.buttons.skip, canSkip(this.network.steps[step])],
      [this.buttons.inactive, last !== step],
      [this.groups.plane, planes > 1],
      [this.total, several && !left],
      [this.branches, kind === "join"],
    ];
    for (const [part, on] of parts) setAttribute(part, "hidden", !on);
  }

  #showWords() {
    const { stage, names, at } = this;
    setText(this.title, this.made.map ? names.element(stage, at) : names.unit(stage, at.unit));
    setText(this.what, names.what(stage));
  }

  #showControls() {
    const { unit, plane } = this.fields,
      { stage, word, buttons, draft } = this,
      { steps } = this.network,
      { off } = draft.values;
    /** @type {[field: SpinField, value: number, most: number][]} */
    const shown = [[unit, this.at.unit, stage.shape[0] - 1], [plane, this.made.plane, this.made.planes - 1]];
    for (const [field, value, most] of shown) {
      field.limit(most);
      field.show(value);
    }
    setText(buttons.silence, word(this.#silenced() >= 0 ? "trained.speak" : "trained.silence", { unit: this.at.unit }));
    /** @param {number} step */
    const skipping = (step) =>
      word(off.includes(this.#path(step)) ? "trained.unskip" : "trained.skip", { kind: steps[step].kind });
    setText(buttons.skip, skipping(stage.step));
    setText(buttons.inactive, skipping(stage.last));
    setAttribute(buttons.restore, "disabled", !draft.values.kernels.some(this.#isHere));
    if (stage.kind === "join") this.#showBranches(steps[stage.step], off);
  }

  /** A box for each branch: whether it is on, and how many maps it gives. @param {Step} step @param {string[]} off */
  #showBranches({ reads, path }, off) {
    const { steps, input } = this.network;
    /** @param {number} n */
    const part = (n) => [...path, n].join(".");
    if (this.branches.childElementCount !== reads.length) {
      this.branches.replaceChildren(...reads.map((_, n) => {
        const box = h("input", {
          type: "checkbox",
          onchange: () => this.#toggle(`${this.#path(this.stage.step)}.${n}`),
        });
        return h("label", { class: "cx-check" }, box, h("span", {}));
      }));
    }
    reads.forEach((source, n) => {
      const [box, name] = /** @type {Iterable<HTMLElement>} */ (this.branches.children[n].children),
        [count] = source < 0 ? input : steps[source].shape;
      /** @type {HTMLInputElement} */ (box).checked = !off.includes(part(n));
      setText(name, this.word("trained.branch", { n, count }));
    });
  }

  #showGrids() {
    const { map, window, kernel, reads, best } = this.made, { grids } = this;
    if (map) this.#showMap(map);
    this.element.classList.toggle("tx-large", window?.w > LARGE);
    if (!window) return;
    /** @param {number} place */
    const flag = (place) => (reads[place].outside ? "cx-pad" : place === best ? "cx-winner" : "");
    grids.window.draw(window, [0, 0], { flags: (row, column) => flag(row * window.w + column) });
    this.element.style.setProperty("--columns-read", String(window.w));
    if (kernel) this.#showKernel(kernel);
  }

  /** @param {SingleMatrix} map */
  #showMap(map) {
    const { unit: n, r, c } = this.at,
      most = map.d.reduce((a, b) => Math.max(a, b), 0),
      { grids: { map: grid } } = this;
    grid.draw(map, [0, 0], {
      range: [0, most || 1],
      caption: this.word("trained.map_of", { n, h: map.h, w: map.w, white: formatNumber(most) }),
    });
    grid.mark([{ r, c, mark: "cx-window" }]);
    grid.moveTo(r, c);
  }

  /** @param {SingleMatrix} kernel */
  #showKernel(kernel) {
    const { planes, first, plane } = this.made, key = planes > 1 ? "trained.kernel_plane" : "trained.kernel";
    this.grids.kernel.draw(kernel, [0, 0], { caption: this.word(key, { n: this.at.unit, plane: first + plane }) });
  }

  #showSums() {
    const [first, total] = sums(this.lang, this.at, this.made, this.whole),
      folded = folds(this.made) && !this.made.left;
    setAttribute(this.sum, "aria-live", this.whole ? null : "polite"); // nobody wants to hear 400 products
    setAttribute(this.sum, "tabindex", this.whole && folded ? 0 : null); // a long one scrolls
    showSum(this.sum, first);
    this.total.replaceChildren(...total); // the same text may have another part of it marked
    setAttribute(this.more, "hidden", !folded);
    setAttribute(this.more, "aria-expanded", String(this.whole));
    setText(
      this.more,
      this.word(this.whole ? "trained.fold_sum" : "trained.unfold", { count: this.made.terms.length }),
    );
  }

  destroy() {
    for (const grid of Object.values(this.grids)) grid.destroy();
  }
}
