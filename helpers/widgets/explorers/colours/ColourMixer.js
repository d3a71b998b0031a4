/** A colour picture taken apart into channels, and mixed again by a 1×1 convolution. */
import { Draft } from "../../state/draft.js";
import { h } from "../../parts/dom.js";
import { choice } from "../../parts/fields.js";
import { Alerts, StateLink, region } from "../../parts/frame.js";
import { Grid } from "../../parts/grid/grid.js";
import { Latest } from "../../state/latest.js";
import { matrixField, placeView } from "../../state/link.js";
import { fromRows } from "../../arithmetic/ops.js";
import { colourLevels } from "../../arithmetic/pictures.js";
import { PictureChooser, takePicture } from "../../parts/picture-file.js";
import { sum } from "../../parts/weighted-sum.js";
import { same } from "../../arithmetic/memory.js";
import { learn, say } from "../../words/words.js";
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

/** The 1×1 convolution of three planes with a matrix (c_o, c_i). @returns {Matrix[]} */
export function mix(planes, kernel) {
  return kernel.map((weights) => ({ ...planes[0], d: planes[0].d.map((_, n) => weights.reduce((total, weight, c) => total + weight * planes[c].d[n], 0)) }));
}

const middleOf = ({ h: rows, w: columns }) => [Math.floor(rows / 2), Math.floor(columns / 2)];

class ColourMixer {
  constructor(model, el) {
    this.lang = model.get("lang");
    this.at = null;
    this.reading = new Latest();
    this.alerts = new Alerts(this.lang, () => this.update());
    this.draft = new Draft(model, ["picture", "kernel"], () => null, () => {
      this.alerts.passing = [];
      this.update();
    });
    this.#build(model, el);
    this.update();
    this.link?.start();
  }

  #build(model, el) {
    const { lang, draft } = this, { set: refuse, tell } = this.alerts, word = (key, parameters) => say(lang, key, parameters);
    const channel = (kind) => (key) => new Grid({ lang, kind, picture: true, name: word(`colour.${kind}`, { channel: word(`colour.${key}`) }), point: (r, c) => this.select(r, c) });
    this.input = CHANNELS.map(channel("input"));
    this.output = CHANNELS.map(channel("output"));
    const write = (r, c, block) => this.#write(r, c, block);
    this.kernel = new Grid({ lang, name: word("ui.kernel"), kind: "kernel", refuse, tell, edit: (r, c, value) => write(r, c, [[value]]), paste: write });
    this.canvases = ["before", "after"].map((key) => h("canvas", { role: "img", "aria-label": word(`colour.${key}`), class: "cx-photo" }));
    const photo = (key, n) => h("div", { class: "cx-figure" }, h("div", { class: "cx-caption" }, word(`colour.${key}`)), this.canvases[n]);
    const presets = choice(word("ui.preset.kernel"), [["", word("ui.preset.own")], ...Object.keys(MIXTURES).map((key) => [key, word(`colour.mix.${key}`)])], (key) => {
      if (!key) return;
      this.kernel.forget();
      draft.change({ kernel: MIXTURES[key] });
    });
    this.showPreset = () => (presets.select.value = Object.keys(MIXTURES).find((key) => same(draft.values.kernel, MIXTURES[key])) ?? "");
    const chooser = new PictureChooser(lang, (file) => this.#take(file));
    this.sum = h("div", { class: "cx-sum", "aria-live": "polite", "aria-atomic": "true" });
    const reset = h("button", { type: "button", class: "cx-button", onclick: () => this.#reset() }, word("ui.reset"));
    const sign = (text) => h("span", { class: "cx-sign", "aria-hidden": "true" }, text);
    const elements = (grids) => grids.map((grid) => grid.element);
    this.root = region(word("colour.name"), h("div", { class: "cx-extras" }, presets.element, ...chooser.elements),
      h("div", { class: "cx-stage cx-photos" }, photo("before", 0), h("div", { class: "cx-operand" }, sign("⋆"), this.kernel.element), h("div", { class: "cx-operand" }, sign("="), photo("after", 1))),
      h("div", { class: "cx-stage cx-planes" }, ...elements(this.input)), h("div", { class: "cx-stage cx-planes" }, ...elements(this.output)), this.sum, this.alerts.element,
      h("div", { class: "cx-bar" }, reset), h("p", { class: "cx-hint" }, word("colour.hint")));
    chooser.on(this.root);
    if (model.static && model.get("html_id")) {
      this.link = new StateLink({
        lang, draft, id: model.get("html_id"), root: this.root, alerts: this.alerts, fields: { k: threeField }, sentence: String, forget: () => this.#forget(), view: { o: this.#pixelView() },
      });
      this.root.querySelector(".cx-bar").append(this.link.element);
    }
    el.append(this.root);
  }

  /** The chosen pixel of the author's picture; a reader's does not travel. */
  #pixelView() {
    const middle = () => middleOf(this.x[0]), own = () => this.draft.valid.picture !== this.draft.author.picture;
    return placeView({
      get: () => (own() ? middle() : this.at ?? middle()), usual: middle, take: (at) => (this.at = at),
      within: ({ picture: [plane] }) => [plane.length, plane[0].length],
    });
  }

  async #take(file) {
    const picture = await takePicture(this, "picture", file, colourLevels);
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
    this.kernel.forget();
    this.alerts.clear();
    this.at = null;
  }

  #reset() {
    this.#forget();
    this.draft.change({ ...this.draft.author });
    this.link?.leave();
  }

  /** Shows the whole state. */
  update() {
    const { valid, values } = this.draft;
    this.alerts.show([]);
    if (this.computed !== valid) {
      this.x = valid.picture.map(fromRows);
      this.y = mix(this.x, valid.kernel);
      this.computed = valid;
    }
    this.kernel.draw(fromRows(values.kernel));
    this.kernel.element.style.setProperty("--total", "12");
    for (const [grids, planes] of [[this.input, this.x], [this.output, this.y]]) grids.forEach((grid, n) => grid.draw(planes[n], [0, 0], { range: [0, 255], caption: grid.name }));
    [this.x, this.y].forEach((planes, n) => paint(this.canvases[n], planes));
    this.showPreset();
    this.select(...(this.at ?? middleOf(this.x[0])));
  }

  /** Shows how the three numbers of one pixel come about. */
  select(r, c) {
    const { lang, x, y } = this, { kernel } = this.draft.valid;
    this.at = [Math.min(r, x[0].h - 1), Math.min(c, x[0].w - 1)];
    const [i, j] = this.at, n = i * x[0].w + j;
    for (const grid of [...this.input, ...this.output]) {
      grid.mark([{ r: i, c: j, mark: "cx-window" }]);
      grid.moveTo(i, j);
    }
    const lines = CHANNELS.map((name, o) => h("div", {}, ...sum({ lang, label: `${say(lang, `colour.${name}`)}[${i}, ${j}]`, terms: kernel[o].map((weight, channel) => ({ a: x[channel].d[n], b: weight })), y: y[o].d[n] })));
    const text = lines.map((line) => line.textContent).join("");
    if (text !== this.sum.textContent) this.sum.replaceChildren(...lines);
    this.link?.update();
  }

  destroy() {
    this.reading.drop();
    this.link?.destroy();
    this.draft.destroy();
    for (const grid of [...this.input, ...this.output, this.kernel]) grid.destroy();
  }
}

const threeField = (() => {
  const field = matrixField("kernel", 3);
  return {
    ...field,
    read: (text) => {
      const parsed = field.read(text);
      return "value" in parsed && parsed.value.length === 3 && parsed.value[0].length === 3 ? parsed : null;
    },
  };
})();

/** Three planes as one colour picture; the array clamps what is darker than black or lighter than white. */
function paint(canvas, planes) {
  const { h: height, w: width } = planes[0];
  Object.assign(canvas, { width, height });
  const image = new ImageData(width, height);
  for (let n = 0; n < width * height; n++) {
    planes.forEach((plane, channel) => (image.data[4 * n + channel] = plane.d[n]));
    image.data[4 * n + 3] = 255;
  }
  canvas.getContext("2d").putImageData(image, 0, 0);
}

/** anywidget's entry. */
export function render({ model, el }) {
  const mixer = new ColourMixer(model, el);
  return () => mixer.destroy();
}
