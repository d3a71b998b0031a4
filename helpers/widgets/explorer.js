/**
 * The skeleton of every explorer: its state, what it refuses, the link to its state, and the stage that all share.
 *
 * @import { Listeners } from "./parts/grid/grid.js"
 * @import { Field, View } from "./state/link.js"
 * @import { Model, Refusal, Values } from "./types.js"
 *
 * @typedef {{forget?: () => void, destroy?: () => void}} Part
 */
import { h, icon, setAttribute } from "./parts/dom.js";
import { Alerts, region, StateLink } from "./parts/frame.js";
import { Draft } from "./state/draft.js";
import { say } from "./words/words.js";

/** Four corners of a frame. */
const CORNERS = "M4 4h6v2H6v4H4zM14 4h6v6h-2V6h-4zM4 14h2v4h4v2H4zM18 14h2v6h-6v-2h4z";

/** What may scroll, and what the keyboard reaches by itself. */
const SCROLLERS = ".cx-scroll, .cx-sum", STOPS = "[tabindex='0'], a[href], button, input, select, textarea";

/**
 * What an explorer fills in: `refusal`, `compute`, `build` and `draw`; and where it has them, `linked`, `forgetView`.
 * The rest is the same for all: a change goes into the draft; what is possible reaches the model (Python's, or the page's)
 * and is computed once; what is not is told, and what was possible last stays, pale.
 *
 * @template {Values} [V=any] the state
 * @template [R=any] what follows from a possible one
 */
export class Explorer {
  /** @param {Model} model @param {string[]} traits that make up the state */
  constructor(model, traits) {
    this.model = model;
    /** @type {string} */
    this.lang = model.get("lang");
    /** @type {Part[]} */
    this.kept = [];
    /** @type {Element[]} */
    this.pale = [];
    /** What follows from the last possible state. @type {R} */
    this.result = null;
    /** The state that it follows from. @type {V | null} */
    this.computed = null;
    this.impossible = false;
    /** What is a stop for the keyboard while it scrolls. @type {Set<HTMLElement>} */
    this.reached = new Set();
    /** @type {(key: string, params?: Record<string, any>) => string} */
    this.word = (key, params) => say(this.lang, key, params);
    this.alerts = new Alerts(this.lang, () => this.update());
    /** @type {Draft<V>} */
    this.draft = new Draft(model, traits, (values) => this.refusal(values), () => {
      this.alerts.passing = [];
      this.update();
    });
  }

  // --- what an explorer fills in

  /** Why a state is impossible, or null. @param {V} _values @returns {Refusal | null} */
  refusal(_values) {
    return null;
  }

  /** Why what is tried beside the state is impossible, or null. @returns {Refusal | null} */
  objection() {
    return null;
  }

  /** What follows from a possible state; it is kept in `result`. @param {V} _values @param {R} _last result @returns {R} */
  compute(_values, _last) {
    return null;
  }

  /**
   * The parts of the stage. Parts with `forget` or `destroy` are kept with `keep`; those that pale with an impossible state
   * are told in `pale`.
   * @returns {{name: string, stage: HTMLElement[], told?: HTMLElement[], moves?: HTMLElement[], knobs?: HTMLElement[],
   *   outcome?: Element[], more?: HTMLElement[], hint?: string, kind?: string}}
   *   the region's name; what is looked at; the sum under it; buttons; settings; what comes of them; what needs the full width;
   *   a hint; a class for another arrangement
   */
  build() {
    throw new Error("an explorer builds its parts");
  }

  /**
   * What a link to the state holds.
   * @returns {{fields: Record<string, Field<any>>, view?: Record<string, View<any>>, complete?: (values: Values, patch: Values) => Values}} see StateLink
   */
  linked() {
    return { fields: {} };
  }

  /** Drops what the reader looks at and has begun, beside the state. */
  forgetView() {}

  /** Shows the whole state: what stands in the controls (`values`), and what came of the last possible state (`result`). @param {V} _values */
  draw(_values) {}

  // --- what is the same for all

  /** Lets a part forget and end with the explorer. @template {Part} T @param {T} part @returns {T} */
  keep(part) {
    this.kept.push(part);
    return part;
  }

  /** Builds, shows, and follows the page's address. @param {HTMLElement} el */
  start(el) {
    const { name, stage, told = [], moves = [], knobs = [], outcome = [], more = [], hint, kind } = this.build();
    const reset = h(
      "button",
      { type: "button", class: "cx-button cx-reset", onclick: () => this.reset() },
      this.word("ui.reset"),
    );
    const bar = h("div", { class: "cx-bar" }, ...moves, reset);
    this.root = region(
      name,
      h(
        "div",
        { class: `cx-work${kind ? ` ${kind}` : ""}` },
        h("div", { class: "cx-seen" }, ...stage, ...told),
        bar,
        h("div", { class: "cx-knobs" }, ...knobs),
        h("div", { class: "cx-outcome" }, this.alerts.element, ...outcome),
      ),
      ...more,
      ...(hint ? [h("p", { class: "cx-hint" }, hint)] : []),
    );
    const id = this.model.get("html_id");
    if (this.model.static && id) {
      const { lang, draft, alerts, root } = this;
      this.link = new StateLink({ lang, draft, alerts, root, id, forget: () => this.forget(), ...this.linked() });
      bar.append(this.link.element, this.#alone());
    }
    el.append(this.root);
    this.update();
    this.watch = new ResizeObserver(() => this.#reach());
    this.watch.observe(this.root);
    this.link?.start();
  }

  /** Shows the whole state, computed anew where it is new and possible. */
  update() {
    const { draft } = this;
    if (!draft.refused && this.computed !== draft.valid) {
      this.result = this.compute(draft.valid, this.result);
      this.computed = draft.valid;
    }
    this.impossible = this.alerts.show([draft.refused, this.objection()].filter(Boolean));
    this.root.classList.toggle("cx-impossible", this.impossible);
    for (const element of this.pale) setAttribute(element, "aria-disabled", this.impossible ? "true" : null);
    this.draw(draft.values);
    this.link?.update();
    requestAnimationFrame(() => this.#reach());
  }

  /** What scrolls and holds nothing that the keyboard reaches is a stop itself, for as long as it scrolls. */
  #reach() {
    for (const part of /** @type {NodeListOf<HTMLElement>} */ (this.root.querySelectorAll(SCROLLERS))) {
      const scrolls = part.scrollWidth > part.clientWidth || part.scrollHeight > part.clientHeight;
      const stop = scrolls && getComputedStyle(part).overflowX !== "visible" && !part.querySelector(STOPS);
      if (stop && part.tabIndex < 0) {
        part.tabIndex = 0;
        this.reached.add(part);
      } else if (!stop && this.reached.delete(part)) part.removeAttribute("tabindex");
    }
  }

  forget() {
    for (const part of this.kept) part.forget?.();
    this.alerts.clear();
    this.forgetView();
  }

  reset() {
    this.forget();
    this.draft.change({ ...this.draft.author });
    this.link?.leave();
  }

  destroy() {
    this.watch?.disconnect();
    this.link?.destroy();
    this.draft.destroy();
    for (const part of this.kept) part.destroy?.();
  }

  /** A button that asks the page to show this explorer and nothing else, or all again; style hides it where no page does. */
  #alone() {
    const ask = () => this.root.dispatchEvent(new CustomEvent("cnn-alone", { bubbles: true, composed: true }));
    const name = this.word("ui.alone");
    return h(
      "button",
      { type: "button", class: "cx-button cx-alone", "aria-label": name, title: name, onclick: ask },
      icon(CORNERS),
    );
  }

  // --- what several need

  /** Options that make a grid show and change a matrix of the state. @param {string} trait @returns {Listeners} */
  editable(trait) {
    const write = (r, c, block) => this.write(trait, r, c, block);
    return {
      edit: (r, c, value) => write(r, c, [[value]]),
      paste: write,
      refuse: this.alerts.set,
      tell: this.alerts.tell,
    };
  }

  /** Writes a block of numbers into a matrix of the state. @param {string} trait @param {number} r @param {number} c @param {number[][]} block */
  write(trait, r, c, block) {
    const rows = this.draft.values[trait].map((row) => [...row]);
    block.forEach((line, i) => line.forEach((value, j) => (rows[r + i][c + j] = value)));
    this.draft.change({ [trait]: rows });
  }

  /** Tells a row of grids how much it holds, so that their cells find a size that fits. @param {HTMLElement} stage @param {{rows: number, columns: number}[]} grids shown in it */
  measure(stage, grids) {
    const facts = {
      total: grids.reduce((sum, { columns }) => sum + columns, 0),
      rows: Math.max(...grids.map(({ rows }) => rows)),
      widest: Math.max(...grids.map(({ columns }) => columns)),
      grids: grids.length,
    };
    for (const [name, value] of Object.entries(facts)) stage.style.setProperty(`--${name}`, String(value));
  }

  /** A button. @param {string} key of its word @param {() => void} act */
  button(key, act) {
    return h("button", { type: "button", class: "cx-button", onclick: act }, this.word(key));
  }
}

/** anywidget's entry for a kind of explorer. @param {new (model: Model) => Explorer} Kind */
export function mounted(Kind) {
  /** @param {{model: Model, el: HTMLElement}} view */
  return ({ model, el }) => {
    const explorer = new Kind(model);
    explorer.start(el);
    return () => explorer.destroy();
  };
}
