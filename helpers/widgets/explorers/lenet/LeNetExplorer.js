/** The trained LeNet in the page: any picture, every layer's maps, each number down to its weighted sum, kernels to edit. */
import { fromRows } from "../../arithmetic/ops.js";
import { greyLevels } from "../../arithmetic/pictures.js";
import { Explorer, mounted } from "../../explorer.js";
import { h, setAttribute } from "../../parts/dom.js";
import { Grid } from "../../parts/grid/grid.js";
import { PictureChooser, takePicture } from "../../parts/picture-file.js";
import { Strip } from "../../parts/strip.js";
import { Latest } from "../../state/latest.js";
import { learn } from "../../words/words.js";
import { Classes, answerLines } from "./answer.js";
import { SIDE, asInput, bytesOf, picture, toHex } from "./arithmetic.js";
import { LeNetDetail } from "./detail.js";
import { Run } from "./engine.js";
import { lenetFields, lenetView } from "./link.js";
import { Damaged, loadLayers, whenNear } from "./load.js";
import { Pen } from "./pen.js";
import { LAST, STAGES, START, placeIn } from "./stages.js";
import words from "./words.json" with { type: "json" };

learn(words);

const EMPTY = Array.from({ length: SIDE }, () => new Array(SIDE).fill(0));

/** Stages that are drawn as pictures: the classes show the last one. */
const DRAWN = Object.keys(STAGES).filter((stage) => stage !== LAST);

class LeNetExplorer extends Explorer {
  constructor(model) {
    super(model, ["image", "kernels", "silenced"]);
    Object.assign(this, { at: { ...START }, trained: null, reading: new Latest(), loading: new Latest() });
    const bytes = bytesOf(model.get("gallery"));
    this.labels = model.get("labels");
    this.gallery = this.labels.map((_, n) => picture(bytes, n));
    this.known = this.gallery.map(toHex);
  }

  refusal({ image }) {
    const value = image.flat().find((level) => !(level >= 0 && level <= 255));
    return value === undefined ? null : { key: "picture.bad.level", params: { value } };
  }

  /** The picture's way through the network, and through the one without the reader's changes; null until the weights are here. */
  compute({ image, kernels, silenced }) {
    if (!this.trained) return null;
    const changed = kernels.length + silenced.length > 0;
    return { run: new Run(this.trained, { image, kernels, silenced }), untouched: changed ? new Run(this.trained, { image }) : null };
  }

  // --- building

  build() {
    const { lang, word, draft, alerts } = this;
    const look = this.#buildInput();
    this.images = new Strip({ name: word("lenet.gallery"), label: (n) => this.#imageName(n), pick: (n) => this.#show(this.gallery[n]) });
    this.images.show(this.gallery.map(fromRows), [0, 255]);
    this.strips = Object.fromEntries(DRAWN.map((stage) => [stage, this.#strip(stage)]));
    this.detail = this.keep(new LeNetDetail({ lang, alerts, draft, choose: (at) => this.#choose(at) }));
    this.classes = new Classes(lang, (unit) => this.#pick({ stage: LAST, unit, r: 0, c: 0 }));
    this.status = h("div", { role: "status", class: "cx-status" });
    const strips = h("div", { class: "cx-strips" }, ...Object.values(this.strips).map(({ element }) => element));
    this.inside = h("div", {}, h("p", { class: "cx-part" }, word("lenet.layers")), strips, this.detail.element);
    this.pale = [this.status, this.classes.element, this.detail.element];
    return {
      name: word("lenet.name"), kind: "lx",
      stage: [this.images.element, this.status, h("div", { class: "lx-answer" }, look, this.classes.element)],
      knobs: [this.inside], hint: `${word("lenet.hint")} ${word("lenet.counts")}`,
    };
  }

  /** The picture, and beside it what the pointer does there. */
  #buildInput() {
    const { lang, word, draft } = this;
    const point = (r, c, how) => how === "hover" && this.pen.looks && this.#look(r, c);
    this.input = this.keep(new Grid({ lang, name: word("ui.input"), kind: "input", picture: true, point, ...this.editable("image") }));
    this.pen = new Pen({ lang, grid: this.input, read: () => draft.values.image, write: (image) => draft.change({ image }) });
    this.chooser = new PictureChooser(lang, (file) => this.#take(file));
    const buttons = [...Object.values(this.pen.buttons), this.button("lenet.clear", () => this.#clear()), ...this.chooser.elements];
    const tools = h("div", { class: "cx-extras lx-tools", role: "group", "aria-label": word("lenet.tools") }, ...buttons);
    return h("div", { class: "cx-look" }, this.input.element, tools);
  }

  #strip(stage) {
    const { word } = this, { maps } = STAGES[stage], name = word(`lenet.${stage}`);
    const said = (what) => word("lenet.stage", { stage: name, what });
    return new Strip({
      name: said(word(`lenet.${stage}.what`)), caption: said(word(`lenet.${stage}.short`)),
      label: (n) => word(maps ? "lenet.map" : "lenet.units", { stage: name, n }), pick: (n, r, c) => this.#pick(placeIn(stage, n, r, c)),
    });
  }

  #imageName(n) {
    return this.word("lenet.image", { n: n + 1, name: this.word(`class.${this.labels[n]}`) });
  }

  start(el) {
    super.start(el);
    this.chooser.on(this.root);
    this.giveUp = whenNear(this.root, () => this.#load());
  }

  linked() {
    return { fields: lenetFields(), view: lenetView({ get: () => this.at, take: (at) => (this.at = at) }) };
  }

  forgetView() {
    this.reading.drop();
    this.at = { ...START };
  }

  reset() {
    this.pen.use("look");
    super.reset();
  }

  // --- the weights, which come late

  async #load() {
    try {
      const loaded = await this.loading.of(loadLayers(this.model));
      if (!loaded) return;
      this.trained = loaded.value;
    } catch (error) {
      const reason = error instanceof Damaged ? this.word("lenet.damaged") : error.message;
      this.alerts.fail({ key: "lenet.bad.weights", params: { reason }, again: () => this.#again() });
      return;
    }
    this.result = this.compute(this.draft.valid); // even while something impossible is typed
    this.computed = this.draft.valid;
    this.alerts.fail(null); // and shows all
  }

  /** Tries once more; the button goes, so the region keeps the focus. */
  #again() {
    this.root.tabIndex = -1;
    this.root.focus({ preventScroll: true });
    this.alerts.fail(null);
    this.#load();
  }

  // --- changes

  /** Takes another picture. */
  #show(image) {
    this.input.forget();
    this.draft.change({ image });
  }

  #clear() {
    this.#show(EMPTY);
    if (this.pen.looks) this.pen.use("draw");
  }

  async #take(file) {
    const levels = await takePicture(this, "image", file, greyLevels);
    if (levels) this.alerts.keeping(() => this.#show(asInput(levels)));
  }

  /** Shows the element of the chosen first map that lies where the pointer looks at the input. */
  #look(r, c) {
    if (this.at.stage === "conv1") this.#choose({ r, c });
  }

  /** Takes a number apart that was pressed among the layers or the classes, and brings its sum into the window. */
  #pick(at) {
    this.#choose(at);
    this.detail.reveal();
  }

  #choose(at) {
    Object.assign(this.at, at);
    this.select();
  }

  // --- from state to page

  draw(values) {
    const { result } = this;
    this.input.draw(fromRows(values.image), [0, 0], { range: [0, 255] });
    const picked = this.known.indexOf(toHex(this.draft.valid.image));
    this.images.choose(picked < 0 ? null : picked);
    for (const element of [this.inside, this.classes.element]) setAttribute(element, "hidden", !result);
    if (!result) return this.#tell(this.alerts.failure ? [] : [this.word("lenet.loading")]);
    const label = picked < 0 ? null : this.labels[picked];
    this.classes.show(result.run, label);
    this.#tell(answerLines(this.lang, result, label));
    for (const stage of DRAWN) this.#showStage(stage);
    return this.select();
  }

  #showStage(stage) {
    const { maps, layer } = STAGES[stage], { silenced } = this.draft.valid, matrices = this.result.run.maps(stage);
    const most = Math.max(...matrices.map(({ d }) => d.reduce((a, b) => Math.max(a, b), 0)));
    const mute = (n) => maps && silenced.some(([muted, unit]) => muted === layer && unit === n);
    this.strips[stage].show(matrices, [0, most || 1], (n) => (mute(n) ? "cx-mute" : ""));
  }

  /** Tells lines, where they are new. @param {string[]} lines */
  #tell(lines) {
    const text = lines.join("\n");
    if (text === this.told) return;
    this.told = text;
    this.status.replaceChildren(...lines.map((line) => h("p", {}, line)));
  }

  /** Shows the chosen number: where it stands, and what it is made of. */
  select() {
    if (!this.result) return;
    const { stage, unit } = this.at, { maps } = STAGES[stage];
    for (const [name, strip] of Object.entries(this.strips)) strip.choose(name !== stage ? null : maps ? unit : 0);
    this.classes.choose(stage === LAST ? unit : null);
    const reads = this.detail.show(this.at, this.result.run);
    this.input.mark(stage === "conv1" ? reads.map(({ r, c }) => ({ r, c, mark: "cx-window" })) : []);
    this.link?.update();
  }

  destroy() {
    this.giveUp();
    this.reading.drop();
    this.loading.drop();
    super.destroy();
  }
}

/** anywidget's entry. */
export const render = mounted(LeNetExplorer);
