/** Kernels on a picture: any kernel, any picture, and the sum behind the pixel under the pointer. */
import { Draft } from "../../state/draft.js";
import { h, setAttribute, setText } from "../../parts/dom.js";
import { PairFields, choice } from "../../parts/fields.js";
import { Alerts, StateLink, region } from "../../parts/frame.js";
import { Grid } from "../../parts/grid/grid.js";
import { Latest } from "../../state/latest.js";
import { choiceView, matrixField, placeView } from "../../state/link.js";
import { formatNumber } from "../../arithmetic/numbers.js";
import { corr2d, fromRows, outputShape, refusal, taps } from "../../arithmetic/ops.js";
import { greyLevels } from "../../arithmetic/pictures.js";
import { PictureChooser, takePicture } from "../../parts/picture-file.js";
import { PICTURE_KERNELS } from "../../arithmetic/presets.js";
import { Memory, same } from "../../arithmetic/memory.js";
import { products, showSum, sum } from "../../parts/weighted-sum.js";
import { say } from "../../words/words.js";
import LIMITS from "./limits.json" with { type: "json" };

const PLAIN = { padding: [0, 0], stride: [1, 1], dilation: [1, 1] };
const SHADES = ["auto", "levels", "signed"];
const size = (rows) => [rows.length, rows[0].length];

/**
 * The values that are shown as black and as white: grey levels as they are, or as far below 0 as above it.
 * "auto" puts 0 in the middle where the kernel's elements cancel out, since such an output is dark by half.
 * @param {Float64Array} kernel @param {Float64Array} output @param {"auto" | "levels" | "signed"} how @returns {[number, number]}
 */
export function shades(kernel, output, how) {
  const total = kernel.reduce((a, b) => a + b, 0), weight = kernel.reduce((a, b) => a + Math.abs(b), 0);
  const signed = how === "signed" || (how === "auto" && Math.abs(total) < 1e-9 * weight);
  if (!signed) return [0, 255];
  const most = output.reduce((a, b) => Math.max(a, Math.abs(b)), 0) || 1;
  return [-most, most];
}

const middleOf = ({ h, w }) => [Math.floor(h / 2), Math.floor(w / 2)];

class ImageKernels {
  constructor(model, el) {
    this.lang = model.get("lang");
    this.how = "auto";
    this.at = null; // the middle, until the reader points at something
    this.memory = new Memory();
    this.reading = new Latest();
    this.alerts = new Alerts(this.lang, () => this.update());
    const fits = ({ picture, kernel }) => refusal(size(picture), size(kernel), PLAIN);
    this.draft = new Draft(model, ["picture", "kernel"], fits, () => {
      this.alerts.passing = [];
      this.update();
    });
    this.#build(model, el);
    this.update();
    this.link?.start();
  }

  #build(model, el) {
    const { lang, draft } = this, { set: refuse, tell } = this.alerts;
    const word = (key, parameters) => say(lang, key, parameters);
    const write = (r, c, block) => this.#write(r, c, block);
    this.grids = {
      input: new Grid({ lang, name: word("ui.input"), kind: "input", picture: true, point: (r, c) => this.#point(r - Math.floor(this.k.h / 2), c - Math.floor(this.k.w / 2)) }),
      kernel: new Grid({ lang, name: word("ui.kernel"), kind: "kernel", refuse, tell, edit: (r, c, value) => write(r, c, [[value]]), paste: write }),
      output: new Grid({ lang, name: word("ui.output"), kind: "output", picture: true, point: (r, c) => this.#point(r, c) }),
      window: new Grid({ lang, name: word("picture.window"), kind: "input" }),
    };
    const { input, kernel, output, window } = this.grids;
    this.sum = h("p", { class: "cx-sum", "aria-live": "polite", "aria-atomic": "true" });
    this.status = h("div", { role: "status", class: "cx-status" });
    const chooser = new PictureChooser(lang, (file) => this.#take(file));
    const reset = h("button", { type: "button", class: "cx-button cx-reset", onclick: () => this.#reset() }, word("ui.reset"));
    const sign = (text) => h("span", { class: "cx-sign", "aria-hidden": "true" }, text);
    const [fields, controls] = this.#controls();
    this.pictures = h("div", { class: "cx-stage cx-pictures" }, input.element, output.element);
    this.products = h("div", { class: "cx-stage" }, window.element, h("div", { class: "cx-operand" }, sign("⋆"), kernel.element));
    this.fields = fields;
    this.root = region(word("picture.name"), h("div", { class: "cx-extras" }, ...controls, ...chooser.elements), this.pictures, this.products, this.sum,
      this.alerts.element, this.status, h("div", { class: "cx-bar" }, reset), h("p", { class: "cx-hint" }, word("picture.hint")));
    chooser.on(this.root);
    if (model.static && model.get("html_id")) {
      this.link = new StateLink({
        lang, draft, id: model.get("html_id"), root: this.root, alerts: this.alerts, fields: { k: matrixField("kernel", LIMITS.kernel) },
        sentence: (refused) => say(lang, refused.key, refused.params), forget: () => this.#forget(), view: this.#view(),
      });
      this.root.querySelector(".cx-bar").append(this.link.element);
    }
    el.append(this.root);
  }

  /** What a link tells besides the kernel: the chosen output of the author's picture, and how values are shown. */
  #view() {
    const own = () => this.draft.valid.picture !== this.draft.author.picture; // a reader's picture does not travel
    const usual = () => middleOf(this.y);
    return {
      o: placeView({
        get: () => (own() ? usual() : this.#chosen()), usual, take: (at) => (this.at = at),
        within: ({ picture, kernel }) => outputShape(fromRows(picture), fromRows(kernel), PLAIN),
      }),
      t: choiceView({ get: () => this.how, options: SHADES, take: (how) => (this.how = how) }),
    };
  }

  #controls() {
    const { lang, draft } = this, word = (key) => say(lang, key);
    const kernels = Object.keys(PICTURE_KERNELS).map((name) => [name, word(`ui.preset.${name}`)]);
    const preset = choice(word("ui.preset.kernel"), [["", word("ui.preset.own")], ...kernels], (name) => {
      if (!name) return;
      this.memory.forget();
      this.grids.kernel.forget();
      draft.change({ kernel: PICTURE_KERNELS[name] });
    });
    this.showPreset = () => (preset.select.value = Object.keys(PICTURE_KERNELS).find((name) => same(draft.values.kernel, PICTURE_KERNELS[name])) ?? "");
    const how = choice(word("picture.shades"), SHADES.map((name) => [name, word(`picture.shades.${name}`)]), (name) => {
      this.how = name;
      this.update();
    });
    this.showHow = () => (how.select.value = this.how);
    const fields = new PairFields({
      lang, label: word("ui.kernel"), names: [word("ui.field.kernel_height"), word("ui.field.kernel_width")], minimum: 1, maximum: LIMITS.kernel, refuse: this.alerts.set,
      read: () => size(draft.values.kernel),
      write: (sides) => draft.change({ kernel: this.memory.resize(draft.values.kernel, ...sides) }),
    });
    return [fields, [preset.element, fields.element, how.element]];
  }

  async #take(file) {
    const picture = await takePicture(this, "picture", file, greyLevels);
    if (!picture) return;
    this.at = null;
    this.alerts.keeping(() => this.draft.change({ picture }));
  }

  #write(r, c, block) {
    const kernel = this.draft.values.kernel.map((row) => [...row]);
    block.forEach((line, i) => line.forEach((value, j) => (kernel[r + i][c + j] = value)));
    this.draft.change({ kernel });
  }

  #forget() {
    this.reading.drop();
    this.memory.forget();
    for (const grid of Object.values(this.grids)) grid.forget();
    this.fields.forget();
    this.alerts.clear();
    Object.assign(this, { at: null, how: "auto" });
  }

  #reset() {
    this.#forget();
    this.draft.change({ ...this.draft.author });
    this.link?.leave();
  }

  /** Shows the whole state. */
  update() {
    const { draft, lang, grids } = this;
    const impossible = this.alerts.show(draft.refused ? [say(lang, draft.refused.key, draft.refused.params)] : []);
    if (this.computed !== draft.valid || !this.y) {
      this.x = fromRows(draft.valid.picture);
      this.k = fromRows(draft.valid.kernel);
      this.y = corr2d(this.x, this.k, PLAIN);
      this.computed = draft.valid;
    }
    const { x, y } = this;
    const range = shades(this.k.d, y.d, this.how);
    grids.input.draw(x, [0, 0], { range: [0, 255] });
    grids.kernel.draw(fromRows(draft.values.kernel));
    grids.output.draw(y, [0, 0], { range });
    setAttribute(grids.output.root, "aria-disabled", impossible ? "true" : null);
    setAttribute(this.sum, "aria-disabled", impossible ? "true" : null);
    this.fields.show();
    this.showPreset();
    this.showHow();
    const shape = [say(lang, "ui.shape", { h: y.h, w: y.w }), say(lang, "picture.range", { black: formatNumber(range[0]), white: formatNumber(range[1]) })];
    setText(this.status, shape.join(" "));
    this.select(...this.#chosen());
  }

  /** The chosen output, as far as there is one; a larger kernel leaves fewer. */
  #chosen() {
    const { y } = this;
    return this.at ? [Math.min(this.at[0], y.h - 1), Math.min(this.at[1], y.w - 1)] : middleOf(y);
  }

  /** Chooses the output at (i, j), or the nearest there is: a window on the picture's border is the outermost one. */
  #point(i, j) {
    const { y } = this;
    this.at = [Math.min(Math.max(i, 0), y.h - 1), Math.min(Math.max(j, 0), y.w - 1)];
    this.select(...this.at);
  }

  /** Shows the window behind the output element (i, j) and its weighted sum. */
  select(i, j) {
    const { x, k, y, grids, lang } = this;
    const list = taps(i, j, k, PLAIN);
    const read = products(x, k, PLAIN, i, j);
    grids.input.mark(list.map(({ r, c }) => ({ r, c, mark: "cx-window" })));
    grids.output.mark([{ r: i, c: j, mark: "cx-window" }]);
    grids.input.moveTo(i + Math.floor(k.h / 2), j + Math.floor(k.w / 2));
    grids.output.moveTo(i, j);
    grids.window.draw({ h: k.h, w: k.w, d: Float64Array.from(read, ({ a }) => a) });
    this.products.style.setProperty("--total", String(2 * Math.max(k.w, 4)));
    showSum(this.sum, sum({ lang, label: `Y[${i}, ${j}]`, terms: read, y: y.d[i * y.w + j] }));
    this.link?.update();
  }

  destroy() {
    this.reading.drop();
    this.link?.destroy();
    this.draft.destroy();
    for (const grid of Object.values(this.grids)) grid.destroy();
  }
}

/** anywidget's entry. */
export function render({ model, el }) {
  const kernels = new ImageKernels(model, el);
  return () => kernels.destroy();
}
