/** What the pointer does on the input: it looks, draws or erases. */
import { h } from "../../parts/dom.js";
import { say } from "../../words/words.js";
import { SIDE, painted } from "./picture.js";

const BRUSH = 1.3; // pixels of the picture
const LEVELS = { draw: 255, erase: 0 };
const MODES = ["look", ...Object.keys(LEVELS)];

export class Pen {
  /** @param {{lang: string, grid: object, read: () => number[][], write: (image: number[][]) => void}} options the grid of the picture, whose levels are read and written */
  constructor({ lang, grid, read, write }) {
    Object.assign(this, { grid, read, write, mode: "look", stroke: null });
    const button = (mode) => h("button", { type: "button", class: "cx-button", onclick: () => this.use(mode) }, say(lang, `trained.tool.${mode}`));
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

  use(mode) {
    this.mode = mode;
    for (const [name, button] of Object.entries(this.buttons)) button.setAttribute("aria-pressed", String(name === mode));
    this.grid.root.classList.toggle("cx-pen", !this.looks);
  }

  /** Whether a pen is on the picture. */
  #on(event) {
    return !this.looks && event.target.tagName === "CANVAS";
  }

  /** The place under the pointer, in rows and columns of the picture. */
  #place(event) {
    const box = this.grid.root.querySelector("canvas").getBoundingClientRect();
    return [((event.clientY - box.top) / box.height) * SIDE - 0.5, ((event.clientX - box.left) / box.width) * SIDE - 0.5];
  }

  #begin(event) {
    if (event.button !== 0 || !this.#on(event)) return;
    event.preventDefault();
    event.target.setPointerCapture?.(event.pointerId);
    this.stroke = this.#place(event);
    this.#paint(event);
  }

  /** Paints from where the pointer was to where it is. */
  #paint(event) {
    const [r, c] = this.#place(event), [r0, c0] = this.stroke, steps = Math.max(1, Math.ceil(Math.hypot(r - r0, c - c0)));
    let image = this.read();
    for (let n = 1; n <= steps; n++)
      image = painted(image, r0 + ((r - r0) * n) / steps, c0 + ((c - c0) * n) / steps, BRUSH, LEVELS[this.mode]);
    this.stroke = [r, c];
    this.write(image);
  }
}
