/**
 * Rows of small pictures, such as a layer's maps: one tab stop, arrow keys, one of them chosen.
 *
 * @import { AnyMatrix, Pair } from "../types.js"
 */
import { h, setAttribute } from "./dom.js";

/** Pixels of a picture that hold a value from `range` as grey; beyond it black or white. @param {HTMLCanvasElement} canvas @param {AnyMatrix} matrix @param {Pair} range */
function develop(canvas, matrix, range) {
  if (canvas.width !== matrix.w || canvas.height !== matrix.h) {
    Object.assign(canvas, { width: matrix.w, height: matrix.h });
  }
  const image = new ImageData(matrix.w, matrix.h), scale = 255 / (range[1] - range[0] || 1);
  for (let n = 0; n < matrix.d.length; n++) {
    image.data.fill((matrix.d[n] - range[0]) * scale, 4 * n, 4 * n + 3);
    image.data[4 * n + 3] = 255;
  }
  canvas.getContext("2d").putImageData(image, 0, 0);
}

export class Strip {
  /**
   * @param {{name: string, caption?: string, label: (n: number) => string, pick: (n: number, r: number, c: number) => void}} options the name is read aloud, the caption seen;
   *   `pick` gets the picture, and the row and column where it was pressed (the middle, if by keyboard)
   */
  constructor({ name, caption = name, label, pick }) {
    this.label = label;
    this.pick = pick;
    /** @type {{button: HTMLButtonElement, canvas: HTMLCanvasElement}[]} */
    this.items = [];
    this.stop = 0;
    /** @type {number | null} */
    this.chosen = null;
    this.caption = h("div", { class: "cx-caption" }, caption);
    this.root = h("div", {
      role: "group",
      "aria-label": name,
      class: "cx-thumbs",
      onkeydown: (event) => this.#key(event),
    });
    this.element = h("div", { class: "cx-strip" }, this.caption, this.root);
  }

  #item(n) {
    const canvas = h("canvas", { "aria-hidden": "true" });
    const button = h("button", {
      type: "button",
      class: "cx-thumb",
      "aria-pressed": "false",
      tabindex: n ? -1 : 0,
      onclick: (event) => this.#press(event, n),
    }, canvas);
    return { button, canvas };
  }

  #press(event, n) {
    const { canvas } = this.items[n], box = canvas.getBoundingClientRect();
    const place = (offset, length, count) => Math.min(count - 1, Math.max(0, Math.floor((offset / length) * count)));
    const byPointer = event.detail > 0; // a press of Enter or Space has no place
    const r = byPointer ? place(event.clientY - box.top, box.height, canvas.height) : Math.floor(canvas.height / 2);
    const c = byPointer ? place(event.clientX - box.left, box.width, canvas.width) : Math.floor(canvas.width / 2);
    this.#tabStop(n);
    this.pick(n, r, c);
  }

  #key(event) {
    const to = { ArrowRight: this.stop + 1, ArrowLeft: this.stop - 1, Home: 0, End: this.items.length - 1 }[event.key];
    if (to === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    if (!this.items[to]) return;
    this.#tabStop(to);
    this.items[to].button.focus();
  }

  #tabStop(n) {
    this.items[this.stop]?.button.setAttribute("tabindex", "-1");
    this.stop = n;
    this.items[n].button.setAttribute("tabindex", "0");
  }

  /** Scrolls the row, and nothing around it, to a picture. @param {number} n */
  #bring(n) {
    const { root } = this, [row, picture] = [root, this.items[n].button].map((one) => one.getBoundingClientRect());
    if (picture.left < row.left) root.scrollLeft += picture.left - row.left;
    else if (picture.right > row.right) root.scrollLeft += picture.right - row.right;
  }

  /**
   * Shows matrices, all on one scale of grey.
   * @param {AnyMatrix[]} matrices @param {Pair} range @param {(n: number) => string} [marked] a class for a picture
   */
  show(matrices, range, marked = () => "") {
    if (this.items.length !== matrices.length) {
      this.items = matrices.map((_, n) => this.#item(n));
      this.stop = 0;
      this.chosen = null;
      this.root.replaceChildren(...this.items.map(({ button }) => button));
    }
    this.items.forEach(({ button, canvas }, n) => {
      develop(canvas, matrices[n], range);
      setAttribute(button, "aria-label", this.label(n));
      button.className = `cx-thumb ${marked(n)}`;
    });
  }

  /**
   * Marks one as chosen, or none where n is null or not shown yet, as in a block that is folded; where the row scrolls,
   * it comes into sight. @param {number | null} at
   */
  choose(at) {
    const n = at !== null && at < this.items.length ? at : null;
    if (n === this.chosen) return;
    this.chosen = n;
    if (n !== null) this.#bring(n);
    this.items.forEach(({ button }, m) => button.setAttribute("aria-pressed", String(m === n)));
    if (n !== null) this.#tabStop(n);
  }
}
