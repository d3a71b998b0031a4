/**
 * The receptive field of any element in a stack of layers that the reader builds.
 *
 * @import { Model, Refusal } from "../../types.js"
 * @import { Layer, LevelField, Paths, Place } from "./arithmetic.js"
 *
 * @typedef {{size: number, layers: Layer[]}} State
 * @typedef {{sizes: number[], fields: LevelField[]}} Result of all levels
 */
import { Explorer, mounted } from "../../explorer.js";
import { h } from "../../parts/dom.js";
import { Grid } from "../../parts/grid/grid.js";
import { learn } from "../../words/words.js";
import { fields, inTwoDimensions, levels, paths, sizes } from "./arithmetic.js";
import { ReceptiveControls } from "./controls.js";
import { FieldDrawing } from "./drawing.js";
import { LayerList } from "./layers.js";
import LIMITS from "./limits.json" with { type: "json" };
import { lookView, receptiveFields } from "./link.js";
import { fieldLines, levelName, spans } from "./sentences.js";
import words from "./words.json" with { type: "json" };

learn(words);

const TRAITS = ["size", "layers"];

/** @extends {Explorer<State, Result>} */
class ReceptiveFieldExplorer extends Explorer {
  /** @param {Model} model */
  constructor(model) {
    super(model, TRAITS);
    /** @type {Place | null} */
    this.usual = model.get("at") ?? null; // where the author looks from; null: the middle of the last layer
    /** @type {Place | null} */
    this.at = this.usual;
  }

  /** @param {State} values @returns {Refusal | null} */
  refusal({ size, layers }) {
    const found = sizes(size, layers);
    if (!("refusal" in found)) return null;
    const where = { key: "field.layer", params: { layer: found.layer } };
    return { key: "ui.bad.where", params: { where, text: found.refusal } };
  }

  /** @param {State} values @returns {Result} */
  compute({ size, layers }) {
    return { sizes: levels(size, layers), fields: fields(layers) };
  }

  build() {
    const { lang, draft, word } = this, { set: refuse } = this.alerts;
    this.drawing = new FieldDrawing((level, element) => this.pick(level, element));
    this.map = this.keep(new Grid({ lang, name: word("field.map"), kind: "input" }));
    this.map.element.classList.add("cx-dense");
    this.layers = this.keep(new LayerList({ lang, draft, refuse, change: (layers) => this.#change(layers) }));
    this.controls = this.keep(
      new ReceptiveControls({
        lang,
        draft,
        refuse,
        replace: (layers) => this.#replace(layers),
        look: (level, element) => this.pick(level ?? this.at[0], element ?? this.at[1]),
      }),
    );
    this.status = h("div", { role: "status", class: "cx-status" });
    this.pale = [this.drawing.element, this.map.root, this.status];
    return {
      name: word("field.name"),
      kind: "receptive",
      hint: word("field.hint"),
      stage: [h("div", { class: "cx-scroll" }, this.drawing.element)],
      moves: [this.controls.look],
      knobs: [this.controls.stack, this.layers.element],
      outcome: [this.status, this.map.element],
    };
  }

  /** A link tells the level and the element that the reader looks from, too. */
  linked() {
    const get = () => this.at;
    /** @param {Place} at */
    const take = (at) => (this.at = at);
    const look = lookView({ get, take, usual: () => this.#near(this.usual) });
    return { fields: receptiveFields(LIMITS), view: { o: look } };
  }

  forgetView() {
    this.at = this.usual;
  }

  // --- changes

  /** A changed stack; who looks from its last layer looks from the last one still. @param {Layer[]} layers */
  #change(layers) {
    const last = this.result.sizes.length - 1;
    if (this.at?.[0] === last && layers.length !== last) this.at = null;
    this.draft.change({ layers });
  }

  /** Another stack, seen from the middle of its last layer. @param {Layer[]} layers */
  #replace(layers) {
    this.layers.forget();
    this.at = null;
    this.draft.change({ layers });
  }

  /** A level and an element that there are: those of `at` as far as possible, else the middle of the last layer. @param {Place | null} at @returns {Place} */
  #near(at) {
    const all = this.result.sizes, last = all.length - 1;
    const level = Math.min(Math.max(at?.[0] ?? last, 0), last);
    const most = all[level] - 1;
    return [level, at ? Math.min(Math.max(at[1], 0), most) : Math.floor(most / 2)];
  }

  // --- from state to page

  /** @param {State} values */
  draw(values) {
    this.layers.show(this.draft.refused ? null : this.result);
    this.controls.show(values);
    this.pick(...this.#near(this.at));
  }

  /** Shows what an element of a level sees. @param {number} level @param {number} element */
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

  /** @param {number[][]} counts */
  #drawLevels(counts) {
    const { lang, at, result } = this, { layers } = this.draft.valid;
    const names = result.sizes.map((_, level) => levelName(lang, level));
    const name = this.word("field.picture", { level: names[at[0]], element: at[1], seen: spans(lang, counts) });
    this.drawing.show({ ...result, layers, counts, at, names, name });
  }

  /** The field in words: its size and place, what the border or the dilation takes from it, its paths. @param {Paths} seen */
  #tell(seen) {
    const lines = fieldLines(this.lang, this.at, this.result.fields[this.at[0]], seen), text = lines.join("\n");
    if (text === this.told) return;
    this.told = text;
    this.status.replaceChildren(...lines.map((line, n) => h("p", n ? {} : { class: "cx-shape" }, line)));
  }
}

/** anywidget's entry. */
export const render = mounted(ReceptiveFieldExplorer);
