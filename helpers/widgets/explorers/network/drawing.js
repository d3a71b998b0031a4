/**
 * Draws a network: the input and each layer's output as stacked planes or as a bar, from left to right; branches one below
 * the other, their layers in little room; a block as a frame around its layers, or, folded, as one box.
 *
 * @import { Layer, Place } from "./items.js"
 *
 * @typedef {{name: string, look: string, shape?: number[], text?: string}} Box `text` stands for a shape that is not known
 * @typedef {{w: number, h: number, forks?: boolean, draw: (x: number, middle: number) => SVGElement[]}} Piece its size, and
 *   how it is drawn from x on; what forks draws its own arrows
 * @typedef {{n: number, places: Place[], shapes: number[][], at: number, scale: number, closed: Set<string>,
 *   outer: string}} Course n: the next row; closed: paths of folded blocks; outer: the name of the block around
 */
import { h, setAttribute, svg } from "../../parts/dom.js";
import { say } from "../../words/words.js";
import { nameWithin, places } from "./items.js";

const MIDDLE = 76; // of the boxes, from the top
const TALLEST = 76;
const GAP = 16;
const HEIGHT = 2 * MIDDLE - 6;
const FORK = 22; // room in which lines part and come together
const EDGE = 44; // pixels that the sign for more takes
const HEAD = 18; // room for a block's name over its layers
const SIDE = 6; // between a block's frame and its layers
const LETTERS = 18; // of a block's name

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
  /**
   * @param {string} lang @param {(layer: number) => void} pick called with the index of a layer that is clicked
   * @param {(path: string) => void} fold called with the path of a block that is clicked
   */
  constructor(lang, pick, fold) {
    this.lang = lang;
    this.element = svg("svg", { role: "img", class: "nx-drawing" });
    const label = { role: "group", tabindex: 0, "aria-label": say(lang, "network.drawing") };
    this.box = h("div", { class: "cx-scroll", ...label, onscroll: () => this.#tellMore() }, this.element);
    this.frame = h("div", { class: "nx-frame" }, this.box);
    this.watch = new ResizeObserver(() => this.#tellMore());
    for (const part of [this.box, this.element]) this.watch.observe(part);
    this.element.addEventListener("click", (event) => {
      /** @type {SVGElement | null} */
      const place = /** @type {Element} */ (event.target).closest?.("[data-layer], [data-block]");
      if (place?.dataset.block) {
        fold(place.dataset.block);
        this.#bring(this.element.querySelector(`[data-block="${place.dataset.block}"]`));
      } else if (place) pick(Number(place.dataset.layer));
    });
  }

  /**
   * @param {{input: number[], layers: Layer[], places: Place[], shapes: number[][], at: number, name: string, inputName: string,
   *   closed: Set<string>}} what shapes: of the rows that are possible; the next one is drawn as refused, those below it as
   *   unknown; closed: paths of folded blocks
   */
  show({ input, layers, places, shapes, at, name, inputName, closed }) {
    const maps = [input, ...shapes].filter((shape) => shape.length === 3);
    const scale = Math.min(14, TALLEST / Math.sqrt(Math.max(...maps.flatMap((shape) => shape.slice(1)))));
    const course = { n: 0, places, shapes, at, scale, closed, outer: "" };
    const first = this.#full({ shape: input, name: inputName, look: "nx-input" }, -1, course);
    const whole = chain([first, ...layers.flatMap((item, i) => this.#pieces(item, [i], course, false))]);
    const wide = whole.w + 12, high = Math.max(HEIGHT, whole.h + 6);
    const parts = whole.draw(6, high / 2 + 3);
    setAttribute(this.element, "viewBox", `0 0 ${wide} ${high}`);
    setAttribute(this.element, "aria-label", name);
    this.element.style.setProperty("--wide", `${wide}px`);
    this.element.replaceChildren(...parts);
  }

  /** What an item is drawn as. @param {Layer} item @param {number[]} path @param {Course} course @param {boolean} small @returns {Piece[]} */
  #pieces(item, path, course, small) {
    if (item.kind === "Block") return [this.#block(item, path, course, small)];
    const branches = item.branches?.map((branch, b) =>
      chain(branch.flatMap((one, i) => this.#pieces(one, [...path, b, i], course, true)))
    );
    const box = this.#box(course), index = course.n++;
    const piece = small ? this.#small(box, index, course) : this.#full(box, index, course);
    return [branches ? forked(branches, piece) : piece];
  }

  /** A block's layers in a frame; of a folded one a box. @param {Layer} item @param {number[]} path @param {Course} course @param {boolean} small @returns {Piece} */
  #block(item, path, course, small) {
    const { outer } = course, own = nameWithin(item.name, outer), key = String(path);
    const name = shortened(own || say(this.lang, "tree.block.unnamed"));
    if (!course.closed.has(key)) {
      course.outer = item.name || outer;
      const inner = item.layers.flatMap((one, i) => this.#pieces(one, [...path, i], course, small));
      course.outer = outer;
      return framed(chain(inner), name, { "data-block": key });
    }
    const { n, shapes } = course, count = places([item]).length, end = n + count, known = shapes.length;
    course.n = end;
    const look = known >= end ? "nx-folded" : known < n ? "nx-folded nx-unknown" : "nx-folded nx-refused";
    const [shape, text] = known >= end ? [shapes[end - 1].join("×"), ""] : ["", known < n ? "?" : "×"];
    const chosen = course.at >= n && course.at < end ? " nx-chosen" : "";
    const lines = { name, count: countText(this.lang, count), shape: shape || text };
    return folded(lines, small, { class: `${look}${chosen}`, "data-block": key });
  }

  /** Scrolls the drawing, and nothing else, to the chosen layer. */
  reveal() {
    this.#bring(this.element.querySelector(".nx-chosen"));
  }

  /** @param {Element} part of the drawing */
  #bring(part) {
    const { box } = this, [inner, outer] = [part, box].map((element) => element.getBoundingClientRect());
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

  /** The next row. @param {Course} course @returns {Box} */
  #box({ n, places, shapes }) {
    const { kind } = places[n], weighs = ["Conv2d", "Linear"].includes(kind) ? " nx-weights" : "";
    if (n < shapes.length) return { shape: shapes[n], name: short(kind), look: `nx-output${weighs}` };
    const refused = n === shapes.length;
    return { name: short(kind), look: refused ? "nx-refused" : "nx-unknown", text: refused ? "×" : "?" };
  }

  /** A box with planes, its name above it and its shape below. @param {Box} box @param {number} index @param {Course} course @returns {Piece} */
  #full(box, index, { scale, at }) {
    const { shape, name } = box, label = shape ? shape.join("×") : box.text;
    const size = shape ? measure(shape, scale) : { planes: 1, w: 40, h: 40, depth: 0 };
    const w = Math.max(size.w + size.depth, width(label), width(name)) + 5;
    return { w, h: HEIGHT, draw: (x, middle) => [this.#draw(box, index, x, middle, w, size, label, index === at)] };
  }

  #draw({ name, look }, index, x, middle, wide, { planes, w, h, depth }, label, chosen) {
    const centre = x + wide / 2, left = centre - (w + depth) / 2, slant = depth * 0.45, top = middle - (h - slant) / 2;
    const rects = Array.from({ length: planes }, (_, n) => {
      const back = planes === 1 ? 0 : 1 - n / (planes - 1);
      return svg("rect", { x: left + back * depth, y: top - back * slant, width: w, height: h, rx: 1.5 });
    });
    const text = (y, words, kind) => svg("text", { x: centre, y, "text-anchor": "middle", class: kind }, words);
    const up = middle - MIDDLE, back = { y: up + 2, height: 2 * MIDDLE - 10, rx: 7, class: "nx-back" };
    const frame = svg("rect", { x: x - 3, width: wide + 6, ...back });
    const parts = [text(up + 18, name, "nx-kind"), ...rects, text(up + 2 * MIDDLE - 17, label, "nx-size")];
    return svg("g", marked(look, index, chosen), frame, ...parts);
  }

  /** A bar with name and shape beside it. @param {Box} box @param {number} index @param {Course} course @returns {Piece} */
  #small({ name, look, shape, text }, index, { at }) {
    const label = shape ? shape.join("×") : text, w = Math.max(width(name), width(label)) + 18, h = 34;
    const draw = (x, middle) => {
      const back = { x: x - 3, y: middle - h / 2, width: w + 6, height: h, rx: 5, class: "nx-back" };
      const bar = svg("rect", { x, y: middle - 13, width: 6, height: 26, rx: 1.5 });
      const words = (y, said, kind) => svg("text", { x: x + 11, y, class: kind }, said);
      const texts = [words(middle - 3, name, "nx-kind"), words(middle + 11, label, "nx-size")];
      return [svg("g", marked(look, index, index === at), svg("rect", back), bar, ...texts)];
    };
    return { w, h, draw };
  }
}

/** @param {string} look @param {number} index of the row, below 0 for the input @param {boolean} chosen */
const marked = (look, index, chosen) => ({
  class: `${look}${chosen ? " nx-chosen" : ""}`,
  "data-layer": index < 0 ? null : index,
});

/** How many layers, in words. @param {string} lang @param {number} count */
export const countText = (lang, count) => say(lang, count === 1 ? "tree.count.one" : "tree.count", { count });

/** Of a long name its end: names of modules begin alike. @param {string} name */
const shortened = (name) => name.length > LETTERS ? `…${name.slice(1 - LETTERS)}` : name;

/** @param {string} d */
const line = (d) => svg("path", { d, class: "nx-arrow" });

/** The head of an arrow whose tip is here. */
const tip = "m-4 -3.5l4 3.5l-4 3.5";

/** Pieces one after the other, with arrows between them. @param {Piece[]} pieces @returns {Piece} */
function chain(pieces) {
  const w = pieces.reduce((sum, piece) => sum + piece.w, 0) + GAP * Math.max(0, pieces.length - 1);
  /** @param {number} x @param {number} middle */
  const draw = (x, middle) =>
    pieces.flatMap((piece, n) => {
      const here = x, arrow = piece.forks ? `h${GAP - 3}` : `h${GAP - 7}${tip}`;
      x += piece.w + GAP;
      return [...(n ? [line(`M${here - GAP + 3} ${middle}${arrow}`)] : []), ...piece.draw(here, middle)];
    });
  return { w, h: Math.max(0, ...pieces.map(({ h }) => h)), forks: pieces[0]?.forks ?? true, draw };
}

/** Branches one below the other, and what joins them. @param {Piece[]} branches @param {Piece} join @returns {Piece} */
function forked(branches, join) {
  const room = Math.max(...branches.map(({ w }) => w)), highs = branches.map(({ h }) => Math.max(h, 16) + 6);
  const high = highs.reduce((sum, h) => sum + h, 0), end = 2 * FORK + room;
  /** @param {number} x @param {number} middle */
  const draw = (x, middle) => {
    let y = middle - high / 2;
    const parts = branches.flatMap((branch, n) => {
      const own = y + highs[n] / 2, start = x + FORK, half = FORK / 2;
      y += highs[n];
      const parting = `M${x} ${middle}C${x + half} ${middle} ${x + half} ${own} ${start - 4} ${own}`;
      const meeting = x + end - FORK;
      const back = `M${start + branch.w} ${own}H${meeting}C${meeting + half} ${own} ${meeting + half} ${middle} ${
        x + end - 4
      } ${middle}`;
      return [line(`${parting}${branch.forks ? "h4" : tip}`), ...branch.draw(start, own), line(back)];
    });
    return [...parts, line(`M${x + end - 4} ${middle}${tip}`), ...join.draw(x + end, middle)];
  };
  return { w: end + join.w, h: Math.max(high, join.h), forks: true, draw };
}

/** A frame around the layers of a block, its name above them. @param {Piece} inner @param {string} name @param {Record<string, any>} marks @returns {Piece} */
function framed(inner, name, marks) {
  const said = `▾ ${name}`, w = Math.max(inner.w, width(said)) + 2 * SIDE, high = inner.h + HEAD + 2;
  /** @param {number} x @param {number} middle */
  const draw = (x, middle) => {
    const y = middle - inner.h / 2 - HEAD, start = x + (w - inner.w) / 2;
    const frame = svg("rect", { x, y, width: w, height: high, rx: 7 });
    const back = svg("rect", { x: x + 2, y: y + 2, width: width(said) + 8, height: HEAD - 2, rx: 4, class: "nx-back" });
    const title = svg("text", { x: x + SIDE, y: y + 13, class: "nx-kind" }, said);
    const lines = inner.forks ? [line(`M${x} ${middle}H${start}`)] : [];
    return [
      svg("g", { class: "nx-open" }, frame),
      svg("g", marks, back, title),
      ...lines,
      ...inner.draw(start, middle),
    ];
  };
  return { w, h: inner.h + 2 * HEAD, forks: inner.forks, draw };
}

/** A box for all layers of a block. @param {{name: string, count: string, shape: string}} lines @param {boolean} small @param {Record<string, any>} marks @returns {Piece} */
function folded({ name, count, shape }, small, marks) {
  const said = [`▸ ${name}`, count, shape], w = Math.max(...said.map(width), 40) + 16, h = small ? 52 : HEIGHT;
  const tall = small ? 48 : TALLEST;
  /** @param {number} x @param {number} middle */
  const draw = (x, middle) => {
    const text = (y, words, kind) => svg("text", { x: x + w / 2, y, "text-anchor": "middle", class: kind }, words);
    const sheet = (by) => svg("rect", { x: x + by, y: middle - tall / 2 + by, width: w - 4, height: tall - 4, rx: 5 });
    const up = middle - MIDDLE, back = { x: x - 3, y: middle - h / 2 + 1, width: w + 6, height: h - 2, rx: 7 };
    const ys = small ? [-12, 1, 14].map((y) => middle + y) : [up + 18, middle + 4, up + 2 * MIDDLE - 17];
    const kinds = ["nx-kind", "nx-count", "nx-size"];
    const texts = said.map((words, n) => text(ys[n], words, kinds[n]));
    return [svg("g", marks, svg("rect", { ...back, class: "nx-back" }), sheet(4), sheet(0), ...texts)];
  };
  return { w, h, draw };
}
