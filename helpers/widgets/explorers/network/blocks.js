/**
 * What can become of the block that the chosen row is in: repeated, twice as wide, or removed.
 *
 * @import { Draft } from "../../state/draft.js"
 * @import { Fold, Layer } from "./items.js"
 */
import { h, setAttribute, setText } from "../../parts/dom.js";
import { say } from "../../words/words.js";
import { edited, folds, places, treeRefusal, widened } from "./items.js";

export class BlockTools {
  /** @param {string} lang @param {Draft} draft @param {(layers: Layer[], at: number, button: HTMLButtonElement) => void} replace */
  constructor(lang, draft, replace) {
    this.lang = lang;
    this.draft = draft;
    this.replace = replace;
    this.at = 0;
    this.name = h("span", { class: "cx-label", "aria-hidden": "true" });
    /** @type {Record<string, HTMLButtonElement>} */
    this.buttons = Object.fromEntries(
      ["repeat", "widen", "remove"].map((change) => {
        const onclick = () => this.#change(change);
        return [
          change,
          h("button", { type: "button", class: "cx-button", onclick }, say(lang, `tree.block.${change}`)),
        ];
      }),
    );
    const parts = [this.name, ...Object.values(this.buttons)];
    this.element = h("div", { role: "group", class: "cx-extras nx-block" }, ...parts);
  }

  /** The innermost block that the chosen row is in. @returns {Fold | undefined} */
  get #block() {
    return folds(this.draft.values.layers).filter(({ from, to }) => this.at >= from && this.at < to).pop();
  }

  /** @param {number} at the chosen row */
  show(at) {
    this.at = at;
    const block = this.#block, { name = "" } = block?.item ?? {};
    this.element.hidden = !block;
    if (!block) return;
    const told = say(this.lang, name ? "tree.block" : "tree.block.unnamed", { name });
    setText(this.name, told);
    setAttribute(this.element, "aria-label", told);
    for (const [change, button] of Object.entries(this.buttons)) {
      setAttribute(button, "disabled", this.#changed(change) === null);
    }
  }

  /** @param {string} change */
  #change(change) {
    const { layers, at } = this.#changed(change);
    this.replace(layers, at, this.buttons[change]);
  }

  /** The network after a change, and the row to choose; null where that cannot be. @param {string} change @returns {{layers: Layer[], at: number} | null} */
  #changed(change) {
    const { item, path, from, to } = this.#block, layers = change === "widen" ? widened(item.layers) : item.layers;
    if (!layers) return null;
    const instead = { repeat: [item, item], widen: [{ ...item, layers }], remove: [] }[change];
    const place = (list, i) => list.flatMap((one, n) => (n === i ? instead : [one]));
    const changed = edited(this.draft.values.layers, path, place);
    const at = { repeat: to, widen: this.at, remove: Math.min(from, places(changed).length - 1) }[change];
    return treeRefusal(changed) ? null : { layers: changed, at };
  }
}
