/** "Reach this shape": find kernel, padding and stride that take an input to an output; checked at every change. */
import { h, setAttribute, setText } from "./dom.js";
import { SpinField } from "./fields.js";
import { Alerts, region } from "./frame.js";
import { LIMITS, draw, reached, refused, solveAxis } from "./puzzle.js";
import { refusalSentence, shapeLines } from "./shape-words.js";
import { say } from "./words.js";

const START = { kernel: [1, 1], padding: [0, 0], stride: [1, 1] };
const FIELDS = { kernel: ["kernel_height", "kernel_width", 1], padding: ["padding_rows", "padding_columns", 0], stride: ["stride_rows", "stride_columns", 1] };

const cells = ([rows, columns]) => Array.from({ length: rows }, () => new Array(columns));

class ShapePuzzle {
  constructor(model, el) {
    this.lang = model.get("lang");
    this.puzzle = { input: model.get("input"), output: model.get("output") };
    this.values = { ...START };
    this.count = 0;
    this.solved = false;
    const word = (key, parameters) => say(this.lang, key, parameters);
    this.alerts = new Alerts(this.lang, () => this.update());
    this.task = h("p", { class: "cx-shape" });
    this.status = h("div", { role: "status", class: "cx-status" });
    this.fields = [];
    const button = (key, act) => h("button", { type: "button", class: "cx-button", onclick: act }, word(key));
    this.root = region(word("puzzle.name"), this.task, h("p", { class: "cx-hint" }, word("puzzle.limits", LIMITS)),
      h("div", { class: "cx-settings" }, ...Object.entries(FIELDS).map((entry) => this.#group(...entry))), this.alerts.element, this.status,
      h("div", { class: "cx-bar" }, button("puzzle.new", () => this.#renew()), button("puzzle.show", () => this.#reveal()), button("ui.reset", () => this.#start())));
    el.append(this.root);
    this.update();
  }

  #group(name, [first, second, minimum]) {
    const axis = (a, key) => {
      const spin = new SpinField({
        lang: this.lang, name: say(this.lang, `ui.field.${key}`), minimum, maximum: LIMITS[name], refuse: this.alerts.set,
        write: (value) => {
          const pair = [...this.values[name]];
          pair[a] = value;
          this.values = { ...this.values, [name]: pair };
          this.update();
        },
      });
      this.fields.push([spin, () => this.values[name][a]]);
      return spin.element;
    };
    const label = say(this.lang, `ui.${name}`);
    return h("div", { class: "cx-group", role: "group", "aria-label": label }, h("span", { class: "cx-label", "aria-hidden": "true" }, label), axis(0, first), h("span", { class: "cx-times", "aria-hidden": "true" }, "×"), axis(1, second));
  }

  #start(values = START) {
    for (const [spin] of this.fields) spin.forget();
    this.alerts.clear();
    this.values = { ...values };
    this.update();
  }

  #renew() {
    this.puzzle = draw(Math.random);
    this.solved = false;
    this.#start();
  }

  #reveal() {
    const [rows, columns] = [0, 1].map((a) => solveAxis(this.puzzle.input[a], this.puzzle.output[a]));
    this.solved = true; // shown, not found: it does not count
    this.#start({ kernel: [rows[0], columns[0]], padding: [rows[1], columns[1]], stride: [rows[2], columns[2]] });
  }

  update() {
    const { lang, puzzle, values } = this, { input, output } = puzzle;
    setText(this.task, say(lang, "puzzle.task", { n_h: input[0], n_w: input[1], o_h: output[0], o_w: output[1] }));
    for (const [spin, read] of this.fields) spin.show(read());
    const refusal = refused(input, values);
    const impossible = this.alerts.show(refusal ? [refusalSentence(lang, refusal)] : []);
    setAttribute(this.status, "aria-disabled", impossible ? "true" : null);
    if (impossible) return;
    const shape = reached(input, values);
    const right = shape.map((o, a) => o === output[a]);
    const solved = right[0] && right[1];
    if (solved && !this.solved) {
      this.count += 1;
      this.solved = true;
    }
    const verdict = solved ? "puzzle.solved" : right[0] ? "puzzle.columns" : right[1] ? "puzzle.rows" : "puzzle.both";
    const full = { input: cells(input), kernel: cells(values.kernel), padding: values.padding, stride: values.stride, dilation: [1, 1] };
    const [head, ...formulas] = shapeLines(lang, full, { h: shape[0], w: shape[1] });
    const lines = [h("p", { class: "cx-shape" }, head, " ", say(lang, verdict)), ...formulas.map((line) => h("p", { class: "cx-formula" }, ...line.split(/_([hw])\b/).map((part, n) => (n % 2 ? h("sub", {}, part) : part)))), h("p", {}, say(lang, "puzzle.count", { count: this.count }))];
    this.status.replaceChildren(...lines);
  }
}

/** anywidget's entry. */
export function render({ model, el }) {
  new ShapePuzzle(model, el);
}
