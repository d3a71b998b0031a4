/** The trained LeNet in the page: any picture, every layer's maps, each number down to its weighted sum, kernels to edit. */
import { Draft } from "../../state/draft.js";
import { h, setAttribute, setText } from "../../parts/dom.js";
import { Alerts, StateLink, region } from "../../parts/frame.js";
import { SIDE, asInput, bytesOf, edited, forward, fromHex, painted, picture, toHex } from "./arithmetic.js";
import { LeNetDetail } from "./detail.js";
import { STAGES, UNITS, isPlace, shapeOf } from "./stages.js";
import { Damaged, loadLayers, whenNear } from "./load.js";
import { Grid } from "../../parts/grid/grid.js";
import { Latest } from "../../state/latest.js";
import { matrixFromText, matrixToText } from "../../state/link.js";
import { formatNumber } from "../../arithmetic/numbers.js";
import { fromRows } from "../../arithmetic/ops.js";
import { greyLevels } from "../../arithmetic/pictures.js";
import { PictureChooser, takePicture } from "../../parts/picture-file.js";
import { Strip } from "../../parts/strip.js";
import { learn, say } from "../../words/words.js";
import words from "./words.json" with { type: "json" };

learn(words);

const BRUSH = 1.3; // pixels of the picture
const KERNEL = 5;
const EMPTY = Array.from({ length: SIDE }, () => new Array(SIDE).fill(0));

/** Why a state is impossible, or null. */
function refused({ image }) {
  for (const row of image) for (const value of row) if (!(value >= 0 && value <= 255)) return { key: "picture.bad.level", params: { value } };
  return null;
}

const imageField = {
  trait: "image",
  write: toHex,
  read: (text) => {
    const value = fromHex(text);
    return value && { value };
  },
};

/** Kernels that differ from the trained ones: layer,out,in:rows, apart by "|". */
const kernelsField = {
  trait: "kernels",
  write: (kernels) => kernels.map(([layer, o, c, rows]) => `${layer},${o},${c}:${matrixToText(rows)}`).join("|"),
  read: (text) => {
    if (text === "") return { value: [] };
    const value = text.split("|").map((part) => {
      const [, layer, o, c, rest] = /^([12]),(\d{1,2}),(\d):(.*)$/.exec(part) ?? [];
      const rows = rest === undefined ? null : matrixFromText(rest, KERNEL);
      const known = rows && "value" in rows && rows.value.length === KERNEL && rows.value[0].length === KERNEL && o < UNITS[layer] && c < (layer === "1" ? 1 : UNITS[1]);
      return known ? [Number(layer), Number(o), Number(c), rows.value] : null;
    });
    return value.every(Boolean) ? { value } : null;
  },
};

/** Silenced units: layer,unit apart by ";". */
const silencedField = {
  trait: "silenced",
  write: (pairs) => pairs.map((pair) => pair.join(",")).join(";"),
  read: (text) => {
    if (text === "") return { value: [] };
    const value = text.split(";").map((part) => /^[1-4],\d{1,3}$/.test(part) && part.split(",").map(Number));
    return value.every((pair) => pair && pair[1] < UNITS[pair[0]]) ? { value } : null;
  },
};

/** What is under the magnifying glass at first. */
const START = { stage: "conv1", unit: 0, r: 14, c: 14, plane: 0 };

/** The chosen number as a link tells it: stage,unit,row,column,plane. */
const placeToText = ({ stage, unit, r, c, plane }) => [stage, unit, ...(STAGES[stage].maps ? [r, c] : []), ...(stage === "conv2" ? [plane] : [])].join(",");

function placeFromText(text) {
  const [, stage, rest] = /^([a-z]+\d?)((?:,\d{1,3})+)$/.exec(text) ?? [];
  if (!Object.hasOwn(STAGES, stage ?? "")) return null;
  const [unit, r = 0, c = 0, plane = 0] = rest.slice(1).split(",").map(Number), value = { stage, unit, r, c, plane };
  return isPlace(value) && placeToText(value) === text ? { value } : null;
}

class LeNetExplorer {
  constructor(model, el) {
    Object.assign(this, { model, lang: model.get("lang"), mode: "look", at: { ...START }, reading: new Latest(), loading: new Latest() });
    this.gallery = bytesOf(model.get("gallery"));
    this.labels = model.get("labels");
    this.known = this.labels.map((_, n) => toHex(picture(this.gallery, n)));
    this.alerts = new Alerts(this.lang, () => this.update());
    this.draft = new Draft(model, ["image", "kernels", "silenced"], refused, () => {
      this.alerts.passing = [];
      this.update();
    });
    this.#build(model, el);
    this.update();
    this.link?.start();
    this.giveUp = whenNear(this.root, () => this.#load(model));
  }

  async #load(model) {
    try {
      const loaded = await this.loading.of(loadLayers(model));
      if (!loaded) return;
      this.trained = loaded.value;
    } catch (error) {
      this.alerts.fail({ key: "lenet.bad.weights", params: { reason: this.#reason(error) }, again: () => this.#again(model) });
      return;
    }
    this.alerts.fail(null); // and shows all
  }

  #reason(error) {
    return error instanceof Damaged ? say(this.lang, "lenet.damaged") : error.message;
  }

  /** Tries once more; the button goes, so the region keeps the focus. */
  #again(model) {
    this.root.tabIndex = -1;
    this.root.focus({ preventScroll: true });
    this.alerts.fail(null);
    this.#load(model);
  }

  // --- building

  #build(model, el) {
    const { lang, draft } = this, { set: refuse, tell } = this.alerts;
    const word = (key, parameters) => say(lang, key, parameters);
    const write = (r, c, block) => this.#write(r, c, block);
    this.input = new Grid({
      lang, name: word("ui.input"), kind: "input", picture: true, refuse, tell, edit: (r, c, value) => write(r, c, [[value]]), paste: write,
      point: (r, c, how) => how === "hover" && this.mode === "look" && this.#look(r, c),
    });
    this.#pen();
    this.images = new Strip({ name: word("lenet.gallery"), label: (n) => word("lenet.image", { n: n + 1, name: word(`class.${this.labels[n]}`) }), pick: (n) => this.#show(picture(this.gallery, n)) });
    this.strips = Object.fromEntries(Object.keys(STAGES).filter((stage) => stage !== "logits").map((stage) => [stage, new Strip({
      name: this.#stageName(stage), label: (n) => word(STAGES[stage].maps ? "lenet.map" : "lenet.units", { stage: word(`lenet.${stage}`), n }), pick: (n, r, c) => this.#pick(stage, n, r, c),
    })]));
    this.detail = new LeNetDetail({ lang, alerts: this.alerts, draft, choose: (at) => this.#choose(at) });
    this.classes = h("ol", { class: "cx-classes", "aria-label": word("lenet.classes") });
    this.bars = Array.from({ length: 10 }, (_, n) => this.#bar(n));
    this.classes.append(...this.bars.map(({ element }) => element));
    this.status = h("div", { role: "status", class: "cx-status" });
    this.tools = Object.fromEntries(["look", "draw", "erase"].map((mode) => [mode, h("button", { type: "button", class: "cx-button", onclick: () => this.#use(mode) }, word(`lenet.tool.${mode}`))]));
    const button = (key, act) => h("button", { type: "button", class: "cx-button", onclick: act }, word(key));
    const strips = h("div", { class: "cx-strips" }, ...Object.values(this.strips).map(({ element }) => element));
    this.inside = h("div", {}, h("p", { class: "cx-part" }, word("lenet.layers")), strips, this.detail.element);
    const chooser = new PictureChooser(lang, (file) => this.#take(file));
    const tools = h("div", { class: "cx-extras", role: "group", "aria-label": word("lenet.tools") }, ...Object.values(this.tools), button("lenet.clear", () => this.#clear()), ...chooser.elements);
    const bar = h("div", { class: "cx-bar" }, h("button", { type: "button", class: "cx-button cx-reset", onclick: () => this.#reset() }, word("ui.reset")));
    this.root = region(word("lenet.name"), this.images.element,
      h("div", { class: "cx-pair lx-pair" },
        h("div", { class: "cx-beside" }, this.status, this.alerts.element, h("div", { class: "cx-stage cx-look" }, this.input.element, this.classes), tools, bar),
        this.inside),
      h("p", { class: "cx-hint" }, word("lenet.hint")));
    chooser.on(this.root);
    if (model.static && model.get("html_id")) {
      this.link = new StateLink({
        lang, draft, id: model.get("html_id"), root: this.root, alerts: this.alerts, fields: { x: imageField, k: kernelsField, z: silencedField },
        sentence: ({ key, params }) => say(lang, key, params), forget: () => this.#forget(),
        view: { o: { read: placeFromText, take: (at) => (this.at = at), write: () => (placeToText(this.at) === placeToText(START) ? null : placeToText(this.at)) } },
      });
      bar.append(this.link.element);
    }
    this.images.show(this.labels.map((_, n) => fromRows(picture(this.gallery, n))), [0, 255]);
    this.#use("look");
    el.append(this.root);
  }

  #stageName(stage) {
    return say(this.lang, "lenet.stage", { stage: say(this.lang, `lenet.${stage}`), what: say(this.lang, `lenet.${stage}.what`) });
  }

  /** A class with its bar; pressing it shows the sum behind its logit. */
  #bar(n) {
    const name = say(this.lang, `class.${n}`), fill = h("span", { class: "cx-fill" }), text = h("span", { class: "cx-odds" });
    const element = h("button", { type: "button", class: "cx-class", "aria-pressed": "false", onclick: () => this.#pick("logits", n, 0, 0) }, h("span", { class: "cx-name" }, name), h("span", { class: "cx-track", "aria-hidden": "true" }, fill), text);
    return { element: h("li", {}, element), button: element, fill, text, name };
  }

  /** The pointer paints on the input while a pen is chosen. */
  #pen() {
    const { input } = this;
    input.element.addEventListener("click", (event) => this.mode !== "look" && event.target.tagName === "CANVAS" && event.stopPropagation(), true);
    const canvas = () => input.root.querySelector("canvas");
    const place = (event) => {
      const box = canvas().getBoundingClientRect();
      return [((event.clientY - box.top) / box.height) * SIDE - 0.5, ((event.clientX - box.left) / box.width) * SIDE - 0.5];
    };
    const paint = (event) => {
      const [r, c] = place(event), [r0, c0] = this.stroke, steps = Math.max(1, Math.ceil(Math.hypot(r - r0, c - c0)));
      let { image } = this.draft.values;
      for (let n = 1; n <= steps; n++) image = painted(image, r0 + ((r - r0) * n) / steps, c0 + ((c - c0) * n) / steps, BRUSH, this.mode === "draw" ? 255 : 0);
      this.stroke = [r, c];
      this.draft.change({ image });
    };
    input.root.addEventListener("pointerdown", (event) => {
      if (this.mode === "look" || event.button !== 0 || event.target.tagName !== "CANVAS") return;
      event.preventDefault();
      event.target.setPointerCapture?.(event.pointerId);
      this.stroke = place(event);
      paint(event);
    });
    input.root.addEventListener("pointermove", (event) => this.stroke && paint(event));
    for (const end of ["pointerup", "pointercancel"]) input.root.addEventListener(end, () => (this.stroke = null));
  }

  #use(mode) {
    this.mode = mode;
    for (const [name, button] of Object.entries(this.tools)) button.setAttribute("aria-pressed", String(name === mode));
    this.input.root.classList.toggle("cx-pen", mode !== "look");
  }

  // --- changes

  #show(image) {
    this.input.forget();
    this.draft.change({ image });
  }

  #clear() {
    this.#show(EMPTY);
    if (this.mode === "look") this.#use("draw");
  }

  async #take(file) {
    const levels = await takePicture(this, "image", file, greyLevels);
    if (levels) this.alerts.keeping(() => this.#show(asInput(levels)));
  }

  #write(r, c, block) {
    const image = this.draft.values.image.map((row) => [...row]);
    block.forEach((line, i) => line.forEach((value, j) => (image[r + i][c + j] = value)));
    this.draft.change({ image });
  }

  #forget() {
    this.input.forget();
    this.detail.forget();
    this.alerts.clear();
    this.reading.drop();
    this.at = { ...START };
  }

  #reset() {
    this.#forget();
    this.#use("look");
    this.draft.change({ ...this.draft.author });
    this.link?.leave();
  }

  /** Shows the element of the chosen first map that lies where the pointer looks at the input. */
  #look(r, c) {
    if (this.at.stage === "conv1") this.#choose({ r, c });
  }

  #pick(stage, n, r, c) {
    const { maps, columns } = STAGES[stage];
    this.#choose(maps ? { stage, unit: n, r, c } : { stage, unit: stage === "logits" ? n : r * columns + c, r: 0, c: 0 });
  }

  #choose(at) {
    Object.assign(this.at, at);
    this.select();
  }

  // --- from state to page

  #compute() {
    const { valid } = this.draft;
    if (!this.trained || this.computed === valid) return;
    const x = fromRows(valid.image.map((row) => row.map((value) => value / 255)));
    this.layers = edited(this.trained, valid.kernels, valid.silenced);
    this.result = forward(this.layers, x);
    this.untouched = valid.kernels.length + valid.silenced.length ? forward(this.trained, x) : null;
    this.computed = valid;
  }

  /** Shows the whole state. */
  update() {
    const { draft, lang } = this;
    const impossible = this.alerts.show(draft.refused ? [say(lang, draft.refused.key, draft.refused.params)] : []);
    this.input.draw(fromRows(draft.values.image), [0, 0], { range: [0, 255] });
    const picked = this.known.indexOf(toHex(draft.valid.image));
    this.label = picked < 0 ? null : this.labels[picked];
    this.images.choose(picked < 0 ? null : picked);
    this.link?.update();
    for (const element of [this.inside, this.classes]) setAttribute(element, "hidden", !this.trained);
    if (!this.trained) return setText(this.status, this.alerts.failure ? "" : say(lang, "lenet.loading"));
    this.#compute();
    const { result } = this;
    for (const [stage, strip] of Object.entries(this.strips)) {
      const { maps, layer, columns } = STAGES[stage];
      const matrices = maps ? result[stage] : [shapeOf(result[stage], columns)];
      const most = Math.max(...matrices.map(({ d }) => d.reduce((a, b) => Math.max(a, b), 0)));
      const mute = (n) => maps && draft.valid.silenced.some(([l, unit]) => l === layer && unit === n);
      strip.show(matrices, [0, most || 1], (n) => (mute(n) ? "cx-mute" : ""));
    }
    this.#showClasses(result);
    for (const element of [this.status, this.classes, this.detail.element]) setAttribute(element, "aria-disabled", impossible ? "true" : null);
    return this.select();
  }

  #showClasses({ logits, probabilities }) {
    const { lang, untouched, label } = this, percent = (p) => (100 * p).toFixed(1);
    const best = probabilities.indexOf(Math.max(...probabilities));
    this.bars.forEach(({ button, fill, text }, n) => {
      fill.style.width = `${100 * probabilities[n]}%`;
      setText(text, say(lang, "lenet.odds", { logit: formatNumber(Number(logits[n].toFixed(2))), percent: percent(probabilities[n]) }));
      Object.assign(button.dataset, { logit: String(logits[n]), probability: String(probabilities[n]) });
      button.classList.toggle("cx-top", n === best);
      button.classList.toggle("cx-true", n === label);
    });
    const name = (n) => say(lang, `class.${n}`);
    const lines = [say(lang, "lenet.says", { name: name(best), percent: percent(probabilities[best]) })];
    if (label !== null) lines.push(say(lang, label === best ? "lenet.right" : "lenet.wrong", { name: name(label) }));
    if (untouched) {
      const first = untouched.probabilities.indexOf(Math.max(...untouched.probabilities));
      lines.push(say(lang, "lenet.untouched", { name: name(first), percent: percent(untouched.probabilities[first]) }));
    }
    setText(this.status, lines.join(" "));
  }

  /** Shows the chosen element: where it stands, and what it is made of. */
  select() {
    if (!this.result) return;
    const { at } = this, { maps } = STAGES[at.stage];
    for (const [stage, strip] of Object.entries(this.strips)) strip.choose(stage === at.stage ? (maps ? at.unit : 0) : null);
    this.bars.forEach(({ button }, n) => button.setAttribute("aria-pressed", String(at.stage === "logits" && at.unit === n)));
    const window = this.detail.show(at, this.result, this.layers);
    this.input.mark(at.stage === "conv1" ? window.map(({ r, c }) => ({ r, c, mark: "cx-window" })) : []);
    this.link?.update();
  }

  destroy() {
    this.giveUp();
    this.reading.drop();
    this.loading.drop();
    this.link?.destroy();
    this.draft.destroy();
    this.input.destroy();
    this.detail.destroy();
  }
}

/** anywidget's entry. */
export function render({ model, el }) {
  const explorer = new LeNetExplorer(model, el);
  return () => explorer.destroy();
}
