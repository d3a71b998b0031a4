/** Draws the levels of a stack one above the other, and the cone of what one element sees. */
import { setAttribute, svg } from "../../parts/dom.js";
import { formatNumber } from "../../arithmetic/numbers.js";

const CELL = 30; // units of the picture from one input element to the next, and of a cell's height
const GAP = 34; // between levels
const LABEL = 64;

export class FieldDrawing {
  /** @param {(level: number, element: number) => void} pick */
  constructor(pick) {
    this.element = svg("svg", { role: "img", class: "cx-field" });
    this.element.addEventListener("click", (event) => {
      const place = event.target.closest?.("[data-level]");
      if (place) pick(Number(place.dataset.level), Number(place.dataset.element));
    });
  }

  /**
   * @param {{sizes: number[], layers: number[][], fields: object[], counts: number[][], at: [number, number], names: string[], name: string}} what
   *   names are those of the levels; name is the picture's for those who do not see it
   */
  show({ sizes, layers, fields, counts, at, names, name }) {
    const top = sizes.length - 1;
    const framed = sizes.map((size, l) => ({ size, frame: layers[l]?.[2] ?? 0 }));
    const place = (l, i) => (fields[l].centre + i * fields[l].jump + 0.5) * CELL;
    const ends = framed.flatMap(({ size, frame }, l) => [place(l, -frame), place(l, size - 1 + frame)]);
    const [left, right] = [Math.min(...ends) - CELL / 2 - LABEL, Math.max(...ends) + CELL / 2];
    const line = (l) => (top - l) * (CELL + GAP);
    setAttribute(this.element, "viewBox", `${left} -4 ${right - left} ${line(0) + CELL + 8}`);
    this.element.style.setProperty("--wide", `${right - left}px`);
    setAttribute(this.element, "aria-label", name);
    const parts = [];
    for (let l = at[0]; l > 0; l--) parts.push(...this.#lines(l, layers[l - 1], counts, place, line));
    framed.forEach(({ size, frame }, l) => {
      parts.push(svg("text", { x: left + 4, y: line(l) + CELL / 2 + 5, class: "cx-level" }, names[l]));
      for (let i = -frame; i < size + frame; i++) {
        const inside = i >= 0 && i < size, count = (inside && counts[l]?.[i]) || 0, most = Math.max(...(counts[l] ?? [0]));
        const picked = l === at[0] && i === at[1];
        const cell = svg("rect", {
          x: place(l, i) - CELL / 2 + 1.5, y: line(l), width: CELL - 3, height: CELL, rx: 4,
          class: `cx-node${inside ? "" : " cx-frame"}${picked ? " cx-picked" : ""}${count ? " cx-seen" : ""}`, style: `--shade: ${count ? 0.15 + (0.85 * count) / most : 0}`,
        });
        const text = count ? [svg("text", { x: place(l, i), y: line(l) + CELL / 2 + 4.5, "text-anchor": "middle", class: "cx-paths" }, formatNumber(count))] : [];
        parts.push(inside ? svg("g", { "data-level": l, "data-element": i }, cell, ...text) : cell);
      }
    });
    this.element.replaceChildren(...parts);
  }

  /** From every element of level l that counts to all that it reads. */
  #lines(l, [k, s, p, d], counts, place, line) {
    return counts[l].flatMap((count, i) =>
      count === 0 ? [] : Array.from({ length: k }, (_, u) => svg("line", { x1: place(l, i), y1: line(l) + CELL, x2: place(l - 1, i * s - p + u * d), y2: line(l - 1), class: "cx-path" })));
  }
}
