/** The skeleton of every explorer: its state, what it refuses, the link to its state, and the stage that all share. */
import { h, icon, setAttribute } from "./parts/dom.js";
import { Alerts, StateLink, region } from "./parts/frame.js";
import { Draft } from "./state/draft.js";
import { say } from "./words/words.js";

/** Four corners of a frame. */
const CORNERS = "M4 4h6v2H6v4H4zM14 4h6v6h-2V6h-4zM4 14h2v4h4v2H4zM18 14h2v6h-6v-2h4z";

/**
 * What an explorer fills in: `refusal`, `compute`, `build` and `draw`; and where it has them, `linked`, `forgetView`.
 * The rest is the same for all: a change goes into the draft; what is possible reaches the model (Python's, or the page's)
 * and is computed once; what is not is told, and what was possible last stays, pale.
 */
export class Explorer {
  /** @param {object} model anywidget's @param {string[]} traits that make up the state */
  constructor(model, traits) {
    Object.assign(this, { model, lang: model.get("lang"), kept: [], pale: [], result: null, computed: null, impossible: false });
    this.word = (key, params) => say(this.lang, key, params);
    this.alerts = new Alerts(this.lang, () => this.update());
    this.draft = new Draft(model, traits, (values) => this.refusal(values), () => {
      this.alerts.passing = [];
      this.update();
    });
  }

  // --- what an explorer fills in

  /** Why a state is impossible, or null. @returns {{key: string, params: object} | null} */
  refusal() {
    return null;
  }

  /** Why what is tried beside the state is impossible, or null. @returns {{key: string, params: object} | null} */
  objection() {
    return null;
  }

  /** What follows from a possible state; it is kept in `result`. */
  compute() {
    return null;
  }

  /**
   * The parts of the stage. Parts with `forget` or `destroy` are kept with `keep`; those that pale with an impossible state
   * are told in `pale`.
   * @returns {{name: string, stage: Node[], told?: Node[], moves?: Node[], knobs?: Node[], outcome?: Node[], more?: Node[], hint?: string, kind?: string}}
   *   the region's name; what is looked at; the sum under it; buttons; settings; what comes of them; what needs the full width;
   *   a hint; a class for another arrangement
   */
  build() {
    throw new Error("an explorer builds its parts");
  }

  /** What a link to the state holds. @returns {{fields: object, view?: object, complete?: Function}} see StateLink */
  linked() {
    return { fields: {} };
  }

  /** Drops what the reader looks at and has begun, beside the state. */
  forgetView() {}

  /** Shows the whole state: what stands in the controls (`values`), and what came of the last possible state (`result`). */
  draw() {}

  // --- what is the same for all

  /** Lets a part forget and end with the explorer. @template T @param {T} part @returns {T} */
  keep(part) {
    this.kept.push(part);
    return part;
  }

  /** Builds, shows, and follows the page's address. */
  start(el) {
    const { name, stage, told = [], moves = [], knobs = [], outcome = [], more = [], hint, kind } = this.build();
    const reset = h("button", { type: "button", class: "cx-button cx-reset", onclick: () => this.reset() }, this.word("ui.reset"));
    const bar = h("div", { class: "cx-bar" }, ...moves, reset);
    this.root = region(name,
      h("div", { class: `cx-work${kind ? ` ${kind}` : ""}` },
        h("div", { class: "cx-seen" }, ...stage, ...told), bar,
        h("div", { class: "cx-knobs" }, ...knobs),
        h("div", { class: "cx-outcome" }, this.alerts.element, ...outcome)),
      ...more, ...(hint ? [h("p", { class: "cx-hint" }, hint)] : []));
    const id = this.model.get("html_id");
    if (this.model.static && id) {
      const { lang, draft, alerts, root } = this;
      this.link = new StateLink({ lang, draft, alerts, root, id, forget: () => this.forget(), ...this.linked() });
      bar.append(this.link.element, this.#alone());
    }
    el.append(this.root);
    this.update();
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
    this.link?.destroy();
    this.draft.destroy();
    for (const part of this.kept) part.destroy?.();
  }

  /** A button that asks the page to show this explorer and nothing else, or all again; style hides it where no page does. */
  #alone() {
    const ask = () => this.root.dispatchEvent(new CustomEvent("cnn-alone", { bubbles: true, composed: true }));
    const name = this.word("ui.alone");
    return h("button", { type: "button", class: "cx-button cx-alone", "aria-label": name, title: name, onclick: ask }, icon(CORNERS));
  }

  // --- what several need

  /** Options that make a grid show and change a matrix of the state. @param {string} trait */
  editable(trait) {
    const write = (r, c, block) => this.write(trait, r, c, block);
    return { edit: (r, c, value) => write(r, c, [[value]]), paste: write, refuse: this.alerts.set, tell: this.alerts.tell };
  }

  /** Writes a block of numbers into a matrix of the state. @param {string} trait @param {number[][]} block */
  write(trait, r, c, block) {
    const rows = this.draft.values[trait].map((row) => [...row]);
    block.forEach((line, i) => line.forEach((value, j) => (rows[r + i][c + j] = value)));
    this.draft.change({ [trait]: rows });
  }

  /** Tells a row of grids how much it holds, so that their cells find a size that fits. @param {HTMLElement} stage @param {object[]} grids shown in it */
  measure(stage, grids) {
    const facts = { total: grids.reduce((sum, { columns }) => sum + columns, 0), rows: Math.max(...grids.map(({ rows }) => rows)), widest: Math.max(...grids.map(({ columns }) => columns)), grids: grids.length };
    for (const [name, value] of Object.entries(facts)) stage.style.setProperty(`--${name}`, String(value));
  }

  /** A button. @param {string} key of its word @param {() => void} act */
  button(key, act) {
    return h("button", { type: "button", class: "cx-button", onclick: act }, this.word(key));
  }
}

/** anywidget's entry for a kind of explorer. @param {new (model: object) => Explorer} Kind */
export function mounted(Kind) {
  return ({ model, el }) => {
    const explorer = new Kind(model);
    explorer.start(el);
    return () => explorer.destroy();
  };
}
