/**
 * Accuracy against cost, as a picture.
 *
 * @import { Placed } from "./arithmetic.js"
 */
import { svg } from "../../parts/dom.js";

const [WIDTH, HEIGHT] = [440, 270];
const EDGE = { left: 40, right: 14, top: 22, bottom: 38 };
const LINE = 14; // between two names

/** Round numbers for an axis from `low` to `high`: at most six. @param {number} low @param {number} high */
export function ticks(low, high) {
  const rough = (high - low) / 5, power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((n) => n * power).find((n) => n >= rough * (1 - 1e-9));
  const first = Math.ceil(low / step - 1e-9);
  return Array.from({ length: Math.floor(high / step + 1e-9) - first + 1 }, (_, n) => (first + n) * step);
}

/** Heights of names, moved apart where they would cover each other. @param {number[]} heights */
function apart(heights) {
  const order = heights.map((_, n) => n).sort((a, b) => heights[a] - heights[b]), moved = [...heights];
  for (let n = 1; n < order.length; n++) {
    moved[order[n]] = Math.max(moved[order[n]], moved[order[n - 1]] + LINE);
  }
  return moved;
}

export class Plot {
  /** @param {{x: string, y: string}} words names of the axes */
  constructor({ x, y }) {
    this.words = { x, y };
    this.element = svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", class: "cx-chart" });
  }

  /** @param {Placed[]} all with accuracies @param {string} name for those who do not see it @param {[number, number]} range of accuracies, in points */
  show(all, name, [low, high]) {
    const last = Math.max(1, ...all.map(({ cost }) => Math.log2(cost)));
    /** @param {number} cost */
    const across = (cost) => EDGE.left + (Math.log2(cost) / last) * (WIDTH - EDGE.left - EDGE.right);
    /** @param {number} points */
    const down = (points) => EDGE.top + ((high - points) / (high - low)) * (HEIGHT - EDGE.top - EDGE.bottom);
    const places = all.map(({ cost, accuracy }) => [across(cost), down(100 * accuracy)]);
    const heights = apart(places.map(([, y]) => y - 4));
    this.element.replaceChildren(
      ...ticks(low, high).flatMap((points) => this.#line(points, down(points))),
      ...this.#costs(last, across),
      svg("text", { x: EDGE.left - 30, y: 11 }, this.words.y),
      svg("text", { x: WIDTH - EDGE.right, y: HEIGHT - 5, "text-anchor": "end" }, this.words.x),
      this.#front(all, across, down),
      ...all.flatMap((one, n) => this.#point(one, places[n], heights[n], n === 0)),
    );
    this.element.setAttribute("aria-label", name);
  }

  /** @param {number} points @param {number} y */
  #line(points, y) {
    return [
      svg("line", { x1: EDGE.left, x2: WIDTH - EDGE.right, y1: y, y2: y, class: "cx-gridline" }),
      svg("text", { x: EDGE.left - 5, y: y + 4, "text-anchor": "end" }, String(Number(points.toFixed(6)))),
    ];
  }

  /** Powers of 2, 4 or more along the axis of costs. @param {number} last @param {(cost: number) => number} across */
  #costs(last, across) {
    const step = Math.max(1, Math.ceil(last / 7));
    return Array.from({ length: Math.floor(last / step) + 1 }, (_, n) => {
      const cost = 2 ** (n * step), x = across(cost), y = HEIGHT - EDGE.bottom;
      return svg("text", { x, y: y + 16, "text-anchor": n ? "middle" : "start" }, `${cost}×`);
    });
  }

  /** A line through those that none beats. @param {Placed[]} all @param {(cost: number) => number} across @param {(points: number) => number} down */
  #front(all, across, down) {
    const front = all.filter(({ beaten }) => !beaten).sort((one, other) => one.cost - other.cost);
    const points = front.map(({ cost, accuracy }) => `${across(cost).toFixed(1)},${down(100 * accuracy).toFixed(1)}`);
    return svg("polyline", { points: points.join(" "), class: "cx-curve", "stroke-dasharray": "4 3" });
  }

  /** @param {Placed} one @param {number[]} place @param {number} height of its name @param {boolean} first whether it is the first */
  #point({ network, cost, accuracy, beaten }, [x, y], height, first) {
    const left = x > WIDTH * 0.62, data = { "data-cost": cost, "data-accuracy": accuracy, "data-key": network.key };
    const look = beaten ? { fill: "none", stroke: "currentColor", "stroke-width": 1.5 } : { class: "cx-point" };
    return [
      svg("circle", { cx: x, cy: y, r: first ? 7 : 4.5, ...look, ...data }),
      svg("text", {
        x: x + (left ? -10 : 10),
        y: height,
        "text-anchor": left ? "end" : "start",
        "font-weight": first ? 700 : 400,
      }, network.title),
    ];
  }
}
