/**
 * Draws a small grid as one element a cell.
 *
 * @import { Pair } from "../../types.js"
 * @import { Grid } from "./grid.js"
 *
 * @typedef {{value: number, name: string, flags: string, shade: number, badge: string}} Look of a cell: its number, what it is
 *   called, its classes apart by spaces, how dark it is from 0 to 1, and a small number beside its own
 * @typedef {{r: number, c: number, mark: string, note?: string}} Mark a class for a cell, and a note in it
 */
import { h, setAttribute } from "../dom.js";
import { formatNumber } from "../../arithmetic/numbers.js";

const LONGEST = 5; // characters of a number that is shown in full

/**
 * A number short enough for a cell: as formatted, or with at most three digits that count where that would be longer than
 * five characters. @param {number} value @param {number} [digits]
 */
export function shortNumber(value, digits = 3) {
  const full = formatNumber(value);
  if (full.length <= LONGEST || !Number.isFinite(value)) return full;
  const rounded = Number(value.toPrecision(digits)), size = Math.abs(rounded);
  if (size >= 5e-5 && size < 1000) return formatNumber(rounded);
  const [leading, power] = rounded.toExponential().split("e");
  return `${leading}e${Number(power)}`.replaceAll("-", "\u2212");
}

/** A painter shows numbers for a Grid, which owns names, focus and editing. Positions are rows and columns from the grid's own corner. */
export class CellPainter {
  /** @param {Grid} grid */
  constructor(grid) {
    this.grid = grid;
    this.element = h("div", { class: "cx-cells" });
    /** @type {{element: HTMLElement, text: HTMLElement, value: number | undefined, flags: string, shade: string, badge: string, name: string}[]} */
    this.cells = [];
    /** @type {[CellPainter["cells"][number], string][]} */
    this.marked = [];
    /** @type {Pair} */
    this.size = [0, 0];
    /** @type {HTMLElement | null} */
    this.stopped = null; // the tab stop
  }

  /** Makes the cells anew where the size has changed. @param {number} rows @param {number} columns */
  resize(rows, columns) {
    if (rows === this.size[0] && columns === this.size[1]) return;
    this.size = [rows, columns];
    this.marked = [];
    this.cells = Array.from({ length: rows * columns }, (_, n) => {
      const r = Math.floor(n / columns), c = n % columns;
      const text = h("span", { class: "cx-text" });
      const element = h("div", { role: "gridcell", tabindex: -1, class: "cx-cell", "data-r": r, "data-c": c }, text);
      return { element, text, value: undefined, flags: "", shade: "", badge: "", name: "" };
    });
    const lines = Array.from(
      { length: rows },
      (_, r) =>
        h(
          "div",
          { role: "row", class: "cx-row" },
          ...this.cells.slice(r * columns, (r + 1) * columns).map((cell) => cell.element),
        ),
    );
    this.element.style.setProperty("--columns", String(columns));
    this.element.replaceChildren(...lines);
  }

  /** Shows what `look(r, c)` says of every cell: {value, name, flags, shade, badge}; touches only what differs. @param {(r: number, c: number) => Look} look */
  paint(look) {
    const columns = this.size[1];
    this.cells.forEach((cell, n) => {
      const now = look(Math.floor(n / columns), n % columns);
      const { element } = cell;
      if (!Object.is(cell.value, now.value)) {
        if (cell.value !== undefined) this.#flash(element);
        cell.value = now.value;
        element.dataset.value = String(now.value);
        const full = formatNumber(now.value), shown = this.grid.short(now.value) ?? shortNumber(now.value);
        cell.text.textContent = shown;
        setAttribute(element, "title", shown === full ? null : full);
        element.dataset.length = shown.length < 4 ? "s" : shown.length < 6 ? "m" : "l";
      }
      if (cell.name !== now.name) element.setAttribute("aria-label", cell.name = now.name);
      if (cell.flags !== now.flags) {
        for (const old of cell.flags.split(" ")) if (old) element.classList.remove(old);
        for (const flag of now.flags.split(" ")) if (flag) element.classList.add(flag);
        cell.flags = now.flags;
      }
      const shade = now.shade.toFixed(3);
      if (cell.shade !== shade) element.style.setProperty("--shade", cell.shade = shade);
      if (cell.badge !== now.badge) {
        cell.badge = now.badge;
        setAttribute(element, "data-badge", now.badge || null);
      }
    });
  }

  /** Lets a number that has changed light up once; style decides where. @param {HTMLElement} element */
  #flash(element) {
    element.classList.remove("cx-changed");
    requestAnimationFrame(() => element.classList.add("cx-changed"));
  }

  /** Marks cells: a list of {r, c, mark, note}; what was marked before is cleared. @param {Mark[]} list */
  mark(list) {
    for (const [cell, mark] of this.marked) {
      cell.element.classList.remove(mark);
      cell.element.removeAttribute("data-note");
    }
    this.marked = [];
    for (const { r, c, mark, note } of list) {
      const cell = this.cells[r * this.size[1] + c];
      if (!cell) continue;
      cell.element.classList.add(mark);
      if (note !== undefined) cell.element.dataset.note = note;
      this.marked.push([cell, mark]);
    }
  }

  /** The element that stands for a position: it takes the focus and holds the editor. @param {number} r @param {number} c */
  cell(r, c) {
    return this.cells[r * this.size[1] + c]?.element ?? null;
  }

  /** Makes one cell the grid's tab stop. @param {number} r @param {number} c */
  stop(r, c) {
    if (this.stopped && this.stopped !== this.cell(r, c)) this.stopped.tabIndex = -1;
    this.stopped = this.cell(r, c);
    if (this.stopped) this.stopped.tabIndex = 0;
  }

  /** The position under an event, or null. @param {Event} event @returns {Pair | null} */
  locate(event) {
    /** @type {HTMLElement | null} */
    const cell = /** @type {Element} */ (event.target).closest?.(".cx-cell");
    return cell && this.element.contains(cell) ? [Number(cell.dataset.r), Number(cell.dataset.c)] : null;
  }

  destroy() {}
}
