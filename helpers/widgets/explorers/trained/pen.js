/** What the pointer does on the picture: look and type, draw, erase. */
import { h } from "../../parts/dom.js";
import { SIDE, painted } from "./picture.js";

const BRUSH = 1.3; // radius in pixels of the picture
const MODES = ["look", "draw", "erase"];

export class Pen {
  /** @param {{word: (key: string) => string, input: object, read: () => number[][], write: (image: number[][]) => void}} options */
  constructor({ word, input, read, write }) {
    Object.assign(this, { input, read, write, mode: "look", stroke: null });
    this.tools = Object.fromEntries(MODES.map((mode) => [mode, h("button", { type: "button", class: "cx-button", onclick: () => this.use(mode) }, word(`trained.tool.${mode}`))]));
    this.buttons = Object.values(this.tools);
    const { root, element } = input, takes = (event) => this.mode !== "look" && event.target.tagName === "CANVAS";
    element.addEventListener("click", (event) => takes(event) && event.stopPropagation(), true);
    root.addEventListener("pointerdown", (event) => takes(event) && event.button === 0 && this.#begin(event));
    root.addEventListener("pointermove", (event) => this.stroke && this.#paint(event));
    for (const end of ["pointerup", "pointercancel"]) root.addEventListener(end, () => (this.stroke = null));
  }

  use(mode) {
    this.mode = mode;
    for (const [name, button] of Object.entries(this.tools)) button.setAttribute("aria-pressed", String(name === mode));
    this.input.root.classList.toggle("cx-pen", mode !== "look");
  }

  /** Row and column under the pointer, fractions and all. */
  #place(event) {
    const box = this.input.root.querySelector("canvas").getBoundingClientRect();
    return [((event.clientY - box.top) / box.height) * SIDE - 0.5, ((event.clientX - box.left) / box.width) * SIDE - 0.5];
  }

  #begin(event) {
    event.preventDefault();
    event.target.setPointerCapture?.(event.pointerId);
    this.stroke = this.#place(event);
    this.#paint(event);
  }

  /** Paints from where the pointer was to where it is, at most a pixel apart. */
  #paint(event) {
    const [r, c] = this.#place(event), [r0, c0] = this.stroke, count = Math.max(1, Math.ceil(Math.hypot(r - r0, c - c0)));
    let image = this.read();
    for (let n = 1; n <= count; n++)
      image = painted(image, r0 + ((r - r0) * n) / count, c0 + ((c - c0) * n) / count, BRUSH, this.mode === "draw" ? 255 : 0);
    this.stroke = [r, c];
    this.write(image);
  }
}
