/** The receptive field of any element in a stack of layers that the reader builds. */
import { Explorer, mounted } from "../../explorer.js";
import { h } from "../../parts/dom.js";
import { Grid } from "../../parts/grid/grid.js";
import { learn } from "../../words/words.js";
import { fields, inTwoDimensions, paths, sizes } from "./arithmetic.js";
import { ReceptiveControls } from "./controls.js";
import { FieldDrawing } from "./drawing.js";
import { LayerList } from "./layers.js";
import LIMITS from "./limits.json" with { type: "json" };
import { lookView, receptiveFields } from "./link.js";
import { fieldLines, levelName, spans } from "./sentences.js";
import words from "./words.json" with { type: "json" };

learn(words);

const TRAITS = ["size", "layers"];

class ReceptiveFieldExplorer extends Explorer {
  constructor(model) {
    super(model, TRAITS);
    this.usual = model.get("at") ?? null; // where the author looks from; null: the middle of the last layer
    this.at = this.usual;
  }

  refusal({ size, layers }) {
    const { layer, refusal } = sizes(size, layers);
    const where = { key: "field.layer", params: { layer } };
    return refusal ? { key: "ui.bad.where", params: { where, text: refusal } } : null;
  }

  compute({ size, layers }) {
    return { ...sizes(size, layers), fields: fields(layers) };
  }

  build() {
    const { lang, draft, word } = this, { set: refuse } = this.alerts;
    this.drawing = new FieldDrawing((level, element) => this.pick(level, element));
    this.map = this.keep(new Grid({ lang, name: word("field.map"), kind: "input" }));
    this.map.element.classList.add("cx-dense");
    this.layers = this.keep(new LayerList({ lang, draft, refuse }));
    this.controls = this.keep(new ReceptiveControls({
      lang, draft, refuse,
      replace: (layers) => this.#replace(layers),
      look: (level, element) => this.pick(level ?? this.at[0], element ?? this.at[1]),
    }));
    this.status = h("div", { role: "status", class: "cx-status" });
    this.pale = [this.drawing.element, this.map.root, this.status];
    return {
      name: word("field.name"), kind: "receptive", hint: word("field.hint"),
      stage: [h("div", { class: "cx-scroll" }, this.drawing.element)], moves: [this.controls.look],
      knobs: [this.controls.stack, this.layers.element], outcome: [this.status, this.map.element],
    };
  }

  /** A link tells the level and the element that the reader looks from, too. */
  linked() {
    const get = () => this.at, take = (at) => (this.at = at);
    const look = lookView({ get, take, usual: () => this.#near(this.usual) });
    return { fields: receptiveFields(LIMITS), view: { o: look } };
  }

  forgetView() {
    this.at = this.usual;
  }

  // --- changes

  /** Another stack, seen from the middle of its last layer. */
  #replace(layers) {
    this.layers.forget();
    this.at = null;
    this.draft.change({ layers });
  }

  /** A level and an element that there are: those of `at` as far as possible, else the middle of the last layer. */
  #near(at) {
    const all = this.result.sizes, last = all.length - 1;
    const level = Math.min(Math.max(at?.[0] ?? last, 0), last);
    const most = all[level] - 1;
    return [level, at ? Math.min(Math.max(at[1], 0), most) : Math.floor(most / 2)];
  }

  // --- from state to page

  draw(values) {
    this.layers.show(this.draft.refused ? null : this.result);
    this.controls.show(values);
    this.pick(...this.#near(this.at));
  }

  /** Shows what an element of a level sees. */
  pick(level, element) {
    this.at = this.#near([level, element]);
    const { layers } = this.draft.valid, { result } = this;
    const seen = paths(result.sizes, layers, ...this.at);
    this.controls.showLook(this.at, result.sizes);
    this.#tell(seen);
    this.#drawLevels(seen.counts);
    const caption = this.word("field.map_caption", { element: this.at[1] });
    this.map.draw(inTwoDimensions(seen.counts[0]), [0, 0], { caption });
    this.link?.update();
  }

  #drawLevels(counts) {
    const { lang, at, result } = this, { layers } = this.draft.valid;
    const names = result.sizes.map((_, level) => levelName(lang, level));
    const name = this.word("field.picture", { level: names[at[0]], element: at[1], seen: spans(lang, counts) });
    this.drawing.show({ ...result, layers, counts, at, names, name });
  }

  /** The field in words: its size and place, what the border or the dilation takes from it, its paths. */
  #tell(seen) {
    const lines = fieldLines(this.lang, this.at, this.result.fields[this.at[0]], seen), text = lines.join("\n");
    if (text === this.told) return;
    this.told = text;
    this.status.replaceChildren(...lines.map((line, n) => h("p", n ? {} : { class: "cx-shape" }, line)));
  }
}

/** anywidget's entry. */
export const render = mounted(ReceptiveFieldExplorer);
