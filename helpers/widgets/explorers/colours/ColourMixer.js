/**
 * A colour picture taken apart into channels, and mixed again by a 1×1 convolution.
 *
 * @import { Field } from "../../state/link.js"
 * @import { Matrix, Model, Pair } from "../../types.js"
 *
 * @typedef {{picture: number[][][], kernel: number[][]}} State
 * @typedef {{x: Matrix[], y: Matrix[]}} Result
 */
import { same } from "../../arithmetic/memory.js";
import { fromRows, size } from "../../arithmetic/ops.js";
import { colourLevels } from "../../arithmetic/pictures.js";
import { Explorer, mounted } from "../../explorer.js";
import { h } from "../../parts/dom.js";
import { choice } from "../../parts/fields.js";
import { Grid } from "../../parts/grid/grid.js";
import { PictureChooser, takePicture } from "../../parts/picture-file.js";
import { showSum, sum } from "../../parts/weighted-sum.js";
import { Latest } from "../../state/latest.js";
import { matrixField, pictureField, placeView } from "../../state/link.js";
import { learn } from "../../words/words.js";
import words from "./words.json" with { type: "json" };

learn(words);

const CHANNELS = ["red", "green", "blue"];

/** Rows: red, green and blue of the output; columns: of the input. @type {Record<string, number[][]>} */
const MIXTURES = {
  identity: [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
  grey: [[0.299, 0.587, 0.114], [0.299, 0.587, 0.114], [0.299, 0.587, 0.114]],
  sepia: [[0.393, 0.769, 0.189], [0.349, 0.686, 0.168], [0.272, 0.534, 0.131]],
  swapped: [[0, 0, 1], [0, 1, 0], [1, 0, 0]],
  red_only: [[1, 0, 0], [0, 0, 0], [0, 0, 0]],
};

/** The 1×1 convolution of three planes with a matrix (c_o, c_i). @param {Matrix[]} planes @param {number[][]} kernel @returns {Matrix[]} */
export function mix(planes, kernel) {
  const at = (weights, n) => weights.reduce((total, weight, c) => total + weight * planes[c].d[n], 0);
  return kernel.map((weights) => ({ ...planes[0], d: planes[0].d.map((_, n) => at(weights, n)) }));
}

/** @param {Matrix} matrix @returns {Pair} */
const middleOf = ({ h: rows, w: columns }) => [Math.floor(rows / 2), Math.floor(columns / 2)];

/** A link's field for the kernel, which is 3×3 and nothing else. @returns {Field<number[][]>} */
function threeField() {
  const field = matrixField("kernel", 3);
  const read = (text) => {
    const parsed = field.read(text);
    return "value" in parsed && parsed.value.length === 3 && parsed.value[0].length === 3 ? parsed : null;
  };
  return { ...field, read };
}

/** @extends {Explorer<State, Result>} */
class ColourMixer extends Explorer {
  /** @param {Model} model */
  constructor(model) {
    super(model, ["picture", "kernel"]);
    /** @type {Pair | null} */
    this.at = null; // the middle, until the reader points at something
    this.reading = new Latest();
  }

  /** @param {State} values @returns {Result} */
  compute({ picture, kernel }) {
    const x = picture.map(fromRows);
    return { x, y: mix(x, kernel) };
  }

  build() {
    const { lang, word } = this;
    this.input = CHANNELS.map((channel) => this.#plane("input", channel));
    this.output = CHANNELS.map((channel) => this.#plane("output", channel));
    this.kernel = this.keep(new Grid({ lang, name: word("ui.kernel"), kind: "kernel", ...this.editable("kernel") }));
    this.before = this.#photo("before");
    this.after = this.#photo("after");
    this.chooser = new PictureChooser(lang, (file) => this.#take(file));
    this.sum = h("div", { class: "cx-sum", "aria-live": "polite", "aria-atomic": "true" });
    const sign = (text) => h("span", { class: "cx-sign", "aria-hidden": "true" }, text);
    const planes = (grids) => h("div", { class: "cx-stage cx-planes" }, ...grids.map(({ element }) => element));
    const side = (photo, grids) => h("div", { class: "cx-side" }, photo.element, planes(grids));
    return {
      name: word("colour.name"),
      kind: "cx-mixing",
      stage: [
        h(
          "div",
          { class: "cx-mixer" },
          side(this.before, this.input),
          h("div", { class: "cx-operand" }, sign("⋆"), this.kernel.element, sign("=")),
          side(this.after, this.output),
        ),
      ],
      moves: this.chooser.elements,
      knobs: [h("div", { class: "cx-extras" }, this.#presets())],
      outcome: [this.sum],
      hint: word("colour.hint"),
    };
  }

  start(el) {
    super.start(el);
    this.chooser.on(this.root);
  }

  #plane(kind, channel) {
    const name = this.word(`colour.${kind}`, { channel: this.word(`colour.${channel}`) });
    const point = (r, c) => this.select(r, c);
    return this.keep(new Grid({ lang: this.lang, kind, picture: true, name, point }));
  }

  #photo(key) {
    const name = this.word(`colour.${key}`), caption = h("div", { class: "cx-caption" }, name);
    const canvas = h("canvas", { role: "img", "aria-label": name, class: "cx-photo" });
    return { canvas, element: h("div", { class: "cx-figure cx-whole" }, caption, canvas) };
  }

  #presets() {
    const { word, draft } = this, names = Object.keys(MIXTURES);
    const options = [["", word("ui.preset.own")], ...names.map((name) => [name, word(`colour.mix.${name}`)])];
    const list = choice(word("ui.preset.kernel"), options, (name) => {
      if (!name) return;
      this.kernel.forget();
      draft.change({ kernel: MIXTURES[name] });
    });
    const shown = () => names.find((name) => same(draft.values.kernel, MIXTURES[name]));
    this.showPreset = () => (list.select.value = shown() ?? "");
    return list.element;
  }

  /** A link tells the kernel, a small picture, and the chosen pixel of a picture that travels. */
  linked() {
    const picture = pictureField("picture", CHANNELS.length);
    const stays = ({ valid, author }) => valid.picture !== author.picture && picture.write(valid.picture) === null; // too large
    const usual = () => middleOf(this.result.x[0]);
    const within = ({ picture: [plane] }) => size(plane);
    const get = () => (stays(this.draft) ? usual() : this.at ?? usual());
    const take = (at) => (this.at = at);
    return { fields: { k: threeField(), p: picture }, view: { o: placeView({ get, usual, within, take }) } };
  }

  forgetView() {
    this.reading.drop();
    this.at = null;
  }

  async #take(file) {
    const picture = await takePicture(this, "picture", file, colourLevels);
    if (!picture) return;
    this.at = null;
    this.alerts.keeping(() => this.draft.change({ picture }));
  }

  // --- from state to page

  /** @param {State} values */
  draw(values) {
    const { x, y } = this.result;
    this.kernel.draw(fromRows(values.kernel));
    for (const [grids, planes] of [[this.input, x], [this.output, y]]) {
      grids.forEach((grid, n) => grid.draw(planes[n], [0, 0], { range: [0, 255], caption: grid.name }));
    }
    paint(this.before.canvas, x);
    paint(this.after.canvas, y);
    this.showPreset();
    this.select(...(this.at ?? middleOf(x[0])));
  }

  /** Shows how the three numbers of one pixel come about. */
  select(r, c) {
    const { x } = this.result;
    this.at = [Math.min(r, x[0].h - 1), Math.min(c, x[0].w - 1)];
    const [i, j] = this.at;
    for (const grid of [...this.input, ...this.output]) {
      grid.mark([{ r: i, c: j, mark: "cx-window" }]);
      grid.moveTo(i, j);
    }
    showSum(this.sum, CHANNELS.map((_, o) => this.#line(o, i, j)));
    this.link?.update();
  }

  /** The sum that makes channel o of the pixel (i, j). */
  #line(o, i, j) {
    const { lang } = this, { x, y } = this.result, n = i * x[0].w + j;
    const label = `${this.word(`colour.${CHANNELS[o]}`)}[${i}, ${j}]`;
    const terms = this.draft.valid.kernel[o].map((weight, c) => ({ a: x[c].d[n], b: weight }));
    return h("div", {}, ...sum({ lang, label, terms, y: y[o].d[n] }));
  }

  destroy() {
    this.reading.drop();
    super.destroy();
  }
}

/** Three planes as one colour picture; the array clamps what is darker than black or lighter than white. @param {HTMLCanvasElement} canvas @param {Matrix[]} planes */
function paint(canvas, planes) {
  const { h: height, w: width } = planes[0];
  Object.assign(canvas, { width, height });
  canvas.style.setProperty("--ratio", String(width / height));
  const image = new ImageData(width, height);
  for (let n = 0; n < width * height; n++) {
    planes.forEach((plane, channel) => (image.data[4 * n + channel] = plane.d[n]));
    image.data[4 * n + 3] = 255;
  }
  canvas.getContext("2d").putImageData(image, 0, 0);
}

/** anywidget's entry. */
export const render = mounted(ColourMixer);
