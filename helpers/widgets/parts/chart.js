/** A small curve with a logarithmic scale. */

import { svg } from "./dom.js";

const [WIDTH, HEIGHT] = [420, 150];
const EDGE = { left: 46, right: 10, top: 10, bottom: 22 };
const LEAST = 1e-12; // below, a loss is drawn as this

/** A power of ten with its exponent set high, as text for an axis. */
const power = (n) => `1e${String(n).replace("-", "\u2212")}`;

/** One curve of positive values over 0, 1, 2, …, with a name for those who do not see it. */
export class LogChart {
  constructor() {
    this.element = svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", class: "cx-chart" });
  }

  /** @param {number[]} values @param {{name: string, x: string, y: string}} words */
  show(values, { name, x, y }) {
    const logs = values.map((value) => Math.log10(Math.max(value, LEAST)));
    let [low, high] = [Math.floor(Math.min(...logs)), Math.ceil(Math.max(...logs))];
    if (low === high) high += 1;
    const last = Math.max(values.length - 1, 10);
    const at = (
      n,
      log,
    ) => [
      EDGE.left + (n / last) * (WIDTH - EDGE.left - EDGE.right),
      EDGE.top + ((high - log) / (high - low)) * (HEIGHT - EDGE.top - EDGE.bottom),
    ];
    const parts = [];
    const every = Math.ceil((high - low) / 5);
    for (let n = low; n <= high; n += every) {
      const [left, top] = at(0, n);
      parts.push(
        svg("line", { x1: left, x2: WIDTH - EDGE.right, y1: top, y2: top, class: "cx-gridline" }),
        svg("text", { x: left - 5, y: top + 4, "text-anchor": "end" }, power(n)),
      );
    }
    for (const n of [0, last]) {
      parts.push(svg("text", { x: at(n, low)[0], y: HEIGHT - 6, "text-anchor": n ? "end" : "middle" }, String(n)));
    }
    parts.push(
      svg("text", { x: WIDTH / 2, y: HEIGHT - 6, "text-anchor": "middle" }, x),
      svg("text", { x: EDGE.left + 6, y: EDGE.top + 10 }, y),
    );
    const points = logs.map((log, n) => at(n, log).map((place) => place.toFixed(1)).join(","));
    const [left, top] = at(logs.length - 1, logs[logs.length - 1]);
    parts.push(
      svg("polyline", { points: points.join(" "), class: "cx-curve" }),
      svg("circle", { cx: left, cy: top, r: 4, class: "cx-point" }),
    );
    this.element.replaceChildren(...parts);
    this.element.setAttribute("aria-label", name);
  }
}
