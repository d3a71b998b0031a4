/**
 * Several trained networks that answer the same picture, one after the other, each as soon as it can.
 *
 * @import { Step } from "../../arithmetic/engine.js"
 * @import { Layer } from "../../arithmetic/layers.js"
 * @import { Tensors } from "../../arithmetic/safetensors.js"
 * @import { Model, Pair, Refusal } from "../../types.js"
 *
 * @typedef {{network: string, title: string, layers: Layer[], shapes: number[][], input_shape: number[], version: string, size: number}} Told
 * @typedef {{logits: Float32Array, probabilities: number[], best: number, second: number, time: number}} Answer
 * @typedef {object} Member
 * @property {Told} told @property {Step[]} steps @property {Engine | null} engine null until its weights are here
 * @property {number[][] | null} image what its answer is about @property {Answer | null} answer
 * @property {HTMLTableRowElement} row @property {Record<string, HTMLElement>} cells @property {HTMLElement} fill
 *
 * @typedef {{image: number[][]}} State
 */
import { Engine, fits, resized, stepsOf } from "../../arithmetic/engine.js";
import { asInput, fromHex, picture, SIDE, toHex } from "../../arithmetic/little-picture.js";
import { fromRows } from "../../arithmetic/ops.js";
import { greyLevels } from "../../arithmetic/pictures.js";
import { bytesOf } from "../../arithmetic/safetensors.js";
import { Explorer, mounted } from "../../explorer.js";
import { h, setAttribute, setText } from "../../parts/dom.js";
import { Grid } from "../../parts/grid/grid.js";
import { Damaged, loadTensors } from "../../parts/load.js";
import { Pen } from "../../parts/pen.js";
import { PictureChooser, takePicture } from "../../parts/picture-file.js";
import { Strip } from "../../parts/strip.js";
import { Latest } from "../../state/latest.js";
import { learn } from "../../words/words.js";
import trainedWords from "../trained/words.json" with { type: "json" };
import words from "./words.json" with { type: "json" };

learn(trainedWords);
learn(words);

const EMPTY = Array.from({ length: SIDE }, () => new Array(SIDE).fill(0));
const COLUMNS = ["answer", "probability", "second", "time"];

/** @param {Float32Array} logits @param {number} time milliseconds that it took @returns {Answer} */
function answerOf(logits, time) {
  const most = Math.max(...logits), powers = Array.from(logits, (value) => Math.exp(value - most));
  const total = powers.reduce((a, b) => a + b), order = Array.from(logits.keys()).sort((a, b) => logits[b] - logits[a]);
  return { logits, probabilities: powers.map((value) => value / total), best: order[0], second: order[1], time };
}

/** @extends {Explorer<State, null>} */
class PanelExplorer extends Explorer {
  /** @param {Model} model */
  constructor(model) {
    super(model, ["image"]);
    this.reading = new Latest();
    this.loading = new Latest();
    this.gallery = bytesOf(model.get("gallery"));
    /** @type {number[]} */
    this.labels = model.get("labels");
    this.known = this.labels.map((_, n) => toHex(picture(this.gallery, n)));
    /** @type {Member[]} */
    this.members = model.get("networks").map((/** @type {Told} */ told) => this.#member(told));
    this.turn = 0; // the member that answers next
    this.waiting = false; // whether an answer is on its way
    this.ended = false;
  }

  /** @param {Told} told @returns {Member} */
  #member(told) {
    const { word } = this, { title, layers, shapes, input_shape: input } = told;
    const cells = Object.fromEntries(
      COLUMNS.map((key) => [key, h("td", { "data-label": word(`panel.${key}`) })]),
    );
    const fill = h("span", { class: "cx-fill" }), text = h("span");
    cells.probability.append(h("span", { class: "cx-track", "aria-hidden": "true" }, fill), text);
    const head = h("th", { scope: "row" }, word("panel.sized", { title, side: input[1] }));
    const row = h("tr", { "data-network": told.network }, head, ...Object.values(cells));
    return {
      told,
      steps: stepsOf(layers, shapes, input),
      engine: null,
      image: null,
      answer: null,
      row,
      cells: { ...cells, probability: text },
      fill,
    };
  }

  /** @param {State} values @returns {Refusal | null} */
  refusal({ image }) {
    const value = image.flat().find((level) => !(level >= 0 && level <= 255));
    return value === undefined ? null : { key: "picture.bad.level", params: { value } };
  }

  // --- building

  build() {
    const { word, members } = this, look = this.#buildInput();
    this.images = new Strip({
      name: word("trained.gallery"),
      label: (n) => word("trained.image", { n: n + 1, name: word(`class.${this.labels[n]}`) }),
      pick: (n) => {
        this.pen.use("look");
        this.#show(picture(this.gallery, n));
      },
    });
    this.images.show(this.labels.map((_, n) => fromRows(picture(this.gallery, n))), [0, 255]);
    const size = members.reduce((sum, { told }) => sum + told.size, 0) / 1e6;
    this.ask = h(
      "button",
      { type: "button", class: "cx-button", onclick: () => this.#asked() },
      word("panel.load", { count: members.length, size: size.toFixed(1) }),
    );
    this.status = h("div", { role: "status", class: "cx-status" });
    const heads = ["network", ...COLUMNS].map((key) => h("th", { scope: "col" }, word(`panel.${key}`)));
    this.table = h(
      "table",
      { class: "nx-table" },
      h("caption", {}, word("panel.caption")),
      h("thead", {}, h("tr", {}, ...heads)),
      h("tbody", {}, ...members.map(({ row }) => row)),
    );
    this.pale = [this.status, this.table];
    return {
      name: word("panel.name"),
      kind: "tx",
      stage: [this.images.element, this.status, h("div", { class: "tx-answer" }, look)],
      knobs: [this.ask, h("div", { class: "cx-scroll" }, this.table)],
      hint: word("panel.hint"),
    };
  }

  /** The picture, and beside it what the pointer does there. */
  #buildInput() {
    const { lang, word, draft } = this;
    this.input = this.keep(
      new Grid({ lang, name: word("ui.input"), kind: "input", picture: true, ...this.editable("image") }),
    );
    this.pen = new Pen({
      lang,
      grid: this.input,
      read: () => draft.values.image,
      write: (image) => draft.change({ image }),
    });
    this.chooser = new PictureChooser(lang, (file) => this.#take(file));
    const buttons = [
      ...Object.values(this.pen.buttons),
      this.button("trained.clear", () => this.#clear()),
      ...this.chooser.elements,
    ];
    const tools = h(
      "div",
      { class: "cx-extras tx-tools", role: "group", "aria-label": word("trained.tools") },
      ...buttons,
    );
    return h("div", { class: "cx-look" }, this.input.element, tools);
  }

  /** @param {HTMLElement} el */
  start(el) {
    super.start(el);
    this.chooser.on(this.root);
  }

  linked() {
    return {
      fields: {
        p: {
          trait: "image",
          write: toHex,
          /** @param {string} text */
          read: (text) => {
            const value = fromHex(text);
            return value && { value };
          },
        },
      },
    };
  }

  forgetView() {
    this.reading.drop();
  }

  reset() {
    this.pen.use("look");
    super.reset();
  }

  // --- weights

  /** The button that asks goes, so the region keeps the focus. */
  #asked() {
    this.root.tabIndex = -1;
    this.root.focus({ preventScroll: true });
    this.alerts.fail(null);
    this.#load();
  }

  /** Loads one network after the other; what has come already stays. */
  async #load() {
    setAttribute(this.ask, "hidden", true);
    const held = this.model.get("weights") ?? [];
    for (const [n, member] of this.members.entries()) {
      if (member.engine) continue;
      const { network, title, version } = member.told;
      this.#tell([this.word("panel.loading", { title })]);
      /** @param {Tensors} tensors */
      const check = (tensors) => fits(member.steps, tensors);
      const file = { script: `${network}-weights.js`, member: `${network}Weights`, version, check };
      try {
        const loaded = await this.loading.of(loadTensors(held[n], file));
        if (!loaded) return;
        member.engine = new Engine(member.steps, loaded.value);
      } catch (error) {
        const reason = error instanceof Damaged ? this.word("trained.damaged") : error.message;
        this.alerts.fail({ key: "trained.bad.weights", params: { reason }, again: () => this.#asked() });
        return;
      }
      this.update();
    }
  }

  // --- answers

  /** Lets the next member that has not seen the picture answer, when the page has time for it. */
  #answer() {
    if (this.waiting || this.ended) return;
    const { image } = this.draft.valid, count = this.members.length;
    const next = Array.from({ length: count }, (_, n) => (this.turn + n) % count).find((n) =>
      this.members[n].engine && this.members[n].image !== image
    );
    if (next === undefined) return this.#conclude();
    this.turn = (next + 1) % count;
    this.waiting = true;
    setTimeout(() => {
      this.waiting = false;
      if (this.ended) return;
      this.#run(this.members[next]);
      this.#answer();
    });
  }

  /** @param {Member} member */
  #run(member) {
    const { image } = this.draft.valid, size = /** @type {Pair} */ (member.told.input_shape.slice(1));
    const x = resized(Float32Array.from(image.flat(), (level) => level / 255), [SIDE, SIDE], size);
    const start = performance.now(), logits = member.engine.run(x).slice();
    member.answer = answerOf(logits, performance.now() - start);
    member.image = image;
    setAttribute(member.row, "data-late", null);
    this.#fill(member);
  }

  /** @param {Member} member */
  #fill({ answer, cells, fill, row }) {
    const { word } = this, { best, second, probabilities, time, logits } = answer;
    /** @param {number} label */
    const percent = (label) => (100 * probabilities[label]).toFixed(1);
    setText(cells.answer, word(`class.${best}`));
    setText(cells.probability, word("trained.percent", { percent: percent(best) }));
    setText(cells.second, word("panel.choice", { name: word(`class.${second}`), percent: percent(second) }));
    setText(cells.time, word("panel.milliseconds", { value: time < 9.95 ? time.toFixed(1) : time.toFixed(0) }));
    fill.style.width = `${100 * probabilities[best]}%`;
    row.dataset.logits = Array.from(logits).join(",");
  }

  /** Says what came of it, once all that are here have answered. */
  #conclude() {
    const { word } = this, here = this.members.filter(({ answer }) => answer);
    if (here.length < this.members.length) return;
    /** @type {Map<number, string[]>} */
    const votes = new Map();
    for (const { answer, told } of here) votes.set(answer.best, [...(votes.get(answer.best) ?? []), told.title]);
    /** @param {number} label */
    const name = (label) => word(`class.${label}`), comma = word("ui.comma");
    const told = [...votes].sort(([, one], [, other]) => other.length - one.length).map(([label, titles]) =>
      word("panel.vote", { name: name(label), titles: titles.join(comma) })
    );
    const [label] = votes.keys(), picked = this.known.indexOf(toHex(this.draft.valid.image));
    const lines = [
      votes.size === 1
        ? word("panel.agree", { count: here.length, name: name(label) })
        : word("panel.split", { votes: told.join(word("ui.comma")) }),
    ];
    if (picked >= 0) lines.push(word("panel.label", { name: name(this.labels[picked]) }));
    this.#tell(lines);
  }

  /** @param {string[]} lines */
  #tell(lines) {
    if (lines.join("\n") === this.told) return;
    this.told = lines.join("\n");
    this.status.replaceChildren(...lines.map((line) => h("p", {}, line)));
  }

  // --- changes

  /** @param {number[][]} image */
  #show(image) {
    this.input.forget();
    this.draft.change({ image });
  }

  #clear() {
    this.reading.drop(); // an empty picture stays empty, which alone would not tell that it was cleared once more
    this.#show(EMPTY);
    if (this.pen.looks) this.pen.use("draw");
  }

  /** @param {File} file */
  async #take(file) {
    const levels = await takePicture(this, "image", file, greyLevels);
    if (levels) this.alerts.keeping(() => this.#show(asInput(levels)));
  }

  /** @param {State} values */
  draw({ image }) {
    this.input.draw(fromRows(image), [0, 0], { range: [0, 255] });
    const picked = this.known.indexOf(toHex(this.draft.valid.image));
    this.images.choose(picked < 0 ? null : picked);
    for (const member of this.members) setAttribute(member.row, "data-late", member.image !== this.draft.valid.image);
    const begun = this.members.some(({ engine }) => engine);
    setAttribute(this.table.parentElement, "hidden", !begun);
    if (begun) this.#answer();
    else if (!this.ask.hidden) this.#tell([this.word("panel.ask")]);
  }

  destroy() {
    this.ended = true;
    this.reading.drop();
    this.loading.drop();
    super.destroy();
  }
}

/** anywidget's entry. */
export const render = mounted(PanelExplorer);
