/**
 * The table of a network's layers, one button a row, with bars that show each layer's share; blocks fold.
 *
 * @import { RefusedLayer, Row } from "./arithmetic.js"
 * @import { Fold, Layer, Place } from "./items.js"
 *
 * @typedef {{element: HTMLElement, button: HTMLButtonElement, code: HTMLElement, cells: HTMLElement, field: HTMLElement, reason: HTMLElement, branch: HTMLElement,
 *   numbers: {text: HTMLElement, bar: HTMLElement, cell: HTMLElement}[], possible: HTMLElement[]}} TableRow `possible` are the cells of
 *   a possible layer, in whose place `reason` says why it is none
 */
import { h, setAttribute, setText } from "../../parts/dom.js";
import { totals } from "./arithmetic.js";
import { countText } from "./drawing.js";
import { reasonText, sentence } from "./reasons.js";
import { bytesText, grouped, layerText } from "./writing.js";
import { say } from "../../words/words.js";

const COLUMNS = ["layer", "shape", "parameters", "multiply_adds", "memory", "field"];
const NUMBERS = { parameters: grouped, multiply_adds: grouped, memory: bytesText };

// roles are told: a table that is laid out in another way would lose them
const group = { role: "rowgroup" };
/** @param {(Node | string)[]} children */
const rowHead = (...children) => h("th", { scope: "row", role: "rowheader" }, ...children);
/** @param {string} lang @param {string} name */
const columnName = (lang, name) => say(lang, `network.column.${name}`);

const MOST_OPEN = 40; // rows with which blocks are open at first

export class NetworkTable {
  /** @param {string} lang @param {(row: number) => void} pick called with a row's index @param {() => void} fold called where a block has been folded or unfolded */
  constructor(lang, pick, fold) {
    this.lang = lang;
    this.pick = pick;
    this.fold = fold;
    /** @type {TableRow[]} */
    this.rows = [];
    /** Heads of blocks by their paths. @type {Map<string, TableRow>} */
    this.heads = new Map();
    /** Paths of blocks that are folded. @type {Set<string>} */
    this.closed = new Set();
    /** @type {Fold[]} */
    this.folds = [];
    /** The row that was chosen last, or none yet. */
    this.at = -1;
    /** @type {number | undefined} */
    this.room = undefined; // the height that the table had
    const columns = COLUMNS.map((name) => h("th", { scope: "col", role: "columnheader" }, columnName(lang, name)));
    this.caption = h("span", {});
    this.input = this.#cell("shape", {});
    const nothing = Array.from({ length: 4 }, () => h("td", { role: "cell" }));
    const input = rowHead(say(lang, "ui.input"));
    this.body = h("tbody", group, h("tr", { role: "row", class: "nx-input-row" }, input, this.input, ...nothing));
    this.sums = Object.fromEntries(
      Object.keys(NUMBERS).map((name) => [name, this.#cell(name, { class: "nx-number" })]),
    );
    const [before, after] = [0, 1].map(() => h("td", { role: "cell" }));
    const total = h(
      "tr",
      { role: "row" },
      rowHead(say(lang, "network.total")),
      before,
      ...Object.values(this.sums),
      after,
    );
    this.head = h("thead", group, h("tr", { role: "row" }, ...columns));
    this.foot = h("tfoot", group, total);
    const parts = [h("caption", {}, this.caption), this.head, this.body, this.foot];
    this.box = h("div", { class: "cx-scroll nx-scroll" }, h("table", { role: "table", class: "nx-table" }, ...parts));
  }

  /** A cell that names its column where the table has no room for columns. @param {string} column @param {Record<string, any>} attributes @param {Node[]} children */
  #cell(column, attributes, ...children) {
    return h("td", { role: "cell", "data-label": columnName(this.lang, column), ...attributes }, ...children);
  }

  /** @param {() => void} press @returns {TableRow} */
  #row(press) {
    const button = h("button", { type: "button", class: "nx-pick", onclick: press });
    const branch = h("span", { class: "nx-branch" });
    const code = h("code", {}), cells = this.#cell("shape", { class: "nx-shape" }), field = this.#cell("field", {});
    const reason = h("td", { role: "cell", colspan: 5, class: "nx-reason" });
    const numbers = Object.keys(NUMBERS).map((name) => {
      const text = h("span", {}), bar = h("span", { class: "nx-bar", "aria-hidden": "true" });
      return { text, bar, cell: this.#cell(name, { class: "nx-number" }, text, bar) };
    });
    const possible = [cells, ...numbers.map(({ cell }) => cell), field];
    const element = h("tr", { role: "row" }, rowHead(branch, button, code), ...possible, reason);
    return { element, button, branch, code, cells, numbers, field, reason, possible };
  }

  /**
   * @param {{places: Place[], folds: Fold[], input: number[], batch: number, at: number,
   *   found: {rows: Row[], refused: RefusedLayer | null}}} what
   */
  show({ places, folds, input, batch, found, at }) {
    setText(this.caption, say(this.lang, "network.caption", { batch: grouped(batch) }));
    setText(this.input, input.join("×"));
    while (this.rows.length > places.length) this.rows.pop().element.remove();
    while (this.rows.length < places.length) {
      const index = this.rows.length;
      this.rows.push(this.#row(() => this.pick(index)));
      this.body.append(this.rows[index].element);
    }
    this.folds = folds;
    if (this.at < 0 && places.length > MOST_OPEN) this.closed = new Set(folds.map(({ path }) => String(path)));
    if (this.at !== at) { for (const { path } of this.#around(at)) this.closed.delete(String(path)); }
    this.at = at;
    const sums = totals(found.rows), known = found.rows.length;
    this.rows.forEach((row, n) => {
      const look = [n === at && "nx-chosen-row", n === known && "nx-refused-row", n > known && "nx-unknown-row"];
      setText(row.button, say(this.lang, "network.layer", { layer: n + 1, kind: places[n].kind }));
      setAttribute(row.button, "aria-pressed", n === at ? "true" : "false");
      setAttribute(row.element, "class", look.filter(Boolean).join(" ") || null);
      if (n < known) this.#known(row, found.rows[n], sums);
      else this.#unknown(row, places[n], n === known ? found.refused : null);
      row.code.hidden = [places[n].kind, `${places[n].kind}()`].includes(row.code.textContent); // its name says it all
      const blocks = folds.filter(({ from, to }) => n >= from && n < to).length;
      this.#indent(row, { ...places[n], blocks });
    });
    this.#showFolds(found, sums);
    for (const [name, write] of Object.entries(NUMBERS)) {
      setText(this.sums[name], found.refused ? "–" : write(sums[name]));
    }
  }

  /** Unfolds what the row of a layer is in, and scrolls the table, and nothing else, to it. */
  reveal(index) {
    this.#unfold(index);
    this.#scrollTo(this.rows[index].element);
  }

  /** The head and the foot would hide the row. @param {HTMLElement} row */
  #scrollTo(row) {
    const { box, head, foot } = this;
    const [inner, outer, top, end] = [row, box, head, foot].map((element) => element.getBoundingClientRect());
    const above = inner.top - outer.top - top.height, below = inner.bottom - outer.bottom + end.height;
    if (above < 0) box.scrollTop += above;
    else if (below > 0) box.scrollTop += below;
  }

  /** Keeps the chosen layer's row in sight where an alert has come, or gone, and the table has less room or more. */
  settle(index) {
    const { clientHeight } = this.box;
    if (clientHeight !== this.room && !this.rows[index].element.hidden) {
      this.#scrollTo(this.rows[index].element);
    }
    this.room = clientHeight;
  }

  /** @param {TableRow} row @param {Row} found @param {ReturnType<typeof totals>} sums */
  #known(row, { text, shape, axes, ...numbers }, sums) {
    this.#side(row, true);
    setCode(row.code, text);
    setText(row.cells, shape.join("×"));
    Object.entries(NUMBERS).forEach(([name, write], i) => {
      const { text: words, bar, cell } = row.numbers[i], value = numbers[name];
      setText(words, write(value));
      cell.dataset.value = String(value);
      bar.style.setProperty("--share", String(sums[name] ? value / sums[name] : 0));
    });
    setText(row.field, axes.map(({ size }) => (size === null ? "–" : grouped(size))).join("×"));
  }

  /** A layer that is impossible, or one below it. @param {TableRow} row @param {Place} place @param {RefusedLayer | null} refused */
  #unknown(row, { kind, item }, refused) {
    this.#side(row, false);
    setCode(row.code, item.branches ? kind : layerText(item, refused ? refused.before[0] : "?"));
    setText(row.reason, refused ? reasonText(this.lang, refused) : say(this.lang, "network.unknown"));
  }

  /** How deep in branches and blocks a row is, which branch begins with it, and which of those that it joins are empty. @param {TableRow} row @param {{depth: number, branch: number, blocks: number, item: Layer}} place */
  #indent({ element, branch }, { depth, branch: begun, blocks, item }) {
    element.style.setProperty("--depth", String(depth));
    element.style.setProperty("--blocks", String(blocks));
    const empty = (item.branches ?? []).map((one, b) => one.length ? 0 : b + 1).filter(Boolean);
    const shortcuts = empty.map((n) => say(this.lang, "tree.shortcut", { branch: n }));
    const told = [...(begun ? [say(this.lang, "tree.branch", { branch: begun })] : []), ...shortcuts];
    branch.hidden = told.length === 0;
    setText(branch, told.join(" · "));
  }

  // --- blocks

  /** The blocks' heads, each above its rows, with their sums where these are folded. @param {{rows: Row[], refused: RefusedLayer | null}} found @param {ReturnType<typeof totals>} sums */
  #showFolds(found, sums) {
    const { rows } = found, known = rows.length;
    const paths = new Set(this.folds.map(({ path }) => String(path)));
    for (const [path, { element }] of [...this.heads]) {
      if (paths.has(path)) continue;
      element.remove();
      this.heads.delete(path);
      this.closed.delete(path);
    }
    for (const fold of this.folds) {
      const { path, from, to, name: own } = fold;
      const key = String(path), head = this.#head(key), closed = this.closed.has(key), inner = rows.slice(from, to);
      const name = say(this.lang, own ? "tree.block" : "tree.block.unnamed", { name: own });
      setText(head.button, say(this.lang, "tree.fold", { name, count: countText(this.lang, to - from) }));
      setAttribute(head.button, "aria-expanded", closed ? "false" : "true");
      const refused = closed && known >= from && known < to ? found.refused : null;
      const look = ["nx-head", closed && "nx-closed", refused && "nx-refused-row"];
      setAttribute(head.element, "class", look.filter(Boolean).join(" "));
      if (closed && inner.length === to - from) {
        this.#known(head, { ...inner[inner.length - 1], ...totals(inner) }, sums);
      } else this.#side(head, false);
      const unknown = refused ? sentence(this.lang, refused) : say(this.lang, "network.unknown");
      setText(head.reason, closed ? unknown : "");
      head.code.hidden = true;
      this.#indent(head, fold);
    }
    this.#order();
    this.#hide();
  }

  /** Puts each block's head above its first row, and moves nothing that stands there already: it may have the focus. */
  #order() {
    let next = this.body.firstElementChild.nextElementSibling;
    const put = ({ element }) => {
      if (element === next) next = next.nextElementSibling;
      else this.body.insertBefore(element, next);
    };
    this.rows.forEach((row, n) => {
      for (const { path, from } of this.folds) if (from === n) put(this.heads.get(String(path)));
      put(row);
    });
  }

  /** @param {string} path @returns {TableRow} */
  #head(path) {
    if (!this.heads.has(path)) {
      const head = this.#row(() => this.toggle(path));
      head.branch.hidden = true;
      this.heads.set(path, head);
    }
    return this.heads.get(path);
  }

  /** Folds a block, or unfolds it. @param {string} path */
  toggle(path) {
    if (!this.closed.delete(path)) this.closed.add(path);
    this.fold();
  }

  /** Scrolls the table, and nothing else, to a block's head. @param {string} path */
  revealHead(path) {
    this.#scrollTo(this.heads.get(path).element);
  }

  /** Hides what is in folded blocks. */
  #hide() {
    const closed = this.folds.filter(({ path }) => this.closed.has(String(path)));
    this.rows.forEach(({ element }, n) => (element.hidden = closed.some(({ from, to }) => n >= from && n < to)));
    for (const { path } of this.folds) {
      const inside = closed.some((outer) => isInside(path, outer.path));
      this.heads.get(String(path)).element.hidden = inside;
    }
  }

  /** The folded blocks that a row is in. @param {number} index */
  #around(index) {
    const { closed } = this;
    return this.folds.filter(({ path, from, to }) => index >= from && index < to && closed.has(String(path)));
  }

  /** Folds as at first. */
  forget() {
    this.closed.clear();
    this.at = -1;
  }

  /** Unfolds what a row is in. @param {number} index */
  #unfold(index) {
    const around = this.#around(index);
    for (const { path } of around) this.closed.delete(String(path));
    if (around.length) this.fold();
  }

  /** @param {TableRow} row @param {boolean} known */
  #side(row, known) {
    for (const cell of row.possible) cell.hidden = !known;
    row.reason.hidden = known;
  }
}

/** Sets a line of a program, which may break after its bracket. @param {HTMLElement} element @param {string} text */
function setCode(element, text) {
  if (element.textContent === text) return;
  const [kind, ...rest] = text.split("(");
  element.replaceChildren(...(rest.length ? [`${kind}(`, h("wbr"), rest.join("(")] : [kind]));
}

/** Whether an item is inside another, by their paths. @param {number[]} path @param {number[]} outer */
const isInside = (path, outer) => outer.length < path.length && outer.every((n, i) => n === path[i]);
