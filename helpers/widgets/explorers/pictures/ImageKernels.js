/**
 * Kernels on a picture: any kernel, any picture, and the sum behind the pixel under the pointer.
 *
 * @import { Matrix, Model, Pair, Settings } from "../../types.js"
 *
 * @typedef {{picture: number[][], kernel: number[][]}} State
 * @typedef {{x: Matrix, k: Matrix, y: Matrix}} Result
 */
import { Memory, same } from "../../arithmetic/memory.js";
import { formatNumber } from "../../arithmetic/numbers.js";
import { corr2d, fromRows, outputShape, refusal, size, taps } from "../../arithmetic/ops.js";
import { greyLevels } from "../../arithmetic/pictures.js";
import { PICTURE_KERNELS } from "../../arithmetic/presets.js";
import { Explorer, mounted } from "../../explorer.js";
import { h } from "../../parts/dom.js";
import { choice, PairFields } from "../../parts/fields.js";
import { Grid } from "../../parts/grid/grid.js";
import { PictureChooser, takePicture } from "../../parts/picture-file.js";
import { products, showSum, sum } from "../../parts/weighted-sum.js";
import { Latest } from "../../state/latest.js";
import { choiceView, matrixField, pictureField, placeView } from "../../state/link.js";
import LIMITS from "./limits.json" with { type: "json" };

/** @type {Settings} */
const PLAIN = { padding: [0, 0], stride: [1, 1], dilation: [1, 1] };
const SHADES = ["auto", "levels", "signed"];

const half = (n) => Math.floor(n / 2);
/** @param {{h: number, w: number}} matrix @returns {Pair} */
const middleOf = ({ h, w }) => [half(h), half(w)];
const clamp = (n, most) => Math.min(Math.max(n, 0), most);

/**
 * The values that are shown as black and as white: grey levels as they are, or as far below 0 as above it.
 * "auto" puts 0 in the middle where the kernel's elements cancel out, since such an output is dark by half.
 * @param {Float64Array} kernel @param {Float64Array} output @param {string} how one of SHADES
 * @returns {Pair}
 */
export function shades(kernel, output, how) {
  const total = kernel.reduce((a, b) => a + b, 0), weight = kernel.reduce((a, b) => a + Math.abs(b), 0);
  const signed = how === "signed" || (how === "auto" && Math.abs(total) < 1e-9 * weight);
  if (!signed) return [0, 255];
  const most = output.reduce((a, b) => Math.max(a, Math.abs(b)), 0) || 1;
  return [-most, most];
}

/** @extends {Explorer<State, Result>} */
class ImageKernels extends Explorer {
  /** @param {Model} model */
  constructor(model) {
    super(model, ["picture", "kernel"]);
    this.how = "auto";
    /** @type {Pair | null} */
    this.at = null; // the middle, until the reader points at something
    this.memory = this.keep(new Memory());
    this.reading = new Latest();
  }

  /** @param {State} values */
  refusal({ picture, kernel }) {
    return refusal(size(picture), size(kernel), PLAIN);
  }

  /** @param {State} values @returns {Result} */
  compute({ picture, kernel }) {
    const x = fromRows(picture), k = fromRows(kernel);
    return { x, k, y: corr2d(x, k, PLAIN) };
  }

  build() {
    const { word } = this;
    this.#buildGrids();
    const { input, kernel, output, window } = this.grids;
    this.chooser = new PictureChooser(this.lang, (file) => this.#take(file));
    this.sum = h("p", { class: "cx-sum", "aria-live": "polite", "aria-atomic": "true" });
    this.status = h("div", { role: "status", class: "cx-status" });
    this.pale = [output.root, this.sum];
    const sign = (text) => h("span", { class: "cx-sign", "aria-hidden": "true" }, text);
    this.products = h("div", { class: "cx-products" }, window.element, sign("⋆"), kernel.element);
    return {
      name: word("picture.name"),
      kind: "cx-kernels",
      stage: [h("div", { class: "cx-stage cx-pictures" }, input.element, this.products, sign("="), output.element)],
      told: [this.sum],
      moves: this.chooser.elements,
      knobs: [h("div", { class: "cx-extras" }, this.#presets(), this.#sides(), this.#shades())],
      outcome: [this.status],
      hint: word("picture.hint"),
    };
  }

  start(el) {
    super.start(el);
    this.chooser.on(this.root);
  }

  #buildGrids() {
    const { lang, word } = this;
    const grid = (key, kind, more = {}) => this.keep(new Grid({ lang, name: word(key), kind, ...more }));
    const seen = (point) => ({ picture: true, point });
    const centre = (r, c) => this.#point(r - half(this.result.k.h), c - half(this.result.k.w));
    this.grids = {
      input: grid("ui.input", "input", seen(centre)),
      kernel: grid("ui.kernel", "kernel", this.editable("kernel")),
      output: grid("ui.output", "output", seen((r, c) => this.#point(r, c))),
      window: grid("picture.window", "input"),
    };
  }

  #presets() {
    const { word, draft } = this;
    const kernels = Object.keys(PICTURE_KERNELS).map((name) => [name, word(`ui.preset.${name}`)]);
    const list = choice(word("ui.preset.kernel"), [["", word("ui.preset.own")], ...kernels], (name) => {
      if (!name) return;
      this.memory.forget();
      this.grids.kernel.forget();
      draft.change({ kernel: PICTURE_KERNELS[name] });
    });
    const shown = () => Object.keys(PICTURE_KERNELS).find((name) => same(draft.values.kernel, PICTURE_KERNELS[name]));
    this.showPreset = () => (list.select.value = shown() ?? "");
    return list.element;
  }

  #sides() {
    const { lang, word, draft } = this;
    this.fields = this.keep(
      new PairFields({
        lang,
        label: word("ui.kernel"),
        names: [word("ui.field.kernel_height"), word("ui.field.kernel_width")],
        minimum: 1,
        maximum: LIMITS.kernel,
        refuse: this.alerts.set,
        read: () => size(draft.values.kernel),
        write: (sides) => draft.change({ kernel: this.memory.resize(draft.values.kernel, ...sides) }),
      }),
    );
    return this.fields.element;
  }

  #shades() {
    const options = SHADES.map((name) => [name, this.word(`picture.shades.${name}`)]);
    const list = choice(this.word("picture.shades"), options, (how) => {
      this.how = how;
      this.update();
    });
    this.showHow = () => (list.select.value = this.how);
    return list.element;
  }

  /** What a link tells: the kernel, a small picture, the chosen output of a picture that travels, and how values are shown. */
  linked() {
    const picture = pictureField("picture");
    const stays = ({ valid, author }) => valid.picture !== author.picture && picture.write(valid.picture) === null; // too large
    const usual = () => middleOf(this.result.y);
    const within = ({ picture, kernel }) => outputShape(fromRows(picture), fromRows(kernel), PLAIN);
    return {
      fields: { k: matrixField("kernel", LIMITS.kernel), p: picture },
      view: {
        o: placeView({
          get: () => (stays(this.draft) ? usual() : this.#chosen()),
          usual,
          within,
          take: (at) => (this.at = at),
        }),
        t: choiceView({ get: () => this.how, options: SHADES, take: (how) => (this.how = how) }),
      },
    };
  }

  forgetView() {
    this.reading.drop();
    this.at = null;
    this.how = "auto";
  }

  async #take(file) {
    const picture = await takePicture(this, "picture", file, greyLevels);
    if (!picture) return;
    this.at = null;
    this.alerts.keeping(() => this.draft.change({ picture }));
  }

  // --- from state to page

  /** @param {State} values */
  draw(values) {
    const { grids } = this, { x, k, y } = this.result;
    const range = shades(k.d, y.d, this.how);
    grids.input.draw(x, [0, 0], { range: [0, 255] });
    grids.kernel.draw(fromRows(values.kernel));
    grids.output.draw(y, [0, 0], { range });
    this.fields.show();
    this.showPreset();
    this.showHow();
    this.#showShape(y, range);
    this.select(...this.#chosen());
  }

  #showShape({ h: rows, w: columns }, [black, white]) {
    const shape = this.word("ui.shape", { h: rows, w: columns });
    const range = this.word("picture.range", { black: formatNumber(black), white: formatNumber(white) });
    const text = `${shape} ${range}`;
    if (text === this.told) return;
    this.told = text;
    this.status.replaceChildren(h("p", {}, h("span", { class: "cx-shape" }, shape), " ", range));
  }

  /** The chosen output, as far as there is one; a larger kernel leaves fewer. @returns {Pair} */
  #chosen() {
    const { y } = this.result;
    return this.at ? this.#nearest(...this.at) : middleOf(y);
  }

  /** The output at (i, j), or the nearest there is: a window on the picture's border is the outermost one. @param {number} i @param {number} j @returns {Pair} */
  #nearest(i, j) {
    const { y } = this.result;
    return [clamp(i, y.h - 1), clamp(j, y.w - 1)];
  }

  #point(i, j) {
    this.at = this.#nearest(i, j);
    this.select(...this.at);
  }

  /** Shows the window behind the output element (i, j) and its weighted sum. */
  select(i, j) {
    const { grids, lang } = this, { x, k, y } = this.result;
    const terms = products(x, k, PLAIN, i, j);
    grids.input.mark(taps(i, j, k, PLAIN).map(({ r, c }) => ({ r, c, mark: "cx-window" })));
    grids.output.mark([{ r: i, c: j, mark: "cx-window" }]);
    grids.input.moveTo(i + half(k.h), j + half(k.w));
    grids.output.moveTo(i, j);
    grids.window.draw({ h: k.h, w: k.w, d: Float64Array.from(terms, ({ a }) => a) });
    this.measure(this.products, [grids.window, grids.kernel]);
    showSum(this.sum, sum({ lang, label: `Y[${i}, ${j}]`, terms, y: y.d[i * y.w + j] }));
    this.link?.update();
  }

  destroy() {
    this.reading.drop();
    super.destroy();
  }
}

/** anywidget's entry. */
export const render = mounted(ImageKernels);
