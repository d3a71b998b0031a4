/**
 * "Reach this shape": find kernel, padding and stride that take an input to an output; checked at every change.
 *
 * @import { View } from "../../state/link.js"
 * @import { Model, Pair } from "../../types.js"
 * @import { Tried } from "./arithmetic.js"
 *
 * @typedef {{input: Pair, output: Pair}} State
 */
import { Explorer, mounted } from "../../explorer.js";
import { h, setText, withSubscripts } from "../../parts/dom.js";
import { PairFields } from "../../parts/fields.js";
import { pairField } from "../../state/link.js";
import { shapeLines } from "../../words/sentences.js";
import { learn } from "../../words/words.js";
import { draw, reached, refused, solveAxis, unsolvable } from "./arithmetic.js";
import LIMITS from "./limits.json" with { type: "json" };
import words from "./words.json" with { type: "json" };

learn(words);

/** @type {Tried} */
const START = { kernel: [1, 1], padding: [0, 0], stride: [1, 1] };

/** What is tried: the names of its two fields, and the least that they take. @type {Record<string, [first: string, second: string, minimum: number]>} */
const FIELDS = {
  kernel: ["kernel_height", "kernel_width", 1],
  padding: ["padding_rows", "padding_columns", 0],
  stride: ["stride_rows", "stride_columns", 1],
};

/** Rows without numbers. @param {Pair} shape @returns {unknown[][]} */
const cells = ([rows, columns]) => Array.from({ length: rows }, () => new Array(columns));

/** @extends {Explorer<State, null>} */
class ShapePuzzle extends Explorer {
  /** @param {Model} model */
  constructor(model) {
    super(model, ["input", "output"]);
    /** @type {Tried} */
    this.tried = { ...START };
    this.possible = this.tried; // what was tried last and could be
    this.count = 0;
    this.solved = false;
    this.arrived = false; // with a link
  }

  /** @param {State} values */
  refusal(values) {
    return unsolvable(values);
  }

  objection() {
    return refused(this.draft.valid.input, this.tried);
  }

  build() {
    const { word } = this;
    this.task = h("p", { class: "cx-shape" });
    this.status = h("div", { role: "status", class: "cx-status" });
    this.pale = [this.status];
    this.fields = Object.entries(FIELDS).map((entry) => this.#group(...entry));
    return {
      name: word("puzzle.name"),
      kind: "cx-puzzle",
      stage: [this.task, h("p", { class: "cx-hint" }, word("puzzle.limits", LIMITS))],
      moves: [this.button("puzzle.new", () => this.#renew()), this.button("puzzle.show", () => this.#reveal())],
      knobs: [h("div", { class: "cx-settings" }, ...this.fields.map(({ element }) => element))],
      outcome: [this.status],
    };
  }

  /** @param {string} name @param {[first: string, second: string, minimum: number]} field */
  #group(name, [first, second, minimum]) {
    const { lang, word } = this;
    return this.keep(
      new PairFields({
        lang,
        label: word(`ui.${name}`),
        names: [word(`ui.field.${first}`), word(`ui.field.${second}`)],
        minimum,
        maximum: LIMITS[name],
        refuse: this.alerts.set,
        read: () => this.tried[name],
        write: (pair) => {
          this.tried = { ...this.tried, [name]: pair };
          this.alerts.passing = [];
          this.update();
        },
      }),
    );
  }

  /** A link tells the puzzle, and what the reader has tried so far. */
  linked() {
    const view = Object.entries(FIELDS).map(([name, [, , minimum]]) => [name[0], this.#triedView(name, minimum)]);
    return {
      fields: { i: pairField("input", 1, LIMITS.side), o: pairField("output", 1, LIMITS.side) },
      view: Object.fromEntries(view),
    };
  }

  /** @param {string} name @param {number} minimum @returns {View<Pair>} */
  #triedView(name, minimum) {
    const { read, write } = pairField(name, minimum, LIMITS[name]);
    const now = () => this.possible[name];
    return {
      read,
      write: () => (String(now()) === String(START[name]) ? null : write(now())),
      take: (pair) => {
        this.tried = { ...this.tried, [name]: pair };
        this.arrived = true;
      },
    };
  }

  forgetView() {
    this.tried = { ...START };
    this.solved = false;
  }

  /** Begins the same puzzle again. */
  reset() {
    this.forget();
    this.update();
    this.link?.leave();
  }

  #renew() {
    const { input, output } = draw(Math.random);
    this.forget();
    this.draft.change({ input, output });
  }

  #reveal() {
    const { input, output } = this.draft.valid;
    const rows = solveAxis(input[0], output[0]), columns = solveAxis(input[1], output[1]);
    this.forget();
    this.tried = { kernel: [rows[0], columns[0]], padding: [rows[1], columns[1]], stride: [rows[2], columns[2]] };
    this.solved = true; // shown, not found: it does not count
    this.update();
  }

  // --- from state to page

  draw() {
    const { input, output } = this.draft.valid, [n_h, n_w] = input, [o_h, o_w] = output;
    setText(this.task, this.word("puzzle.task", { n_h, n_w, o_h, o_w }));
    for (const fields of this.fields) fields.show();
    if (this.impossible) return;
    this.possible = this.tried;
    const shape = reached(input, this.tried), right = shape.map((o, a) => o === output[a]);
    this.#judge(right[0] && right[1]);
    const verdict = right[0] && right[1] ? "solved" : right[0] ? "columns" : right[1] ? "rows" : "both";
    this.#showVerdict(shape, this.word(`puzzle.${verdict}`));
  }

  /** Counts what the reader has solved: once, and not what came with a link. @param {boolean} solved */
  #judge(solved) {
    if (solved && !this.solved) {
      this.count += this.arrived ? 0 : 1;
      this.solved = true;
    }
    this.arrived = false;
  }

  #showVerdict(shape, verdict) {
    const { kernel, padding, stride } = this.tried;
    const shapes = { input: cells(this.draft.valid.input), kernel: cells(kernel) };
    const [head, ...formulas] = shapeLines(this.lang, { ...shapes, padding, stride, dilation: [1, 1] }, {
      h: shape[0],
      w: shape[1],
    });
    this.status.replaceChildren(
      h("p", { class: "cx-shape" }, head, " ", verdict),
      ...formulas.map((line) => h("p", { class: "cx-formula" }, ...withSubscripts(line))),
      h("p", {}, this.word("puzzle.count", { count: this.count })),
    );
  }
}

/** anywidget's entry. */
export const render = mounted(ShapePuzzle);
