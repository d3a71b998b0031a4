/**
 * Where the chosen layer is changed: its controls, the buttons that concern it, and its numbers written out.
 *
 * @import { Draft } from "../../state/draft.js"
 * @import { Refusal, Refuse } from "../../types.js"
 * @import { Row } from "./arithmetic.js"
 * @import { Layer } from "./items.js"
 */
import { h, icon, setAttribute, setText, withSubscripts } from "../../parts/dom.js";
import { choice } from "../../parts/fields.js";
import { say } from "../../words/words.js";
import { BlockTools } from "./blocks.js";
import { BranchTools } from "./branches.js";
import { LayerEditor } from "./editor.js";
import { edited, freshBranches, freshLayer, KINDS, listAt, places, rowAt, treeRefusal } from "./items.js";

const ICONS = {
  up: "M12 6l7 8H5z",
  down: "M12 18l7-8H5z",
  remove: "M6 5l6 6 6-6 1 1-6 6 6 6-1 1-6-6-6 6-1-1 6-6-6-6z",
};

export class LayerBench {
  /**
   * @param {{lang: string, draft: Draft, refuse: Refuse, tell: (refusal: Refusal) => void,
   *   replace: (layers: Layer[], at: number) => void, stay: (button: HTMLButtonElement) => void}} options
   *   tell: says why a change cannot be, until the next one; replace: puts other layers in place and chooses one of them; stay: keeps the focus where a button was pressed
   */
  constructor({ lang, draft, refuse, tell, replace, stay }) {
    this.lang = lang;
    this.draft = draft;
    this.refuse = refuse;
    this.replace = replace;
    this.stay = stay;
    this.at = 0;
    /** @type {Map<number, LayerEditor>} */
    this.editors = new Map();
    this.said = "";
    /** The join whose branches `where` offers. */
    this.joinAt = -1;
    this.place = h("div", {});
    this.says = h("div", { class: "cx-formula nx-says" });
    this.tools = {
      up: this.#button(() => this.#move(-1), icon(ICONS.up)),
      down: this.#button(() => this.#move(1), icon(ICONS.down)),
      remove: this.#button(() => this.#remove(), icon(ICONS.remove)),
    };
    const kinds = [...Object.keys(KINDS), "Parallel"].map((kind) => [kind, kind]);
    this.kind = choice(say(lang, "network.add.kind"), kinds, () => this.#fitAdd());
    this.where = choice(say(lang, "tree.add.where"), [], () => this.#fitAdd()); // of branches: after them, or in one
    this.add = this.#button(() => this.#add());
    const replaced = (layers, at, button) => this.#replace(layers, at, button);
    this.blocks = new BlockTools(lang, draft, replaced);
    this.branches = new BranchTools({ lang, draft, replace: replaced, tell });
    const moves = h("span", { class: "cx-player nx-moves" }, ...Object.values(this.tools));
    const adds = h("div", { class: "cx-extras nx-adds" }, this.kind.element, this.where.element, this.add);
    this.element = h(
      "div",
      { class: "nx-bench" },
      h("div", { class: "nx-sets" }, moves, this.place),
      this.says,
      this.branches.element,
      this.blocks.element,
      adds,
    );
  }

  /** @param {() => void} act @param {(Node | string)[]} content */
  #button(act, ...content) {
    return h("button", { type: "button", class: "cx-button", onclick: act }, ...content);
  }

  // --- changes

  get #layers() {
    return this.draft.values.layers;
  }

  /** The chosen row. */
  get #place() {
    return places(this.#layers)[this.at];
  }

  #move(by) {
    const { path, item } = this.#place, last = path.length - 1;
    const layers = edited(this.#layers, path, (list, i) => {
      const others = list.filter((_, n) => n !== i);
      others.splice(i + by, 0, item);
      return others;
    });
    this.#replace(
      layers,
      rowAt(layers, [...path.slice(0, last), path[last] + by]),
      by < 0 ? this.tools.up : this.tools.down,
    );
  }

  #remove() {
    const layers = this.#without(), first = this.at + 1 - places([this.#place.item]).length;
    this.#replace(layers, Math.min(first, places(layers).length - 1), this.tools.remove);
  }

  #add() {
    const { layers, path } = this.#with();
    this.#replace(layers, rowAt(layers, path), this.add);
  }

  /** The network without the chosen row's layer, or without its branches. */
  #without() {
    return edited(this.#layers, this.#place.path, (list, i) => list.filter((_, n) => n !== i));
  }

  /** The network with a new layer, and the layer's path. */
  #with() {
    const { path, item: chosen } = this.#place, kind = this.kind.select.value, where = Number(this.where.select.value);
    const item = kind === "Parallel" ? freshBranches() : freshLayer(kind);
    const branches = chosen.branches?.map((branch, b) => (b + 1 === where ? [...branch, item] : branch));
    const layers = edited(
      this.#layers,
      path,
      (list, i) => list.flatMap((one, n) => (n !== i ? [one] : where ? [{ ...one, branches }] : [one, item])),
    );
    const last = path.length - 1;
    const inside = () => [...path, where - 1, chosen.branches[where - 1].length];
    return { layers, path: where ? inside() : [...path.slice(0, last), path[last] + 1] };
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

  /** Shows the layer at an index. @param {number} at @param {Row[]} rows those that are possible @param {string[]} lines its numbers written out, or why there are none */
  show(at, rows, lines) {
    const layer = at + 1;
    this.at = at;
    const { path, item } = this.#place, list = listAt(this.#layers, path), index = path[path.length - 1];
    const editor = this.#editorOf(at);
    if (this.place.firstChild !== editor.element) this.place.replaceChildren(editor.element);
    editor.show();
    this.#tell(lines);
    for (const [name, button] of Object.entries(this.tools)) {
      setAttribute(button, "aria-label", say(this.lang, `field.layer.${name}`, { layer }));
    }
    setAttribute(this.tools.up, "disabled", index === 0);
    setAttribute(this.tools.down, "disabled", index === list.length - 1);
    setAttribute(this.tools.remove, "disabled", treeRefusal(this.#without()) !== null);
    this.#showWhere(item.branches ?? []);
    this.branches.show(at, rows);
    this.blocks.show(at);
    this.#fitAdd();
    setText(this.add, say(this.lang, item.branches ? "tree.add.here" : "network.add", { layer }));
  }

  /** The places where a layer can be added at a join: after it, or at the end of a branch. @param {Layer[][]} branches */
  #showWhere(branches) {
    const { select, element } = this.where, count = branches.length + 1;
    element.hidden = branches.length === 0;
    const name = (n) =>
      n === 0 ? say(this.lang, "tree.add.after", { layer: this.at + 1 }) : say(this.lang, "tree.branch", { branch: n });
    const old = Number(select.value);
    const options = Array.from({ length: count }, (_, n) => h("option", { value: n }, name(n)));
    select.replaceChildren(...options);
    select.value = String(this.joinAt === this.at && old < count ? old : 0);
    this.joinAt = this.at;
  }

  /** Lets nothing be added where there would be too much. */
  #fitAdd() {
    setAttribute(this.add, "disabled", treeRefusal(this.#with().layers) !== null);
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
    const rows = places(this.#layers);
    this.#close((index, editor) => editor.suits(rows[index]?.item));
  }

  /** @param {number} index */
  #editorOf(index) {
    const { lang, draft, refuse } = this;
    if (!this.editors.has(index)) {
      const place = () => places(this.#layers)[index], read = () => place().item;
      const changed = (patch) =>
        edited(this.#layers, place().path, (list, i) => list.map((one, n) => (n === i ? { ...one, ...patch } : one)));
      const write = (patch) => draft.change({ layers: changed(patch) });
      this.editors.set(index, new LayerEditor({ lang, index, refuse, read, write }));
    }
    return this.editors.get(index);
  }
}
