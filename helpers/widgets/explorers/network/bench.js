/**
 * Where the chosen layer is changed: its controls, the buttons that concern it, and its numbers written out.
 *
 * @import { Draft } from "../../state/draft.js"
 * @import { Refuse } from "../../types.js"
 * @import { Layer } from "./items.js"
 */
import { h, icon, setAttribute, setText, withSubscripts } from "../../parts/dom.js";
import { choice } from "../../parts/fields.js";
import { say } from "../../words/words.js";
import { LayerEditor } from "./editor.js";
import { freshLayer, KINDS, LIMITS } from "./items.js";

const ICONS = {
  up: "M12 6l7 8H5z",
  down: "M12 18l7-8H5z",
  remove: "M6 5l6 6 6-6 1 1-6 6 6 6-1 1-6-6-6 6-1-1 6-6-6-6z",
};

export class LayerBench {
  /**
   * @param {{lang: string, draft: Draft, refuse: Refuse, replace: (layers: Layer[], at: number) => void, stay: (button: HTMLButtonElement) => void}} options
   *   replace: puts other layers in place and chooses one of them; stay: keeps the focus where a button was pressed
   */
  constructor({ lang, draft, refuse, replace, stay }) {
    this.lang = lang;
    this.draft = draft;
    this.refuse = refuse;
    this.replace = replace;
    this.stay = stay;
    this.at = 0;
    /** @type {Map<number, LayerEditor>} */
    this.editors = new Map();
    this.said = "";
    this.place = h("div", {});
    this.says = h("div", { class: "cx-formula nx-says" });
    this.tools = {
      up: this.#button(() => this.#move(-1), icon(ICONS.up)),
      down: this.#button(() => this.#move(1), icon(ICONS.down)),
      remove: this.#button(() => this.#remove(), icon(ICONS.remove)),
    };
    this.kind = choice(say(lang, "network.add.kind"), Object.keys(KINDS).map((kind) => [kind, kind]), () => {});
    this.add = this.#button(() => this.#add());
    const moves = h("span", { class: "cx-player nx-moves" }, ...Object.values(this.tools));
    const adds = h("div", { class: "cx-extras nx-adds" }, this.kind.element, this.add);
    this.element = h("div", { class: "nx-bench" }, h("div", { class: "nx-sets" }, moves, this.place), this.says, adds);
  }

  /** @param {() => void} act @param {(Node | string)[]} content */
  #button(act, ...content) {
    return h("button", { type: "button", class: "cx-button", onclick: act }, ...content);
  }

  // --- changes

  #move(by) {
    const layers = [...this.draft.values.layers], [layer] = layers.splice(this.at, 1);
    layers.splice(this.at + by, 0, layer);
    this.#replace(layers, this.at + by, by < 0 ? this.tools.up : this.tools.down);
  }

  #remove() {
    const layers = this.draft.values.layers.filter((_, n) => n !== this.at);
    this.#replace(layers, Math.min(this.at, layers.length - 1), this.tools.remove);
  }

  #add() {
    const layers = [...this.draft.values.layers];
    layers.splice(this.at + 1, 0, freshLayer(this.kind.select.value));
    this.#replace(layers, this.at + 1, this.add);
  }

  /** Refused texts of the old layers would stand in the wrong place, so they go. @param {Layer[]} layers @param {number} at @param {HTMLButtonElement} button */
  #replace(layers, at, button) {
    this.forget();
    this.replace(layers, at);
    this.stay(button);
  }

  /** Drops the editors, with every refused text. */
  forget() {
    this.#close(() => false);
  }

  /** Drops the editors that `keep` does not name. @param {(index: number, editor: LayerEditor) => boolean} keep */
  #close(keep) {
    for (const [index, editor] of [...this.editors]) {
      if (keep(index, editor)) continue;
      this.editors.delete(index);
      editor.close();
    }
  }

  // --- from state to page

  /** Shows the layer at an index. @param {number} at @param {string[]} lines its numbers written out, or why there are none */
  show(at, lines) {
    const { layers } = this.draft.values, layer = at + 1;
    this.at = at;
    const editor = this.#editorOf(at);
    if (this.place.firstChild !== editor.element) this.place.replaceChildren(editor.element);
    editor.show();
    this.#tell(lines);
    for (const [name, button] of Object.entries(this.tools)) {
      setAttribute(button, "aria-label", say(this.lang, `field.layer.${name}`, { layer }));
    }
    setAttribute(this.tools.up, "disabled", at === 0);
    setAttribute(this.tools.down, "disabled", at === layers.length - 1);
    setAttribute(this.tools.remove, "disabled", layers.length === 1);
    setAttribute(this.add, "disabled", layers.length >= LIMITS.layers);
    setText(this.add, say(this.lang, "network.add", { layer }));
  }

  #tell(lines) {
    const said = lines.join("\n");
    if (said === this.said) return;
    this.said = said;
    this.says.replaceChildren(...lines.map((line) => h("p", {}, ...withSubscripts(line))));
  }

  /** Brings it into the window, where little of it is. */
  reveal() {
    const { top, height } = this.element.getBoundingClientRect();
    const above = top < 0, below = top > innerHeight - Math.min(height, 240);
    if (above || below) this.element.scrollIntoView({ block: above ? "start" : "nearest", behavior: "instant" });
  }

  /** Drops the editors that no longer suit their layers. */
  fit() {
    const { layers } = this.draft.values;
    this.#close((index, editor) => editor.suits(layers[index]));
  }

  /** @param {number} index */
  #editorOf(index) {
    const { lang, draft, refuse } = this;
    if (!this.editors.has(index)) {
      const read = () => draft.values.layers[index];
      const changed = (patch) => draft.values.layers.map((layer, n) => (n === index ? { ...layer, ...patch } : layer));
      const write = (patch) => draft.change({ layers: changed(patch) });
      this.editors.set(index, new LayerEditor({ lang, index, refuse, read, write }));
    }
    return this.editors.get(index);
  }
}
