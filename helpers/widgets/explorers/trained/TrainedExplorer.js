/**
 * A trained network in the page: any picture, every layer's maps, each number down to its sum, kernels to edit, parts to switch off.
 *
 * @import { Tensors } from "../../arithmetic/safetensors.js"
 * @import { How } from "../../parts/grid/grid.js"
 * @import { Model, Pair, Refusal } from "../../types.js"
 * @import { Answer } from "./answer.js"
 * @import { Edits, Network, Place } from "./stages.js"
 *
 * @typedef {{image: number[][]} & Edits} State
 * @typedef {{run: Answer, untouched: Answer | null}} Result what the network says, and what it says without the reader's changes,
 *   where there are any
 */
import { Engine, fits, resized, stepsOf } from "../../arithmetic/engine.js";
import { asInput, picture, SIDE, toHex } from "../../arithmetic/little-picture.js";
import { fromRows } from "../../arithmetic/ops.js";
import { greyLevels } from "../../arithmetic/pictures.js";
import { bytesOf } from "../../arithmetic/safetensors.js";
import { Explorer, mounted } from "../../explorer.js";
import { h, setAttribute } from "../../parts/dom.js";
import { Grid } from "../../parts/grid/grid.js";
import { Damaged, loadTensors, savesData, whenNear } from "../../parts/load.js";
import { Pen } from "../../parts/pen.js";
import { PictureChooser, takePicture } from "../../parts/picture-file.js";
import { Strip } from "../../parts/strip.js";
import { Latest } from "../../state/latest.js";
import { learn } from "../../words/words.js";
import { answerLines, Classes } from "./answer.js";
import { Detail } from "./detail.js";
import { Layers } from "./layers.js";
import { linkOf } from "./link.js";
import { Names } from "./names.js";
import { Score } from "./score.js";
import { changesOf, partOf, stagesOf } from "./stages.js";
import words from "./words.json" with { type: "json" };

learn(words);

const EMPTY = Array.from({ length: SIDE }, () => new Array(SIDE).fill(0));

/** What the network says, from its logits; the largest is taken off first, so that no exponential overflows. @param {Float32Array} logits @returns {Answer} */
function answer(logits) {
  const most = Math.max(...logits), powers = Array.from(logits, (value) => Math.exp(value - most));
  const total = powers.reduce((a, b) => a + b), probabilities = powers.map((value) => value / total);
  const label = logits.indexOf(most);
  return { logits, probabilities, best: { label, p: probabilities[label] } };
}

/** @extends {Explorer<State, Result | null>} */
class TrainedExplorer extends Explorer {
  /** @param {Model} model */
  constructor(model) {
    super(model, ["image", "kernels", "silenced", "off"]);
    this.reading = new Latest();
    this.loading = new Latest();
    /** The picture whose logits without the reader's changes are known. @type {{image: number[][] | null, logits: Float32Array | null}} */
    this.base = { image: null, logits: null };
    /** Asks for the weights, where they wait for that. @type {HTMLButtonElement | null} */
    this.asked = null;
    /** @type {string | null} */
    this.told = null;
    /** Gives up waiting until the reader comes near. @type {(() => void) | null} */
    this.giveUp = null;
    this.network = this.#network();
    this.names = new Names(this.lang, this.network);
    this.first = this.network.stages[0];
    this.at = this.#start();
    this.gallery = bytesOf(model.get("gallery"));
    /** @type {number[]} */
    this.labels = model.get("labels");
    this.known = this.labels.map((_, n) => toHex(picture(this.gallery, n)));
  }

  /** @returns {Network} */
  #network() {
    const input = this.model.get("input_shape"),
      steps = stepsOf(this.model.get("layers"), this.model.get("shapes"), input),
      stages = stagesOf(steps);
    return {
      input,
      steps,
      stages,
      byId: new Map(stages.map((stage) => [stage.id, stage])),
      engine: null,
      tensors: null,
    };
  }

  /** What is under the magnifying glass at first: the middle of the first stage's first map. @returns {Place} */
  #start() {
    const { id, shape } = this.first;
    return { stage: id, unit: 0, r: Math.floor(shape[1] / 2), c: Math.floor(shape[2] / 2), plane: 0 };
  }

  /** @param {State} values @returns {Refusal | null} */
  refusal({ image, off }) {
    const value = image.flat().find((level) => !(level >= 0 && level <= 255));
    if (value !== undefined) return { key: "picture.bad.level", params: { value } };
    const part = off.find((text) => !partOf(text, this.network.steps));
    return part === undefined ? null : { key: "trained.bad.off", params: { value: part } };
  }

  /** What the network says, and what it says without the reader's changes where there are any; null until the weights are here. @param {State} values @returns {Result | null} */
  compute(values) {
    const { engine, input } = this.network, { image } = values;
    if (!engine) return null;
    const levels = Float32Array.from(image.flat(), (level) => level / 255),
      x = resized(levels, [SIDE, SIDE], /** @type {Pair} */ (input.slice(1)));
    const changed = [values.kernels, values.silenced, values.off].some((list) => list.length);
    if (changed && this.base.image !== image) {
      engine.change({});
      this.base = { image, logits: engine.run(x).slice() };
    }
    engine.change(changesOf(values, this.network.steps));
    return { run: answer(engine.run(x).slice()), untouched: changed ? answer(this.base.logits) : null };
  }

  // --- building

  build() {
    const { lang, word, draft, alerts, network, names } = this, look = this.#buildInput();
    this.images = new Strip({
      name: word("trained.gallery"),
      label: (n) => this.#imageName(n),
      pick: (n) => {
        this.pen.use("look"); // a pen from the picture before would draw into this one
        this.#show(picture(this.gallery, n));
      },
    });
    this.images.show(this.labels.map((_, n) => fromRows(picture(this.gallery, n))), [0, 255]);
    this.layers = new Layers({
      word,
      network,
      names,
      layers: this.model.get("layers"),
      choose: (at) => this.#pick(at),
    });
    this.detail = this.keep(new Detail({ lang, alerts, draft, network, names, choose: (at) => this.#choose(at) }));
    this.classes = new Classes(lang, (unit) => this.#pick({ stage: "logits", unit, r: 0, c: 0, plane: 0 }));
    this.score = this.keep(
      new Score({ lang, network, load: () => this.#tests(), count: this.model.get("test_count") }),
    );
    this.status = h("div", { role: "status", class: "cx-status" });
    this.inside = h(
      "div",
      {},
      h("p", { class: "cx-part" }, word("trained.layers")),
      this.layers.element,
      this.detail.element,
    );
    this.pale = [this.status, this.classes.element, this.detail.element];
    return {
      name: word("trained.name", { name: this.model.get("title") }),
      kind: "tx",
      stage: [
        this.images.element,
        this.status,
        h("div", { class: "tx-answer" }, look, this.classes.element),
        this.score.element,
      ],
      knobs: [this.inside],
      hint: word("trained.hint"),
    };
  }

  /** The picture, and beside it what the pointer does there. */
  #buildInput() {
    const { lang, word, draft } = this;
    /** @param {number} r @param {number} c @param {How} how */
    const point = (r, c, how) => how === "hover" && this.pen.looks && this.#look(r, c);
    this.input = this.keep(
      new Grid({ lang, name: word("ui.input"), kind: "input", picture: true, point, ...this.editable("image") }),
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

  /** @param {number} n */
  #imageName(n) {
    return this.word("trained.image", { n: n + 1, name: this.word(`class.${this.labels[n]}`) });
  }

  /** @param {HTMLElement} el */
  start(el) {
    super.start(el);
    this.chooser.on(this.root);
    if (savesData()) this.#offer();
    else this.giveUp = whenNear(this.root, () => this.#load());
  }

  linked() {
    const { steps, stages } = this.network;
    return linkOf({ steps, stages, get: () => this.at, start: this.#start(), take: (at) => (this.at = at) });
  }

  forgetView() {
    this.reading.drop();
    this.at = this.#start();
  }

  reset() {
    this.pen.use("look");
    super.reset();
  }

  // --- weights

  #offer() {
    const ask = h(
      "button",
      { type: "button", class: "cx-button", onclick: () => this.#asked() },
      this.word("trained.load"),
    );
    this.status.replaceChildren(ask);
    this.asked = ask;
  }

  /** The button that asks goes, so the region keeps the focus. */
  #asked() {
    this.#keepFocus();
    this.#load();
  }

  async #load() {
    this.asked = null;
    this.update();
    const { model, network } = this, name = model.get("network");
    /** @param {Tensors} tensors */
    const check = (tensors) => fits(network.steps, tensors);
    const file = { script: `${name}-weights.js`, member: `${name}Weights`, version: model.get("version"), check };
    try {
      const loaded = await this.loading.of(loadTensors(model.get("weights"), file));
      if (!loaded) return;
      this.#took(loaded.value);
    } catch (error) {
      this.alerts.fail({
        key: "trained.bad.weights",
        params: { reason: this.#reason(error) },
        again: () => this.#again(),
      });
      return;
    }
    this.alerts.fail(null); // and shows all
  }

  /** @param {Tensors} tensors */
  #took(tensors) {
    this.network.engine = new Engine(this.network.steps, tensors);
    this.network.tensors = tensors;
    this.result = this.compute(this.draft.valid); // even while something impossible is typed
    this.computed = this.draft.valid;
  }

  #tests() {
    /** @param {Tensors} tensors */
    const check = ({ images, labels }) => images?.d.length === labels?.d.length * SIDE * SIDE;
    return loadTensors(this.model.get("tests"), {
      script: "test-images.js",
      member: "testImages",
      version: this.model.get("tests_version"),
      check,
    });
  }

  /** @param {Error} error */
  #reason(error) {
    return error instanceof Damaged ? this.word("trained.damaged") : error.message;
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

  /** Shows the element of the chosen first map that lies where the pointer looks at the input. @param {number} r @param {number} c */
  #look(r, c) {
    const { id, shape: [, rows, columns] } = this.first;
    if (this.at.stage === id) {
      this.#choose({ r: Math.floor(((r + 0.5) / SIDE) * rows), c: Math.floor(((c + 0.5) / SIDE) * columns) });
    }
  }

  /** @param {Partial<Place>} at what changes of the chosen place */
  #choose(at) {
    Object.assign(this.at, at);
    this.select();
  }

  /** Takes a number apart that was pressed among the layers or the classes, and brings its sum into the window. @param {Place} at */
  #pick(at) {
    this.#choose(at);
    this.detail.reveal();
  }

  // --- from state to page

  /** @param {State} values */
  draw(values) {
    const { result } = this;
    this.input.draw(fromRows(values.image), [0, 0], { range: [0, 255] });
    const picked = this.known.indexOf(toHex(this.draft.valid.image));
    this.images.choose(picked < 0 ? null : picked);
    for (const element of [this.inside, this.classes.element, this.score.element]) {
      setAttribute(element, "hidden", !result);
    }
    if (!result) return this.asked ? null : this.#tell(this.alerts.failure ? [] : [this.word("trained.loading")]);
    const label = picked < 0 ? null : this.labels[picked];
    this.classes.show(result.run, label);
    this.#tell(answerLines(this.lang, result, label));
    this.layers.show();
    this.score.show(this.draft.valid);
    return this.select();
  }

  /** Tells lines, where they are new. @param {string[]} lines */
  #tell(lines) {
    const text = lines.join("\n");
    if (text === this.told) return;
    this.told = text;
    this.status.replaceChildren(...lines.map((line) => h("p", {}, line)));
  }

  /** Shows the chosen element: where it stands, and what it is made of. */
  select() {
    if (!this.result) return;
    const { at } = this;
    this.layers.select(at);
    this.classes.choose(at.stage === "logits" ? at.unit : null);
    const window = this.detail.show(at), [, rows] = this.network.input;
    this.input.mark(rows === SIDE ? window.map(({ r, c }) => ({ r, c, mark: "cx-window" })) : []);
    this.link?.update();
  }

  destroy() {
    this.giveUp?.();
    this.reading.drop();
    this.loading.drop();
    super.destroy();
  }
}

/** anywidget's entry. */
export const render = mounted(TrainedExplorer);
