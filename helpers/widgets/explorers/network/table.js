/**
 * The table of a network's layers, one button a row, with bars that show each layer's share.
 *
 * @import { RefusedLayer, Row } from "./arithmetic.js"
 * @import { Layer } from "./items.js"
 *
 * @typedef {{element: HTMLElement, button: HTMLButtonElement, code: HTMLElement, cells: HTMLElement, field: HTMLElement, reason: HTMLElement,
 *   numbers: {text: HTMLElement, bar: HTMLElement, cell: HTMLElement}[], possible: HTMLElement[]}} TableRow `possible` are the cells of
 *   a possible layer, in whose place `reason` says why it is none
 */
import { h, setAttribute, setText } from "../../parts/dom.js";
import { totals } from "./arithmetic.js";
import { reasonText } from "./reasons.js";
import { bytesText, grouped, layerText } from "./writing.js";
import { say } from "../../words/words.js";

const COLUMNS = ["layer", "shape", "parameters", "multiply_adds", "memory", "field"];
const NUMBERS = { parameters: grouped, multiply_adds: grouped, memory: bytesText };

export class NetworkTable {
  /** @param {string} lang @param {(layer: number) => void} pick called with a layer's index */
  constructor(lang, pick) {
    this.lang = lang;
    this.pick = pick;
    /** @type {TableRow[]} */
    this.rows = [];
    /** @type {number | undefined} */
    this.room = undefined; // the height that the table had
    const heads = COLUMNS.map((name) => h("th", { scope: "col" }, say(lang, `network.column.${name}`)));
    this.caption = h("span", {});
    this.input = h("td", {});
    const nothing = Array.from({ length: 4 }, () => h("td", {}));
    const input = h("th", { scope: "row" }, say(lang, "ui.input"));
    this.body = h("tbody", {}, h("tr", { class: "nx-input-row" }, input, this.input, ...nothing));
    this.sums = Object.fromEntries(Object.keys(NUMBERS).map((name) => [name, h("td", { class: "nx-number" })]));
    const total = h("th", { scope: "row" }, say(lang, "network.total"));
    this.head = h("thead", {}, h("tr", {}, ...heads));
    this.foot = h("tfoot", {}, h("tr", {}, total, h("td", {}), ...Object.values(this.sums), h("td", {})));
    const caption = h("caption", {}, this.caption);
    this.box = h(
      "div",
      { class: "cx-scroll nx-scroll" },
      h("table", { class: "nx-table" }, caption, this.head, this.body, this.foot),
    );
  }

  /** @param {number} index @returns {TableRow} */
  #row(index) {
    const button = h("button", { type: "button", class: "nx-pick", onclick: () => this.pick(index) });
    const code = h("code", {}), cells = h("td", { class: "nx-shape" }), field = h("td", {});
    const reason = h("td", { colspan: 5, class: "nx-reason" });
    const numbers = Object.keys(NUMBERS).map(() => {
      const text = h("span", {}), bar = h("span", { class: "nx-bar", "aria-hidden": "true" });
      return { text, bar, cell: h("td", { class: "nx-number" }, text, bar) };
    });
    const possible = [cells, ...numbers.map(({ cell }) => cell), field];
    const element = h("tr", {}, h("th", { scope: "row" }, button, code), ...possible, reason);
    return { element, button, code, cells, numbers, field, reason, possible };
  }

  /**
   * @param {{layers: Layer[], input: number[], batch: number, at: number,
   *   found: {rows: Row[], refused: RefusedLayer | null}}} what
   */
  show({ layers, input, batch, found, at }) {
    setText(this.caption, say(this.lang, "network.caption", { batch: grouped(batch) }));
    setText(this.input, input.join("×"));
    while (this.rows.length > layers.length) this.rows.pop().element.remove();
    while (this.rows.length < layers.length) {
      this.rows.push(this.#row(this.rows.length));
      this.body.append(this.rows[this.rows.length - 1].element);
    }
    const sums = totals(found.rows), known = found.rows.length;
    this.rows.forEach((row, n) => {
      const look = [n === at && "nx-chosen-row", n === known && "nx-refused-row", n > known && "nx-unknown-row"];
      setText(row.button, say(this.lang, "network.layer", { layer: n + 1, kind: layers[n].kind }));
      setAttribute(row.button, "aria-pressed", n === at ? "true" : "false");
      setAttribute(row.element, "class", look.filter(Boolean).join(" ") || null);
      if (n < known) this.#known(row, found.rows[n], sums);
      else this.#unknown(row, layers[n], n === known ? found : null, input[0]);
      row.code.hidden = row.code.textContent === `${layers[n].kind}()`; // its name says it all
    });
    for (const [name, write] of Object.entries(NUMBERS)) {
      setText(this.sums[name], found.refused ? "–" : write(sums[name]));
    }
  }

  /** Scrolls the table, and nothing else, to the row of a layer, which its head and foot would hide. */
  reveal(index) {
    const { box, head, foot } = this, row = this.rows[index].element;
    const [inner, outer, top, end] = [row, box, head, foot].map((element) => element.getBoundingClientRect());
    const above = inner.top - outer.top - top.height, below = inner.bottom - outer.bottom + end.height;
    if (above < 0) box.scrollTop += above;
    else if (below > 0) box.scrollTop += below;
  }

  /** Keeps the chosen layer's row in sight where an alert has come, or gone, and the table has less room or more. */
  settle(index) {
    const { clientHeight } = this.box;
    if (clientHeight !== this.room) this.reveal(index);
    this.room = clientHeight;
  }

  /** @param {TableRow} row @param {Row} found @param {ReturnType<typeof totals>} sums */
  #known(row, { text, shape, axes, ...numbers }, sums) {
    this.#side(row, true);
    setText(row.code, text);
    setText(row.cells, shape.join("×"));
    Object.entries(NUMBERS).forEach(([name, write], i) => {
      const { text: words, bar, cell } = row.numbers[i], value = numbers[name];
      setText(words, write(value));
      cell.dataset.value = String(value);
      bar.style.setProperty("--share", String(sums[name] ? value / sums[name] : 0));
    });
    setText(row.field, axes.map(({ size }) => (size === null ? "–" : grouped(size))).join("×"));
  }

  /** A layer that is impossible, or one below it. @param {TableRow} row @param {Layer} layer @param {{rows: Row[], refused: RefusedLayer | null} | null} found @param {number} input */
  #unknown(row, layer, found, input) {
    this.#side(row, false);
    const below = found?.rows[found.rows.length - 1]?.shape[0];
    setText(row.code, layerText(layer, found ? (below ?? input) : "?"));
    setText(row.reason, found ? reasonText(this.lang, found.refused) : say(this.lang, "network.unknown"));
  }

  /** @param {TableRow} row @param {boolean} known */
  #side(row, known) {
    for (const cell of row.possible) cell.hidden = !known;
    row.reason.hidden = known;
  }
}
