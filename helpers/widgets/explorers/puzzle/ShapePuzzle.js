/** "Reach this shape": find kernel, padding and stride that take an input to an output; checked at every change. */
import { h, setAttribute, setText, withSubscripts } from "../../parts/dom.js";
import { Draft } from "../../state/draft.js";
import { PairFields } from "../../parts/fields.js";
import { Alerts, StateLink, region } from "../../parts/frame.js";
import { pairField } from "../../state/link.js";
import { draw, reached, refused, solveAxis, unsolvable } from "./arithmetic.js";
import { shapeLines } from "../../words/sentences.js";
import { learn, say } from "../../words/words.js";
import LIMITS from "./limits.json" with { type: "json" };
import words from "./words.json" with { type: "json" };

learn(words);

const START = { kernel: [1, 1], padding: [0, 0], stride: [1, 1] };
const FIELDS = { kernel: ["kernel_height", "kernel_width", 1], padding: ["padding_rows", "padding_columns", 0], stride: ["stride_rows", "stride_columns", 1] };

const cells = ([rows, columns]) => Array.from({ length: rows }, () => new Array(columns));

class ShapePuzzle {
  constructor(model, el) {
    this.lang = model.get("lang");
    this.draft = new Draft(model, ["input", "output"], unsolvable, () => {
      this.alerts.passing = [];
      this.update();
    });
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
    if (model.static && model.get("html_id")) {
      this.link = new StateLink({
        lang: this.lang, draft: this.draft, id: model.get("html_id"), root: this.root, alerts: this.alerts,
        fields: { i: pairField("input", 1, LIMITS.side), o: pairField("output", 1, LIMITS.side) },
        sentence: ({ key, params }) => word(key, params), forget: () => this.#forget(), view: this.#view(),
      });
      this.root.querySelector(".cx-bar").append(this.link.element);
    }
    el.append(this.root);
    this.update();
    this.link?.start();
  }

  /** What the reader has tried so far. */
  #view() {
    const tried = ([name, [, , minimum]]) => {
      const field = pairField(name, minimum, LIMITS[name]);
      return {
        write: () => (String(this.values[name]) === String(START[name]) ? null : field.write(this.values[name])),
        read: field.read,
        take: (pair) => Object.assign(this, { values: { ...this.values, [name]: pair }, linked: true }),
      };
    };
    return Object.fromEntries(Object.entries(FIELDS).map((entry) => [entry[0][0], tried(entry)]));
  }

  #group(name, [first, second, minimum]) {
    const word = (key) => say(this.lang, key);
    const fields = new PairFields({
      lang: this.lang, label: word(`ui.${name}`), names: [word(`ui.field.${first}`), word(`ui.field.${second}`)], minimum, maximum: LIMITS[name], refuse: this.alerts.set,
      read: () => this.values[name],
      write: (pair) => {
        this.values = { ...this.values, [name]: pair };
        this.alerts.passing = [];
        this.update();
      },
    });
    this.fields.push(fields);
    return fields.element;
  }

  #forget(values = START) {
    for (const fields of this.fields) fields.forget();
    this.alerts.clear();
    this.values = { ...values };
    this.solved = false;
  }

  #start() {
    this.#forget();
    this.update();
    this.link?.leave();
  }

  #renew() {
    const { input, output } = draw(Math.random);
    this.#forget();
    this.draft.change({ input, output });
  }

  #reveal() {
    const { input, output } = this.draft.valid;
    const [rows, columns] = [0, 1].map((a) => solveAxis(input[a], output[a]));
    this.#forget({ kernel: [rows[0], columns[0]], padding: [rows[1], columns[1]], stride: [rows[2], columns[2]] });
    this.solved = true; // shown, not found: it does not count
    this.update();
  }

  update() {
    const { lang, values } = this, { input, output } = this.draft.valid;
    setText(this.task, say(lang, "puzzle.task", { n_h: input[0], n_w: input[1], o_h: output[0], o_w: output[1] }));
    for (const fields of this.fields) fields.show();
    const refusal = refused(input, values);
    const impossible = this.alerts.show(refusal ? [say(lang, refusal.key, refusal.params)] : []);
    setAttribute(this.status, "aria-disabled", impossible ? "true" : null);
    if (impossible) return;
    const shape = reached(input, values);
    const right = shape.map((o, a) => o === output[a]);
    const solved = right[0] && right[1];
    if (solved && !this.solved) {
      this.count += this.linked ? 0 : 1; // what came with a link was not found here
      this.solved = true;
    }
    this.linked = false;
    const verdict = solved ? "puzzle.solved" : right[0] ? "puzzle.columns" : right[1] ? "puzzle.rows" : "puzzle.both";
    const full = { input: cells(input), kernel: cells(values.kernel), padding: values.padding, stride: values.stride, dilation: [1, 1] };
    const [head, ...formulas] = shapeLines(lang, full, { h: shape[0], w: shape[1] });
    const lines = [h("p", { class: "cx-shape" }, head, " ", say(lang, verdict)), ...formulas.map((line) => h("p", { class: "cx-formula" }, ...withSubscripts(line))), h("p", {}, say(lang, "puzzle.count", { count: this.count }))];
    this.status.replaceChildren(...lines);
    this.link?.update();
  }

  destroy() {
    this.link?.destroy();
    this.draft.destroy();
  }
}

/** anywidget's entry. */
export function render({ model, el }) {
  const puzzle = new ShapePuzzle(model, el);
  return () => puzzle.destroy();
}
