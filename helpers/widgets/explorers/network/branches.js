/**
 * What can become of the branches that the chosen row joins, or is in: one more, the same once more, or one less.
 *
 * @import { Draft } from "../../state/draft.js"
 * @import { Refusal } from "../../types.js"
 * @import { Row } from "./arithmetic.js"
 * @import { Layer } from "./items.js"
 *
 * @typedef {{layers: Layer[], at: number, branch: number}} Changed a network, and the row and the branch to choose in it
 */
import { h, setAttribute, setText } from "../../parts/dom.js";
import { choice } from "../../parts/fields.js";
import { say } from "../../words/words.js";
import { around, edited, freshBranch, JOINS, LIMITS, places, rowAt } from "./items.js";

const CHANGES = ["add", "duplicate", "remove"];

export class BranchTools {
  /**
   * @param {{lang: string, draft: Draft, replace: (layers: Layer[], at: number, button: HTMLButtonElement) => void,
   *   tell: (refusal: Refusal) => void}} options tell: says why a change cannot be
   */
  constructor({ lang, draft, replace, tell }) {
    this.lang = lang;
    this.draft = draft;
    this.replace = replace;
    this.tell = tell;
    this.at = 0;
    /** The row and the join whose branches were shown last, and the branch that is chosen among them. */
    this.shown = "";
    this.branch = 0;
    /** @type {Row[]} */
    this.rows = [];
    this.name = h("span", { class: "cx-label", "aria-hidden": "true" });
    this.which = choice(say(lang, "tree.branches.which"), [], (value) => (this.branch = Number(value)));
    /** @type {Record<string, HTMLButtonElement>} */
    this.buttons = Object.fromEntries(
      CHANGES.map((change) => {
        const onclick = () => this.#change(change);
        const name = say(lang, `tree.branches.${change}`);
        return [change, h("button", { type: "button", class: "cx-button", onclick }, name)];
      }),
    );
    const { add, duplicate, remove } = this.buttons;
    const parts = [this.name, this.which.element, duplicate, remove, add];
    this.element = h("div", { role: "group", class: "cx-extras nx-block nx-branches" }, ...parts);
  }

  /** What is parallel at the chosen row, or around it: the innermost; and the branch that the row is in, if any. */
  get #join() {
    const { layers } = this.draft.values, { item, path } = places(layers)[this.at];
    return item.branches ? { item, path, branch: undefined } : around(layers, path).pop();
  }

  /** @param {number} at the chosen row @param {Row[]} rows those that are possible */
  show(at, rows) {
    Object.assign(this, { at, rows });
    const join = this.#join;
    this.element.hidden = !join;
    if (!join) return;
    const { item, path, branch } = join, shown = `${places(this.draft.values.layers)[at].path} of ${path}`;
    if (shown !== this.shown) this.branch = branch ?? 0;
    this.shown = shown;
    const count = item.branches.length, name = say(this.lang, "tree.branches", this.#told(join));
    this.branch = Math.min(this.branch, count - 1);
    setText(this.name, name);
    setAttribute(this.element, "aria-label", name);
    this.#offer(count);
  }

  /** The join's number and kind, as words take them. */
  #told({ item, path }) {
    return { layer: rowAt(this.draft.values.layers, path) + 1, kind: JOINS[item.join] };
  }

  /** The branches to choose from. @param {number} count */
  #offer(count) {
    const { select } = this.which;
    while (select.length > count) select.lastChild.remove();
    while (select.length < count) {
      const branch = select.length + 1;
      select.append(h("option", { value: branch - 1 }, say(this.lang, "tree.branch", { branch })));
    }
    select.value = String(this.branch);
  }

  /** @param {string} change */
  #change(change) {
    const changed = this.#changed(change);
    if ("key" in changed) return this.tell(changed);
    const { layers, at, branch } = changed, join = this.#join;
    this.branch = branch;
    this.shown = `${places(layers)[at].path} of ${join.path}`;
    return this.replace(layers, at, this.buttons[change]);
  }

  /** The network after a change, or why that cannot be. @param {string} change @returns {Changed | Refusal} */
  #changed(change) {
    const join = this.#join, { item: { branches }, path } = join, count = branches.length, { branch } = this;
    const refusal = (key, params) => ({ key, params: { ...this.#told(join), ...params } });
    if (change === "remove" && count === LIMITS.least_branches) {
      return refusal("tree.bad.least", { least: LIMITS.least_branches });
    }
    if (change !== "remove" && count === LIMITS.branches) return refusal("tree.bad.most", { most: LIMITS.branches });
    const others = [...branches], place = { add: count, duplicate: branch + 1, remove: branch }[change];
    if (change === "remove") others.splice(place, 1);
    else others.splice(place, 0, change === "add" ? this.#fresh(join) : branches[branch]);
    const put = (list, i) => list.map((one, n) => (n === i ? { ...one, branches: others } : one));
    const layers = edited(this.draft.values.layers, path, put), rows = places(layers);
    if (rows.length > LIMITS.layers) return refusal("tree.bad.layers", { maximum: LIMITS.layers });
    const inside = rows.findIndex((row) => [...path, place].every((n, i) => row.path[i] === n));
    const at = change === "remove" || inside < 0 ? rowAt(layers, path) : inside;
    return { layers, at, branch: Math.min(place, others.length - 1) };
  }

  /** A new branch, of a shape that fits the first one's where that is known. */
  #fresh({ item, path }) {
    const row = this.rows.find((one) => String(one.path) === String(path));
    return freshBranch(item.join, row);
  }
}
