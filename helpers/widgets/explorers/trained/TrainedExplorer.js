/** A trained network in the page: any picture, every layer's maps, each number down to its sum, kernels to edit, parts to switch off. */
import { Engine, fits, resized, stepsOf } from "../../arithmetic/engine.js";
import { formatNumber } from "../../arithmetic/numbers.js";
import { fromRows } from "../../arithmetic/ops.js";
import { greyLevels } from "../../arithmetic/pictures.js";
import { bytesOf } from "../../arithmetic/safetensors.js";
import { Explorer, mounted } from "../../explorer.js";
import { h, setAttribute, setText } from "../../parts/dom.js";
import { Grid } from "../../parts/grid/grid.js";
import { PictureChooser, takePicture } from "../../parts/picture-file.js";
import { Strip } from "../../parts/strip.js";
import { Latest } from "../../state/latest.js";
import { learn } from "../../words/words.js";
import { Detail } from "./detail.js";
import { Layers } from "./layers.js";
import { linkOf } from "./link.js";
import { Damaged, loadTensors, savesData, whenNear } from "./load.js";
import { Names } from "./names.js";
import { Pen } from "./pen.js";
import { SIDE, asInput, picture, toHex } from "./picture.js";
import { Score } from "./score.js";
import { changesOf, partOf, stagesOf } from "./stages.js";
import words from "./words.json" with { type: "json" };

learn(words);

const EMPTY = Array.from({ length: SIDE }, () => new Array(SIDE).fill(0));
const CLASSES = 10;

/** Probabilities from logits; the largest is taken off first, so that no exponential overflows. */
export function softmax(logits) {
  const most = Math.max(...logits), powers = Array.from(logits, (value) => Math.exp(value - most));
  const total = powers.reduce((a, b) => a + b);
  return powers.map((value) => value / total);
}

const best = (values) => values.indexOf(Math.max(...values));

class TrainedExplorer extends Explorer {
  constructor(model) {
    super(model, ["image", "kernels", "silenced", "off"]);
    Object.assign(this, { reading: new Latest(), loading: new Latest(), base: {} });
    this.network = this.#network();
    this.names = new Names(this.lang, this.network);
    this.first = this.network.stages[0];
    this.at = this.#start();
    this.gallery = bytesOf(model.get("gallery"));
    this.labels = model.get("labels");
    this.known = this.labels.map((_, n) => toHex(picture(this.gallery, n)));
  }

  #network() {
    const input = this.model.get("input_shape"), steps = stepsOf(this.model.get("layers"), this.model.get("shapes"), input), stages = stagesOf(steps);
    return { input, steps, stages, byId: new Map(stages.map((stage) => [stage.id, stage])), engine: null };
  }

  /** What is under the magnifying glass at first: the middle of the first stage's first map. */
  #start() {
    const { id, shape } = this.first;
    return { stage: id, unit: 0, r: Math.floor(shape[1] / 2), c: Math.floor(shape[2] / 2), plane: 0 };
  }

  refusal({ image, off }) {
    const value = image.flat().find((level) => !(level >= 0 && level <= 255));
    if (value !== undefined) return { key: "picture.bad.level", params: { value } };
    const part = off.find((text) => !partOf(text, this.network.steps));
    return part === undefined ? null : { key: "trained.bad.off", params: { value: part } };
  }

  /** Logits and probabilities, and the logits without the reader's changes where there are any. */
  compute(values) {
    const { engine, input } = this.network, { image } = values;
    if (!engine) return null;
    const levels = Float32Array.from(image.flat(), (level) => level / 255), x = resized(levels, [SIDE, SIDE], input.slice(1));
    const changed = [values.kernels, values.silenced, values.off].some((list) => list.length);
    if (changed && this.base.image !== image) {
      engine.change({});
      this.base = { image, logits: engine.run(x).slice() };
    }
    engine.change(changesOf(values, this.network.steps));
    const logits = engine.run(x).slice();
    return { logits, probabilities: softmax(logits), untouched: changed ? softmax(this.base.logits) : null };
  }

  // --- building

  build() {
    const { lang, word, draft, alerts, network, names } = this, { set: refuse, tell } = alerts;
    const choose = (at) => this.#choose(at);
    this.input = this.keep(new Grid({
      lang, name: word("ui.input"), kind: "input", picture: true, refuse, tell, ...this.editable("image"),
      point: (r, c, how) => how === "hover" && this.pen.mode === "look" && this.#look(r, c),
    }));
    this.images = new Strip({ name: word("trained.gallery"), label: (n) => word("trained.image", { n: n + 1, name: word(`class.${this.labels[n]}`) }), pick: (n) => this.#show(picture(this.gallery, n)) });
    this.detail = this.keep(new Detail({ lang, alerts, draft, network, names, choose }));
    const pick = (at) => {
      choose(at);
      this.#bringDetail();
    };
    this.layers = new Layers({ word, network, names, layers: this.model.get("layers"), choose: pick });
    this.score = this.keep(new Score({ lang, network, load: () => this.#tests(), count: this.model.get("test_count") }));
    this.chooser = new PictureChooser(lang, (file) => this.#take(file));
    this.pen = new Pen({ word, input: this.input, read: () => draft.values.image, write: (image) => draft.change({ image }) });
    this.classes = h("ol", { class: "cx-classes", "aria-label": word("trained.classes") });
    this.bars = Array.from({ length: CLASSES }, (_, n) => this.#bar(n));
    this.classes.append(...this.bars.map(({ element }) => element));
    this.status = h("div", { role: "status", class: "cx-status" });
    this.pale = [this.status, this.classes, this.detail.element];
    this.inside = h("div", { class: "cx-inside" }, h("p", { class: "cx-part" }, word("trained.layers")), this.layers.element, this.detail.element);
    this.beside = h("div", { class: "cx-beside" }, h("div", { class: "cx-stage cx-look" }, this.input.element, this.classes));
    this.images.show(this.labels.map((_, n) => fromRows(picture(this.gallery, n))), [0, 255]);
    const tools = h("div", { class: "cx-extras", role: "group", "aria-label": word("trained.tools") }, ...this.pen.buttons, this.button("trained.clear", () => this.#clear()), ...this.chooser.elements);
    return {
      name: word("trained.name", { name: this.model.get("title") }), kind: "cx-trained", stage: [this.images.element, h("div", { class: "cx-pair" }, this.beside, this.inside)],
      knobs: [tools, this.score.element], outcome: [this.status], hint: word("trained.hint"),
    };
  }

  /** The answer, the tools and the buttons stand together, so that all stay in sight while the layers scroll. */
  start(el) {
    super.start(el);
    const part = (name) => this.root.querySelector(`.cx-work > .cx-${name}`);
    this.beside.prepend(part("outcome"));
    this.beside.append(part("knobs"), part("bar"));
    this.chooser.on(this.root);
    this.pen.use("look");
    if (savesData()) this.#offer();
    else this.giveUp = whenNear(this.root, () => this.#load());
  }

  /** A class with its bar; pressing it shows the sum behind its logit. */
  #bar(n) {
    const name = this.word(`class.${n}`), fill = h("span", { class: "cx-fill" }), text = h("span", { class: "cx-odds" });
    const act = () => {
      this.#choose({ stage: "logits", unit: n, r: 0, c: 0, plane: 0 });
      this.#bringDetail();
    };
    const element = h("button", { type: "button", class: "cx-class", "aria-pressed": "false", onclick: act }, h("span", { class: "cx-name" }, name), h("span", { class: "cx-track", "aria-hidden": "true" }, fill), text);
    return { element: h("li", {}, element), button: element, fill, text, name };
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
    const ask = h("button", { type: "button", class: "cx-button", onclick: () => this.#load() }, this.word("trained.load"));
    this.status.replaceChildren(ask);
    this.asked = ask;
  }

  async #load() {
    this.asked = null;
    this.update();
    const { model, network } = this, name = model.get("network"), check = (tensors) => fits(network.steps, tensors);
    const file = { script: `${name}-weights.js`, member: `${name}Weights`, version: model.get("version"), check };
    try {
      const loaded = await this.loading.of(loadTensors(model.get("weights"), file));
      if (!loaded) return;
      this.#took(loaded.value);
    } catch (error) {
      this.alerts.fail({ key: "trained.bad.weights", params: { reason: this.#reason(error) }, again: () => this.#again() });
      return;
    }
    this.alerts.fail(null); // and shows all
  }

  #took(tensors) {
    this.network.engine = new Engine(this.network.steps, tensors);
    this.network.tensors = tensors;
    this.computed = null;
  }

  #tests() {
    const check = ({ images, labels }) => images?.d.length === labels?.d.length * SIDE * SIDE;
    return loadTensors(this.model.get("tests"), { script: "test-images.js", member: "testImages", version: this.model.get("tests_version"), check });
  }

  #reason(error) {
    return error instanceof Damaged ? this.word("trained.damaged") : error.message;
  }

  /** Tries once more; the button goes, so the region keeps the focus. */
  #again() {
    this.root.tabIndex = -1;
    this.root.focus({ preventScroll: true });
    this.alerts.fail(null);
    this.#load();
  }

  // --- changes

  #show(image) {
    this.input.forget();
    this.draft.change({ image });
  }

  #clear() {
    this.#show(EMPTY);
    if (this.pen.mode === "look") this.pen.use("draw");
  }

  async #take(file) {
    const levels = await takePicture(this, "image", file, greyLevels);
    if (levels) this.alerts.keeping(() => this.#show(asInput(levels)));
  }

  /** Shows the element of the chosen first map that lies where the pointer looks at the input. */
  #look(r, c) {
    const { id, shape: [, rows, columns] } = this.first;
    if (this.at.stage === id) this.#choose({ r: Math.floor(((r + 0.5) / SIDE) * rows), c: Math.floor(((c + 0.5) / SIDE) * columns) });
  }

  #choose(at) {
    Object.assign(this.at, at);
    this.select();
  }

  /** Scrolls just so far that the sum is seen. */
  #bringDetail() {
    this.detail.sum.scrollIntoView({ block: "nearest", behavior: "instant" });
  }

  // --- from state to page

  draw(values) {
    const { draft, word } = this;
    this.input.draw(fromRows(values.image), [0, 0], { range: [0, 255] });
    const picked = this.known.indexOf(toHex(draft.valid.image));
    this.label = picked < 0 ? null : this.labels[picked];
    this.images.choose(picked < 0 ? null : picked);
    for (const element of [this.inside, this.classes, this.score.element]) setAttribute(element, "hidden", !this.result);
    if (!this.result) {
      if (!this.asked) this.#tell(this.alerts.failure ? [] : [word("trained.loading")]);
      return;
    }
    this.layers.show();
    this.#showClasses();
    this.score.show(draft.valid);
    this.select();
  }

  #tell(lines) {
    if (lines.join("\n") === this.told) return;
    this.told = lines.join("\n");
    this.status.replaceChildren(...lines.map((line) => h("p", {}, line)));
  }

  #showClasses() {
    const { word, label, result: { logits, probabilities, untouched } } = this, percent = (p) => (100 * p).toFixed(1);
    const top = best(probabilities);
    this.bars.forEach(({ button, fill, text }, n) => {
      fill.style.width = `${100 * probabilities[n]}%`;
      setText(text, word("trained.odds", { logit: formatNumber(Number(logits[n].toFixed(2))), percent: percent(probabilities[n]) }));
      Object.assign(button.dataset, { logit: String(logits[n]), probability: String(probabilities[n]) });
      button.classList.toggle("cx-top", n === top);
      button.classList.toggle("cx-true", n === label);
    });
    const name = (n) => word(`class.${n}`), lines = [word("trained.says", { name: name(top), percent: percent(probabilities[top]) })];
    if (label !== null) lines[0] = word("ui.sentences", { first: lines[0], second: word(label === top ? "trained.right" : "trained.wrong", { name: name(label) }) });
    if (untouched) lines.push(word("trained.untouched", { name: name(best(untouched)), percent: percent(untouched[best(untouched)]) }));
    this.#tell(lines);
  }

  /** Shows the chosen element: where it stands, and what it is made of. */
  select() {
    if (!this.result) return;
    const { at } = this;
    this.layers.select(at);
    this.bars.forEach(({ button }, n) => button.setAttribute("aria-pressed", String(at.stage === "logits" && at.unit === n)));
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
