/**
 * Class maps: any picture, each class's map over it, and the logit that is its mean; a region can be covered.
 *
 * @import { Tensors } from "../../arithmetic/safetensors.js"
 * @import { Field as LinkField } from "../../state/link.js"
 * @import { Model, Pair, Refusal } from "../../types.js"
 * @import { Cover, Field } from "./arithmetic.js"
 *
 * @typedef {{image: number[][], cover: Cover}} State
 * @typedef {{logits: Float32Array, maps: Float32Array[]}} Run the logits, and each class's map
 * @typedef {{run: Run, uncovered: Run | null}} Result and what came of the picture with nothing covered, where something is
 */
import { Engine, fits, resized, stepsOf } from "../../arithmetic/engine.js";
import { asInput, fromHex, picture, SIDE, toHex } from "../../arithmetic/little-picture.js";
import { formatNumber } from "../../arithmetic/numbers.js";
import { fromRows } from "../../arithmetic/ops.js";
import { greyLevels } from "../../arithmetic/pictures.js";
import { bytesOf } from "../../arithmetic/safetensors.js";
import { Explorer, mounted } from "../../explorer.js";
import { h, setAttribute, setText } from "../../parts/dom.js";
import { PairFields } from "../../parts/fields.js";
import { Grid } from "../../parts/grid/grid.js";
import { Damaged, loadTensors, savesData, whenNear } from "../../parts/load.js";
import { Pen } from "../../parts/pen.js";
import { PictureChooser, takePicture } from "../../parts/picture-file.js";
import { Strip } from "../../parts/strip.js";
import { Latest } from "../../state/latest.js";
import { learn } from "../../words/words.js";
import shared from "../trained/words.json" with { type: "json" };
import { boxOf, coveredBy, covers, mapStep, seen, square } from "./arithmetic.js";
import words from "./words.json" with { type: "json" };

learn(shared);
learn(words);

const CLASSES = Array.from({ length: 10 }, (_, n) => n);
const EMPTY = Array.from({ length: SIDE }, () => new Array(SIDE).fill(0));
/** @type {Cover} */
const NOTHING = [0, 0, 0, 0];

/** Pixels of a canvas for each pixel of a picture. */
const UNIT = 8;

/** What adds to a logit and what takes away from it, over any picture. */
const HUES = { plus: "40, 190, 100", minus: "224, 91, 208" };

/** @type {LinkField<Cover>} */
const coverField = {
  trait: "cover",
  write: (cover) => cover.join(","),
  read: (text) => {
    const numbers = text.split(",").map((part) => (/^\d{1,2}$/.test(part) ? Number(part) : NaN));
    const fine = numbers.length === 4 && numbers.every((n) => n <= SIDE);
    return fine ? { value: /** @type {Cover} */ (numbers) } : null;
  },
};

/** @type {LinkField<number[][]>} */
const imageField = {
  trait: "image",
  write: toHex,
  read: (text) => {
    const value = fromHex(text);
    return value && { value };
  },
};

/** Of so many digits as a table has room for. @param {number} value */
const short = (value) => formatNumber(Number(value.toFixed(2)));

/** The largest of the logits and its probability. @param {Float32Array} logits */
function answerOf(logits) {
  const most = Math.max(...logits), total = logits.reduce((sum, value) => sum + Math.exp(value - most), 0);
  return { label: logits.indexOf(most), percent: (100 / total).toFixed(1) };
}

/** @extends {Explorer<State, Result | null>} */
class ClassMapExplorer extends Explorer {
  /** @param {Model} model */
  constructor(model) {
    super(model, ["image", "cover"]);
    this.reading = new Latest();
    this.loading = new Latest();
    this.input = /** @type {number[]} */ (model.get("input_shape"));
    this.steps = stepsOf(model.get("layers"), model.get("shapes"), this.input);
    this.mapped = mapStep(this.steps);
    /** @type {Field} */
    this.field = model.get("field");
    /** @type {Engine | null} */
    this.engine = null;
    /** The class that is looked at; null for the one that the network says. @type {number | null} */
    this.chosen = null;
    /** The number of its map that is looked at. @type {Pair | null} */
    this.at = null;
    this.gallery = bytesOf(model.get("gallery"));
    /** @type {number[]} */
    this.labels = model.get("labels");
    this.known = this.labels.map((_, n) => toHex(picture(this.gallery, n)));
    /** Asks for the weights, where they wait for that. @type {HTMLButtonElement | null} */
    this.asked = null;
    /** Gives up waiting until the reader comes near. @type {(() => void) | null} */
    this.giveUp = null;
    this.told = "";
  }

  /** @param {State} values @returns {Refusal | null} */
  refusal({ image }) {
    const value = image.flat().find((level) => !(level >= 0 && level <= 255));
    return value === undefined ? null : { key: "picture.bad.level", params: { value } };
  }

  /** @param {State} values @returns {Result | null} */
  compute({ image, cover }) {
    if (!this.engine) return null;
    return { run: this.#run(coveredBy(image, cover)), uncovered: covers(cover) ? this.#run(image) : null };
  }

  /** @param {number[][]} image @returns {Run} */
  #run(image) {
    const levels = Float32Array.from(image.flat(), (level) => level / 255);
    const logits = this.engine.run(resized(levels, [SIDE, SIDE], /** @type {Pair} */ (this.input.slice(1)))).slice();
    const all = this.engine.outputs[this.mapped], size = all.length / CLASSES.length;
    return { logits, maps: CLASSES.map((n) => all.slice(n * size, (n + 1) * size)) };
  }

  // --- building

  build() {
    const { lang, word, draft, alerts } = this;
    this.images = new Strip({
      name: word("trained.gallery"),
      label: (n) => word("trained.image", { n: n + 1, name: this.#name(this.labels[n]) }),
      pick: (n) => {
        this.pen.use("look");
        draft.change({ image: picture(this.gallery, n) });
      },
    });
    this.images.show(this.labels.map((_, n) => fromRows(picture(this.gallery, n))), [0, 255]);
    this.status = h("div", { role: "status", class: "cx-status" });
    /** @param {"from" | "size"} what @param {[string, string]} names @param {0 | 2} at */
    const pair = (what, names, at) =>
      this.keep(
        new PairFields({
          lang,
          label: word(`maps.${what}`),
          names: /** @type {[string, string]} */ (names.map((name) => word(`maps.${what}.${name}`))),
          minimum: 0,
          maximum: SIDE,
          read: () => [draft.values.cover[at], draft.values.cover[at + 1]],
          write: (both) =>
            draft.change({
              cover: at ? [...draft.values.cover.slice(0, 2), ...both] : [...both, ...draft.values.cover.slice(2)],
            }),
          refuse: alerts.set,
        }),
      );
    this.fields = [pair("from", ["row", "column"], 0), pair("size", ["rows", "columns"], 2)];
    const look = this.#buildInput();
    this.map = this.#buildMap();
    this.tiles = CLASSES.map((n) => this.#tile(n));
    const items = this.tiles.map(({ button }) => h("li", {}, button));
    this.classes = h("ul", { class: "cm-tiles", "aria-label": word("maps.tiles") }, ...items);
    this.part = h("p", { class: "cx-part" }, word("maps.tiles"));
    this.pale = [this.status, this.classes, this.sum, this.map];
    return {
      name: word("maps.name", { name: this.model.get("title") }),
      kind: "cm",
      stage: [this.images.element, h("div", { class: "cm-halves" }, look, this.map), this.sum, this.status],
      knobs: [this.part, this.classes],
      outcome: [h("div", { class: "cx-extras" }, ...this.fields.map(({ element }) => element))],
      hint: word("maps.hint"),
    };
  }

  /** The picture, and beside it what the pointer does there. */
  #buildInput() {
    const { lang, word, draft } = this;
    this.grid = this.keep(new Grid({ lang, name: word("ui.input"), kind: "input", picture: true }));
    this.pen = new Pen({
      lang,
      grid: this.grid,
      read: () => draft.values.image,
      write: (image) => draft.change({ image }),
    });
    setText(this.pen.buttons.look, word("maps.cover"));
    this.#followBox(this.grid.root);
    this.chooser = new PictureChooser(lang, (file) => this.#take(file));
    const buttons = [
      ...Object.values(this.pen.buttons),
      this.button("maps.uncover", () => draft.change({ cover: NOTHING })),
      this.button("trained.clear", () => this.#clear()),
      ...this.chooser.elements,
    ];
    const tools = h(
      "div",
      { class: "cx-extras tx-tools", role: "group", "aria-label": word("trained.tools") },
      ...buttons,
    );
    return h("div", { class: "cx-look" }, this.grid.element, tools);
  }

  /** While the pointer drags over the picture, it spans a box. @param {HTMLElement} root */
  #followBox(root) {
    /** @type {Pair | null} */
    let from = null;
    /** @param {PointerEvent} event @returns {Pair} */
    const place = (event) => {
      const box = root.querySelector("canvas").getBoundingClientRect();
      return [
        ((event.clientY - box.top) / box.height) * SIDE - 0.5,
        ((event.clientX - box.left) / box.width) * SIDE - 0.5,
      ];
    };
    root.addEventListener("pointerdown", (event) => {
      const target = /** @type {Element} */ (event.target);
      if (event.button !== 0 || !this.pen.looks || target.tagName !== "CANVAS") return;
      target.setPointerCapture?.(event.pointerId);
      from = place(event);
    });
    root.addEventListener("pointermove", (event) => from && this.draft.change({ cover: boxOf(from, place(event)) }));
    for (const end of ["pointerup", "pointercancel"]) root.addEventListener(end, () => (from = null));
  }

  /** The chosen class's map: over the picture, in numbers, and its mean. */
  #buildMap() {
    const { lang, word } = this;
    this.over = h("canvas", { role: "img", class: "cm-over", width: SIDE * UNIT, height: SIDE * UNIT });
    this.overName = h("div", { class: "cx-caption" });
    this.numbers = this.keep(
      new Grid({ lang, name: word("maps.map", { name: "" }), kind: "output", point: (r, c) => this.#look([r, c]) }),
    );
    this.numbers.element.addEventListener("pointerleave", () => this.#look(null));
    this.sum = h("div", { class: "cx-sum", "aria-live": "polite", "aria-atomic": "true" });
    return h(
      "div",
      { class: "cm-map" },
      h("div", { class: "cx-figure" }, this.overName, this.over),
      this.numbers.element,
    );
  }

  /** @param {number} n */
  #tile(n) {
    const canvas = h("canvas", { "aria-hidden": "true", width: SIDE * UNIT, height: SIDE * UNIT }),
      text = h("span", { class: "cm-logit" });
    const button = h(
      "button",
      { type: "button", class: "cx-thumb cm-tile", "aria-pressed": "false", onclick: () => this.#choose(n) },
      canvas,
      h("span", {}, this.#name(n)),
      text,
    );
    return { button, canvas, text };
  }

  /** @param {number} label */
  #name(label) {
    return this.word(`class.${label}`);
  }

  /** @param {HTMLElement} el */
  start(el) {
    super.start(el);
    this.chooser.on(this.root);
    if (savesData()) this.#offer();
    else this.giveUp = whenNear(this.root, () => this.#load());
  }

  linked() {
    const shown = {
      take: (n) => (this.chosen = n),
      write: () => (this.chosen === null ? null : String(this.chosen)),
      read: (text) => (/^\d$/.test(text) ? { value: Number(text) } : null),
    };
    return { fields: { x: imageField, c: coverField }, view: { o: shown } };
  }

  forgetView() {
    this.reading.drop();
    this.chosen = null;
    this.at = null;
  }

  reset() {
    this.pen.use("look");
    super.reset();
  }

  // --- weights

  #offer() {
    this.asked = this.button("trained.load", () => {
      this.#keepFocus();
      this.#load();
    });
    this.status.replaceChildren(this.asked);
  }

  async #load() {
    this.asked = null;
    this.update();
    const { model } = this, name = model.get("network");
    /** @param {Tensors} tensors */
    const check = (tensors) => fits(this.steps, tensors);
    const file = { script: `${name}-weights.js`, member: `${name}Weights`, version: model.get("version"), check };
    try {
      const loaded = await this.loading.of(loadTensors(model.get("weights"), file));
      if (!loaded) return;
      this.engine = new Engine(this.steps, loaded.value);
      this.result = this.compute(this.draft.valid); // even while something impossible is typed
      this.computed = this.draft.valid;
    } catch (error) {
      const reason = error instanceof Damaged ? this.word("trained.damaged") : error.message;
      this.alerts.fail({ key: "trained.bad.weights", params: { reason }, again: () => this.#again() });
      return;
    }
    this.alerts.fail(null); // and shows all
  }

  /** Tries once more; the button goes, so the region keeps the focus. */
  #again() {
    this.#keepFocus();
    this.alerts.fail(null);
    this.#load();
  }

  #keepFocus() {
    this.root.tabIndex = -1;
    this.root.focus({ preventScroll: true });
  }

  // --- changes

  #clear() {
    this.reading.drop(); // an empty picture stays empty, which alone would not tell that it was cleared once more
    this.draft.change({ image: EMPTY, cover: NOTHING });
    if (this.pen.looks) this.pen.use("draw");
  }

  /** @param {File} file */
  async #take(file) {
    const levels = await takePicture(this, "image", file, greyLevels);
    if (levels) this.alerts.keeping(() => this.draft.change({ image: asInput(levels) }));
  }

  /** @param {number} n */
  #choose(n) {
    this.chosen = n;
    this.update();
  }

  /** Shows what a number of the chosen map sees. @param {Pair | null} at */
  #look(at) {
    if (String(at) === String(this.at)) return;
    this.at = at;
    if (this.result) this.#drawOver();
  }

  // --- from state to page

  /** @param {State} values */
  draw(values) {
    const { result } = this, { cover } = values;
    this.grid.draw(fromRows(coveredBy(values.image, cover)), [0, 0], { range: [0, 255] });
    const [row, column, rows, columns] = cover, last = [row + rows, column + columns].map((n) => Math.min(n, SIDE) - 1);
    const box = covers(cover) ? [{ r: row, c: column }, { r: last[0], c: last[1] }] : [];
    this.grid.mark(box.map((place) => ({ ...place, mark: "cx-window" })));
    for (const pair of this.fields) pair.show();
    const picked = this.known.indexOf(toHex(this.draft.valid.image));
    this.images.choose(picked < 0 ? null : picked);
    for (const element of [this.part, this.classes, this.sum, this.map]) setAttribute(element, "hidden", !result);
    if (!result) return this.asked ? null : this.#tell(this.alerts.failure ? [] : [this.word("trained.loading")]);
    this.#tell(this.#lines(result, picked < 0 ? null : this.labels[picked]));
    this.most = Math.max(
      ...result.run.maps.map((map) => map.reduce((most, value) => Math.max(most, Math.abs(value)), 0)),
    );
    this.tiles.forEach((tile, n) => this.#drawTile(tile, n));
    return this.#drawMap();
  }

  /** @param {Result} result @param {number | null} label the picture's, where it has one */
  #lines({ run, uncovered }, label) {
    /** @param {string} key @param {Run} what */
    const told = (key, what) => {
      const { label: best, percent } = answerOf(what.logits);
      return this.word(key, { name: this.#name(best), percent });
    };
    const lines = [told("trained.says", run)];
    if (label !== null) {
      const right = label === answerOf(run.logits).label;
      lines.push(this.word(right ? "trained.right" : "trained.wrong", { name: this.#name(label) }));
    }
    return uncovered ? [...lines, told("maps.uncovered", uncovered)] : lines;
  }

  /** Tells lines, where they are new. @param {string[]} lines */
  #tell(lines) {
    const text = lines.join("\n");
    if (text === this.told && !this.status.querySelector("button")) return;
    this.told = text;
    this.status.replaceChildren(...lines.map((line) => h("p", {}, line)));
  }

  /** @param {{button: HTMLButtonElement, canvas: HTMLCanvasElement, text: HTMLElement}} tile @param {number} n */
  #drawTile({ button, canvas, text }, n) {
    const { run, uncovered } = this.result, logit = short(run.logits[n]), name = this.#name(n);
    this.#paint(canvas, n);
    const was = uncovered && short(uncovered.logits[n]);
    setText(text, uncovered ? `${was} → ${logit}` : logit);
    const told = uncovered ? this.word("maps.tile.was", { name, logit, was }) : this.word("maps.tile", { name, logit });
    setAttribute(button, "aria-label", told);
    setAttribute(button, "aria-pressed", String(n === this.#shown()));
    button.classList.toggle("cx-top", n === answerOf(run.logits).label);
    button.dataset.logit = String(run.logits[n]);
    button.dataset.map = run.maps[n].join(",");
  }

  #shown() {
    return this.chosen ?? answerOf(this.result.run.logits).label;
  }

  /** The map of a class over the picture: green what adds, magenta what takes away. @param {HTMLCanvasElement} canvas @param {number} n */
  #paint(canvas, n) {
    const context = canvas.getContext("2d"),
      side = canvas.width,
      { field, most } = this,
      [, height, width] = this.input;
    const [, rows, columns] = this.steps[this.mapped].shape;
    coveredBy(this.draft.valid.image, this.draft.valid.cover).forEach((line, r) =>
      line.forEach((level, c) => {
        context.fillStyle = `rgb(${level}, ${level}, ${level})`;
        context.fillRect(c * UNIT, r * UNIT, UNIT, UNIT);
      })
    );
    for (let r = 0; r < rows; r++) {
      for (let c = 0; c < columns; c++) {
        const value = this.result.run.maps[n][r * columns + c], [top, tall] = square(field, r, height);
        const [left, wide] = square(field, c, width), shade = (0.75 * Math.abs(value)) / (most || 1);
        context.fillStyle = `rgba(${value > 0 ? HUES.plus : HUES.minus}, ${shade})`;
        context.fillRect(left * side, top * side, wide * side, tall * side);
      }
    }
  }

  #drawMap() {
    const n = this.#shown(), name = this.#name(n), { run } = this.result, map = run.maps[n];
    const [, rows, columns] = this.steps[this.mapped].shape, total = map.reduce((sum, value) => sum + value, 0);
    this.numbers.draw({ h: rows, w: columns, d: map }, [0, 0], { caption: this.word("maps.map", { name }) });
    const title = this.word("maps.over", { name });
    setText(this.overName, title);
    setAttribute(this.over, "aria-label", title);
    this.#drawOver();
    const numbers = { count: map.length, sum: formatNumber(total), mean: formatNumber(total / map.length) };
    const lines = [
      this.word("maps.mean", numbers),
      this.word("maps.logit", { name, logit: formatNumber(run.logits[n]) }),
    ];
    if (this.sum.textContent !== lines.join("")) this.sum.replaceChildren(...lines.map((line) => h("div", {}, line)));
    this.link?.update();
  }

  #drawOver() {
    const { over, at, field } = this, [, height, width] = this.input;
    this.#paint(over, this.#shown());
    if (!at) return;
    const [top, tall] = seen(field, at[0], height), [left, wide] = seen(field, at[1], width);
    const context = over.getContext("2d"), side = over.width;
    for (const [lineWidth, strokeStyle] of [[6, "#000"], [3, "#ffd400"]]) {
      Object.assign(context, { lineWidth, strokeStyle });
      context.strokeRect(left * side + 2, top * side + 2, wide * side - 4, tall * side - 4);
    }
  }

  destroy() {
    this.giveUp?.();
    this.reading.drop();
    this.loading.drop();
    super.destroy();
  }
}

/** anywidget's entry. */
export const render = mounted(ClassMapExplorer);
