/**
 * Draws the levels of a stack one above the other, and the cone of what one element sees.
 *
 * @import { Layer, LevelField, Place } from "./arithmetic.js"
 */
import { formatNumber } from "../../arithmetic/numbers.js";
import { setAttribute, svg } from "../../parts/dom.js";

const CELL = 30; // units of the picture from one input element to the next, and of a cell's height
const GAPS = [16, 34]; // between levels: at least, at most
const TALL = 330; // many levels come closer, so that they are about as tall
const LABEL = 64;

/**
 * What is drawn: sizes, fields, counts and names of the levels, the layers between them, and `at`, the level and the
 * element that one looks from; name is the picture's for those who do not see it.
 * @typedef {{sizes: number[], layers: Layer[], fields: LevelField[], counts: number[][], at: Place,
 *   names: string[], name: string}} Seen
 *
 * @typedef {(l: number, i: number) => number} Across x of the centre of a level's element
 * @typedef {{x: Across, y: (l: number) => number, left: number, wide: number, tall: number}} Scale
 */

export class FieldDrawing {
  /** @param {(level: number, element: number) => void} pick */
  constructor(pick) {
    this.element = svg("svg", { role: "img", class: "cx-field", preserveAspectRatio: "xMinYMin" });
    this.element.addEventListener("click", (event) => {
      /** @type {SVGElement | null} */
      const place = /** @type {Element} */ (event.target).closest?.("[data-level]");
      if (place) pick(Number(place.dataset.level), Number(place.dataset.element));
    });
  }

  /** @param {Seen} seen */
  show(seen) {
    const scale = arrangement(seen), { left, wide, tall } = scale;
    setAttribute(this.element, "viewBox", `${left} -4 ${wide} ${tall + 8}`);
    this.element.style.setProperty("--wide", `${wide}px`);
    setAttribute(this.element, "aria-label", seen.name);
    const lines = seen.layers.slice(0, seen.at[0]).flatMap((layer, l) => paths(seen, scale, layer, l + 1));
    this.element.replaceChildren(...lines, ...seen.sizes.flatMap((_, l) => level(seen, scale, l)));
  }
}

/** How wide the padding is that the next layer puts around a level. @param {Layer[]} layers @param {number} l */
const frameOf = (layers, l) => layers[l]?.[2] ?? 0;

/** Where everything is: x of an element's centre, y of a level's upper edge, and the picture's measures. @param {Seen} seen @returns {Scale} */
function arrangement({ sizes, layers, fields }) {
  /** @type {Across} */
  const x = (l, i) => (fields[l].centre + i * fields[l].jump + 0.5) * CELL;
  const ends = sizes.flatMap((size, l) => [x(l, -frameOf(layers, l)), x(l, size - 1 + frameOf(layers, l))]);
  const left = Math.min(...ends) - CELL / 2 - LABEL, right = Math.max(...ends) + CELL / 2;
  const gap = Math.min(Math.max((TALL - CELL * sizes.length) / layers.length, GAPS[0]), GAPS[1]);
  /** @param {number} l */
  const y = (l) => (layers.length - l) * (CELL + gap);
  return { x, y, left, wide: right - left, tall: y(0) + CELL };
}

/** From every element of level l that counts to all that it reads. @param {Seen} seen @param {Scale} scale @param {Layer} layer @param {number} l */
function paths({ counts }, { x, y }, [k, s, p, d], l) {
  /** @param {number} i */
  const from = (i) =>
    Array.from({ length: k }, (_, u) =>
      svg("line", {
        x1: x(l, i),
        y1: y(l) + CELL,
        x2: x(l - 1, i * s - p + u * d),
        y2: y(l - 1),
        class: "cx-path",
      }));
  return counts[l].flatMap((count, i) => (count ? from(i) : []));
}

/** A level: its name, its elements, and its padding. @param {Seen} seen @param {Scale} scale @param {number} l @returns {SVGElement[]} */
function level(seen, scale, l) {
  const { sizes, layers, names } = seen, frame = frameOf(layers, l);
  const name = svg("text", { x: scale.left + 4, y: scale.y(l) + CELL / 2 + 5, class: "cx-level" }, names[l]);
  const places = Array.from({ length: sizes[l] + 2 * frame }, (_, n) => n - frame);
  /** @param {number} i */
  const inside = (i) => i >= 0 && i < sizes[l];
  /** @param {number} i */
  const padding = (i) => box(scale, l, i, "cx-node cx-frame", 0);
  return [name, ...places.map((i) => (inside(i) ? element(seen, scale, l, i) : padding(i)))];
}

/** An element, with the number of its paths where it is seen. @param {Seen} seen @param {Scale} scale @param {number} l @param {number} i */
function element({ counts, at }, scale, l, i) {
  const count = counts[l]?.[i] ?? 0, picked = l === at[0] && i === at[1];
  const shade = count ? 0.15 + (0.85 * count) / Math.max(...counts[l]) : 0;
  const text = { x: scale.x(l, i), y: scale.y(l) + CELL / 2 + 4.5, "text-anchor": "middle", class: "cx-paths" };
  const number = count ? [svg("text", text, formatNumber(count))] : [];
  const cell = box(scale, l, i, picked ? "cx-node cx-picked" : "cx-node", shade);
  return svg("g", { "data-level": l, "data-element": i }, cell, ...number);
}

/** @param {Scale} scale @param {number} l @param {number} i @param {string} look its classes @param {number} shade from 0 to 1 */
function box({ x, y }, l, i, look, shade) {
  const size = { x: x(l, i) - CELL / 2 + 1.5, y: y(l), width: CELL - 3, height: CELL, rx: 4 };
  return svg("rect", { ...size, class: look, style: `--shade: ${shade}` });
}
