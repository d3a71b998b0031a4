/**
 * What the pointer does on the input: it looks, draws or erases.
 *
 * @import { Grid } from "./grid/grid.js"
 * @import { Pair } from "../types.js"
 *
 * @typedef {"look" | "draw" | "erase"} Mode
 */
import { h } from "./dom.js";
import { say } from "../words/words.js";
import { painted, SIDE } from "../arithmetic/little-picture.js";

const BRUSH = 1.3; // pixels of the picture
/** @type {Partial<Record<Mode, number>>} */
const LEVELS = { draw: 255, erase: 0 };
/** @type {Mode[]} */
const MODES = ["look", "draw", "erase"];

export class Pen {
  /** @param {{lang: string, grid: Grid, read: () => number[][], write: (image: number[][]) => void}} options the grid of the picture, whose levels are read and written */
  constructor({ lang, grid, read, write }) {
    this.grid = grid;
    this.read = read;
    this.write = write;
    /** @type {Mode} */
    this.mode = "look";
    /** Where the pointer was. @type {Pair | null} */
    this.stroke = null;
    /** @param {Mode} mode */
    const button = (mode) =>
      h(
        "button",
        { type: "button", class: "cx-button", onclick: () => this.use(mode) },
        say(lang, `trained.tool.${mode}`),
      );
    /** @type {Record<string, HTMLButtonElement>} */
    this.buttons = Object.fromEntries(MODES.map((mode) => [mode, button(mode)]));
    grid.element.addEventListener("click", (event) => this.#on(event) && event.stopPropagation(), true);
    grid.root.addEventListener("pointerdown", (event) => this.#begin(event));
    grid.root.addEventListener("pointermove", (event) => this.stroke && this.#paint(event));
    for (const end of ["pointerup", "pointercancel"]) grid.root.addEventListener(end, () => (this.stroke = null));
    this.use("look");
  }

  get looks() {
    return this.mode === "look";
  }

  /** @param {Mode} mode */
  use(mode) {
    this.mode = mode;
    for (const [name, button] of Object.entries(this.buttons)) {
      button.setAttribute("aria-pressed", String(name === mode));
    }
    this.grid.root.classList.toggle("cx-pen", !this.looks);
  }

  /** Whether a pen is on the picture. @param {Event} event */
  #on(event) {
    return !this.looks && /** @type {Element} */ (event.target).tagName === "CANVAS";
  }

  /** The place under the pointer, in rows and columns of the picture. @param {PointerEvent} event @returns {Pair} */
  #place(event) {
    const box = this.grid.root.querySelector("canvas").getBoundingClientRect();
    return [
      ((event.clientY - box.top) / box.height) * SIDE - 0.5,
      ((event.clientX - box.left) / box.width) * SIDE - 0.5,
    ];
  }

  /** @param {PointerEvent} event */
  #begin(event) {
    if (event.button !== 0 || !this.#on(event)) return;
    event.preventDefault();
    /** @type {Element} */ (event.target).setPointerCapture?.(event.pointerId);
    this.stroke = this.#place(event);
    this.#paint(event);
  }

  /** Paints from where the pointer was to where it is. @param {PointerEvent} event */
  #paint(event) {
    const [r, c] = this.#place(event),
      [r0, c0] = this.stroke,
      steps = Math.max(1, Math.ceil(Math.hypot(r - r0, c - c0)));
    let image = this.read();
    for (let n = 1; n <= steps; n++) {
      image = painted(image, r0 + ((r - r0) * n) / steps, c0 + ((c - c0) * n) / steps, BRUSH, LEVELS[this.mode]);
    }
    this.stroke = [r, c];
    this.write(image);
  }
}
