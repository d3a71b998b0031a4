/**
 * Draws a network: the input and each layer's output as stacked planes or as a bar, from left to right.
 *
 * @import { Layer } from "./items.js"
 *
 * @typedef {{name: string, look: string, shape?: number[], text?: string}} Box `text` stands for a shape that is not known
 */
import { h, setAttribute, svg } from "../../parts/dom.js";

const MIDDLE = 76; // of the boxes, from the top
const TALLEST = 76;
const GAP = 16;
const EDGE = 44; // pixels that the sign for more takes

/** How a shape is drawn: side lengths grow with the root of height and width, depth with the logarithm of channels. */
function measure(shape, scale) {
  if (shape.length === 1) return { planes: 1, w: 13, h: Math.min(TALLEST, 12 + 5.5 * Math.log2(shape[0])), depth: 0 };
  const side = (n) => Math.max(5, Math.sqrt(n) * scale);
  const depth = 3.6 * Math.log2(shape[0]);
  return { planes: 1 + Math.min(5, Math.floor(Math.log2(shape[0]))), h: side(shape[1]), w: side(shape[2]), depth };
}

/** A kind's name, short enough to stand over its box. */
function short(kind) {
  if (kind.startsWith("Adaptive")) return kind.replace("Adaptive", "A.");
  return kind === "LocalResponseNorm" ? "LRN" : kind;
}

const width = (text) => text.length * 6.5;

export class NetworkDrawing {
  /** @param {string} name @param {(layer: number) => void} pick called with the index of a layer that is clicked */
  constructor(name, pick) {
    this.element = svg("svg", { role: "img", class: "nx-drawing" });
    const label = { role: "group", tabindex: 0, "aria-label": name };
    this.box = h("div", { class: "cx-scroll", ...label, onscroll: () => this.#tellMore() }, this.element);
    this.frame = h("div", { class: "nx-frame" }, this.box);
    this.watch = new ResizeObserver(() => this.#tellMore());
    for (const part of [this.box, this.element]) this.watch.observe(part);
    this.element.addEventListener("click", (event) => {
      /** @type {SVGElement | null} */
      const place = /** @type {Element} */ (event.target).closest?.("[data-layer]");
      if (place) pick(Number(place.dataset.layer));
    });
  }

  /**
   * @param {{input: number[], layers: Layer[], shapes: number[][], at: number, name: string, inputName: string}} what
   *   shapes: of the layers that are possible; the next one is drawn as refused, those below it as unknown
   */
  show({ input, layers, shapes, at, name, inputName }) {
    const maps = [input, ...shapes].filter((shape) => shape.length === 3);
    const scale = Math.min(14, TALLEST / Math.sqrt(Math.max(...maps.flatMap((shape) => shape.slice(1)))));
    let x = 6;
    /** @type {Box} */
    const first = { shape: input, name: inputName, look: "nx-input" };
    const parts = [], boxes = [first, ...layers.map((layer, n) => this.#box(layer, n, shapes))];
    boxes.forEach((box, n) => {
      const label = box.shape ? box.shape.join("×") : box.text;
      const size = box.shape ? measure(box.shape, scale) : { planes: 1, w: 40, h: 40, depth: 0 };
      const wide = Math.max(size.w + size.depth, width(label), width(box.name)) + 5;
      const arrow = `M${x - GAP + 3} ${MIDDLE}h${GAP - 7}m-4 -3.5l4 3.5l-4 3.5`;
      if (n > 0) parts.push(svg("path", { d: arrow, class: "nx-arrow" }));
      parts.push(this.#draw(box, n - 1, x, wide, size, label, n - 1 === at));
      x += wide + GAP;
    });
    setAttribute(this.element, "viewBox", `0 0 ${x - GAP + 6} ${2 * MIDDLE - 6}`);
    setAttribute(this.element, "aria-label", name);
    this.element.style.setProperty("--wide", `${x - GAP + 6}px`);
    this.element.replaceChildren(...parts);
  }

  /** Scrolls the drawing, and nothing else, to the chosen layer. */
  reveal() {
    const { box } = this, chosen = this.element.querySelector(".nx-chosen");
    const [inner, outer] = [chosen, box].map((element) => element.getBoundingClientRect());
    if (inner.left < outer.left + EDGE) box.scrollLeft += inner.left - outer.left - EDGE;
    else if (inner.right > outer.right - EDGE) box.scrollLeft += inner.right - outer.right + EDGE;
  }

  /** Tells on which sides there is more of the drawing than the frame shows. */
  #tellMore() {
    const { scrollLeft, scrollWidth, clientWidth } = this.box;
    const sides = [scrollLeft > 1 && "left", scrollLeft + clientWidth < scrollWidth - 1 && "right"].filter(Boolean);
    setAttribute(this.frame, "data-more", sides.join(" ") || null);
  }

  destroy() {
    this.watch.disconnect();
  }

  /** @param {Layer} layer @param {number} n @param {number[][]} shapes @returns {Box} */
  #box(layer, n, shapes) {
    const weighs = ["Conv2d", "Linear"].includes(layer.kind) ? " nx-weights" : "";
    if (n < shapes.length) return { shape: shapes[n], name: short(layer.kind), look: `nx-output${weighs}` };
    const refused = n === shapes.length;
    return { name: short(layer.kind), look: refused ? "nx-refused" : "nx-unknown", text: refused ? "×" : "?" };
  }

  #draw({ name, look }, index, x, wide, { planes, w, h, depth }, label, chosen) {
    const centre = x + wide / 2, left = centre - (w + depth) / 2, slant = depth * 0.45, top = MIDDLE - (h - slant) / 2;
    const rects = Array.from({ length: planes }, (_, n) => {
      const back = planes === 1 ? 0 : 1 - n / (planes - 1);
      return svg("rect", { x: left + back * depth, y: top - back * slant, width: w, height: h, rx: 1.5 });
    });
    const text = (y, words, kind) => svg("text", { x: centre, y, "text-anchor": "middle", class: kind }, words);
    const frame = svg("rect", { x: x - 3, y: 2, width: wide + 6, height: 2 * MIDDLE - 10, rx: 7, class: "nx-back" });
    const group = { class: `${look}${chosen ? " nx-chosen" : ""}`, "data-layer": index < 0 ? null : index };
    return svg("g", group, frame, text(18, name, "nx-kind"), ...rects, text(2 * MIDDLE - 17, label, "nx-size"));
  }
}
