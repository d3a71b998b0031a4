/** The table of a network's layers, one button a row, with bars that show each layer's share. */
import { h, setAttribute, setText } from "../../parts/dom.js";
import { bytesText, grouped, layerText, totals } from "./arithmetic.js";
import { reasonText } from "./reasons.js";
import { say } from "../../words/words.js";

const COLUMNS = ["layer", "shape", "parameters", "multiply_adds", "memory", "field"];
const NUMBERS = { parameters: grouped, multiply_adds: grouped, memory: bytesText };

export class NetworkTable {
  /** @param {string} lang @param {(layer: number) => void} pick called with a layer's index */
  constructor(lang, pick) {
    Object.assign(this, { lang, pick, rows: [] });
    const heads = COLUMNS.map((name) => h("th", { scope: "col" }, say(lang, `network.column.${name}`)));
    this.caption = h("span", {});
    this.input = h("td", {});
    this.body = h("tbody", {}, h("tr", { class: "nx-input-row" }, h("th", { scope: "row" }, say(lang, "ui.input")), this.input, ...Array.from({ length: 4 }, () => h("td", {}))));
    this.sums = Object.fromEntries(Object.keys(NUMBERS).map((name) => [name, h("td", { class: "nx-number" })]));
    const foot = h("tr", {}, h("th", { scope: "row" }, say(lang, "network.total")), h("td", {}), ...Object.values(this.sums), h("td", {}));
    this.element = h("table", { class: "nx-table" }, h("caption", {}, this.caption), h("thead", {}, h("tr", {}, ...heads)), this.body, h("tfoot", {}, foot));
  }

  #row(index) {
    const button = h("button", { type: "button", class: "nx-pick", onclick: () => this.pick(index) });
    const code = h("code", {}), cells = h("td", { class: "nx-shape" }), field = h("td", {}), reason = h("td", { colspan: 5, class: "nx-reason" });
    const numbers = Object.keys(NUMBERS).map(() => {
      const text = h("span", {}), bar = h("span", { class: "nx-bar", "aria-hidden": "true" });
      return { text, bar, cell: h("td", { class: "nx-number" }, text, bar) };
    });
    const possible = [cells, ...numbers.map(({ cell }) => cell), field];
    const element = h("tr", {}, h("th", { scope: "row" }, button, code), ...possible, reason);
    return { element, button, code, cells, numbers, field, reason, possible };
  }

  /** @param {{layers: object[], input: number[], batch: number, found: {rows: object[], refused: object | null}, at: number}} what */
  show({ layers, input, batch, found, at }) {
    setText(this.caption, say(this.lang, "network.caption", { batch: grouped(batch) }));
    setText(this.input, input.join("×"));
    while (this.rows.length > layers.length) this.rows.pop().element.remove();
    while (this.rows.length < layers.length) {
      this.rows.push(this.#row(this.rows.length));
      this.body.append(this.rows[this.rows.length - 1].element);
    }
    const sums = totals(found.rows);
    this.rows.forEach((row, n) => {
      setText(row.button, say(this.lang, "network.layer", { layer: n + 1, kind: layers[n].kind }));
      setAttribute(row.button, "aria-pressed", n === at ? "true" : "false");
      setAttribute(row.element, "class", n === found.rows.length ? "nx-refused-row" : n > found.rows.length ? "nx-unknown-row" : null);
      if (n < found.rows.length) this.#known(row, found.rows[n], sums);
      else this.#unknown(row, layers[n], n === found.rows.length ? found : null, input[0]);
    });
    for (const [name, write] of Object.entries(NUMBERS)) setText(this.sums[name], found.refused ? "–" : write(sums[name]));
  }

  #known(row, { text, shape, axes, ...numbers }, sums) {
    this.#side(row, true);
    setText(row.code, text);
    setText(row.cells, shape.join("×"));
    Object.entries(NUMBERS).forEach(([name, write], i) => {
      const { text: words, bar, cell } = row.numbers[i], value = numbers[name];
      setText(words, write(value));
      cell.dataset.value = String(value);
      bar.style.setProperty("--share", String(sums[name] ? value / sums[name] : 0));
    });
    setText(row.field, axes.map(({ size }) => (size === null ? "–" : grouped(size))).join("×"));
  }

  /** A layer that is impossible, or one below it. */
  #unknown(row, layer, found, input) {
    this.#side(row, false);
    const below = found?.rows[found.rows.length - 1]?.shape[0];
    setText(row.code, layerText(layer, found ? (below ?? input) : "?"));
    setText(row.reason, found ? reasonText(this.lang, found.refused) : say(this.lang, "network.unknown"));
  }

  #side(row, known) {
    for (const cell of row.possible) cell.hidden = !known;
    row.reason.hidden = known;
  }
}
