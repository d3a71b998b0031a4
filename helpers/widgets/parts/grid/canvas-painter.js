/**
 * Draws a large grid on a canvas, with one focusable cell that stands for the cursor.
 *
 * @import { Pair } from "../../types.js"
 * @import { Look, Mark } from "./cell-painter.js"
 * @import { Grid } from "./grid.js"
 */
import { h } from "../dom.js";
import { formatNumber } from "../../arithmetic/numbers.js";

/** Aimed at by the longer side of a picture. */
export const WIDEST = 480; // pixels of the picture's longer side

/** The same interface as CellPainter. */
export class CanvasPainter {
  least = 6; // pixels of a cell, at the least

  /** @param {Grid} grid */
  constructor(grid) {
    this.grid = grid;
    this.canvas = h("canvas", { "aria-hidden": "true" });
    this.cursor = h("div", { role: "gridcell", tabindex: 0, class: "cx-cell cx-cursor" });
    this.element = h("div", { class: "cx-canvas" }, this.canvas, h("div", { role: "row" }, this.cursor));
    /** @type {Pair} */
    this.size = [0, 0];
    /** @type {Pair} */
    this.at = [0, 0];
    /** @type {Mark[]} */
    this.marks = [];
    /** @type {((r: number, c: number) => Look) | null} */
    this.look = null;
    this.unit = 0; // pixels of a cell
    /** @type {number | null} */
    this.frame = null;
    this.redraw = () => this.draw();
    this.watch = new MutationObserver(this.redraw);
    this.watch.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme", "class"] });
    this.media = ["(prefers-color-scheme: dark)", "print"].map((query) => matchMedia(query)); // on paper all is light
    for (const media of this.media) media.addEventListener("change", this.redraw);
  }

  resize(rows, columns) {
    this.size = [rows, columns];
    this.unit = Math.max(this.least, Math.floor(WIDEST / Math.max(rows, columns)));
    this.canvas.width = columns * this.unit;
    this.canvas.height = rows * this.unit;
    this.element.style.setProperty("--ratio", String(columns / rows));
    this.element.style.setProperty("--width", `${columns * this.unit}px`);
  }

  paint(look) {
    this.look = look;
    this.stop(...this.at);
    this.#later();
  }

  mark(list) {
    this.marks = list;
    this.#later();
  }

  /** Paints once a frame, however often it is asked; the cursor's cell, which tells the value, is never late. */
  #later() {
    if (this.frame) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = null;
      this.draw();
    });
  }

  /** Draws the whole canvas; what another kind of canvas does otherwise. */
  draw() {
    if (!this.look) return;
    const context = this.canvas.getContext("2d"), style = getComputedStyle(this.element), { unit } = this;
    const [rows, columns] = this.size;
    const colour = (name) => style.getPropertyValue(name).trim();
    const ink = colour("--ink"),
      negative = colour("--negative"),
      padding = colour("--padding-line"),
      window = colour("--window");
    context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    for (let r = 0; r < rows; r++) {
      for (let c = 0; c < columns; c++) {
        const { value, shade, flags } = this.look(r, c);
        context.globalAlpha = flags.includes("cx-pad") ? 0.35 : Math.max(shade, 0.02);
        context.fillStyle = flags.includes("cx-pad") ? padding : value < 0 ? negative : ink;
        context.fillRect(c * unit, r * unit, unit - 0.5, unit - 0.5);
        if (flags.includes("cx-unused")) {
          context.globalAlpha = 0.8;
          context.fillRect(c * unit + unit / 2 - 1, r * unit + unit / 2 - 1, 2, 2);
        }
      }
    }
    context.globalAlpha = 1;
    context.strokeStyle = window;
    context.lineWidth = 2;
    for (const { r, c } of this.marks) context.strokeRect(c * unit + 1, r * unit + 1, unit - 2.5, unit - 2.5);
  }

  cell() {
    return this.cursor;
  }

  stop(r, c) {
    this.at = [r, c];
    const { value, name } = this.look(r, c);
    this.cursor.setAttribute("aria-label", name);
    this.cursor.setAttribute("aria-rowindex", String(r + 1));
    this.cursor.setAttribute("aria-colindex", String(c + 1));
    Object.assign(this.cursor.dataset, { value: String(value), r: String(r), c: String(c) });
    if (!this.cursor.querySelector("input")) this.cursor.textContent = formatNumber(value);
    const [rows, columns] = this.size;
    const inside = (n, count, margin) => `clamp(${margin}, ${((n + 0.5) / count) * 100}%, 100% - ${margin})`; // the whole cell stays on the picture
    this.cursor.style.left = inside(c, columns, "1.3em");
    this.cursor.style.top = inside(r, rows, "0.8em");
  }

  /** @param {Event & {clientX?: number, clientY?: number}} event @returns {Pair | null} */
  locate(event) {
    if (event.target === this.cursor) return [...this.at];
    if (event.target !== this.canvas) return null;
    const box = this.canvas.getBoundingClientRect();
    const place = (offset, length, count) => Math.min(count - 1, Math.max(0, Math.floor((offset / length) * count)));
    return [
      place(event.clientY - box.top, box.height, this.size[0]),
      place(event.clientX - box.left, box.width, this.size[1]),
    ];
  }

  destroy() {
    this.watch.disconnect();
    for (const media of this.media) media.removeEventListener("change", this.redraw);
    if (this.frame) cancelAnimationFrame(this.frame);
  }
}
