/** What every explorer has around its grids: region, alert, actions, link to its state. */
import { h, keepKeys, setAttribute } from "./dom.js";
import { joinHash, splitHash } from "./link.js";
import { say } from "./words.js";

/** The refusals that stand open in an explorer, shown as one alert. */
export class Alerts {
  constructor(lang, changed) {
    Object.assign(this, { lang, changed, open: new Map() });
    this.element = h("div", { role: "alert", class: "cx-alert", hidden: true });
  }

  /** Opens a refusal under a name, or settles it with null. @param {{key: string, params: object, where?: string} | null} refusal */
  set = (name, refusal) => {
    if (!refusal && !this.open.has(name)) return;
    if (refusal) this.open.set(name, refusal);
    else this.open.delete(name);
    this.changed();
  };

  /** Shows the open refusals and those of the settings as a whole. @param {string[]} more sentences */
  show(more) {
    const own = [...this.open.values()].map(({ key, params, where }) => {
      const text = say(this.lang, key, params);
      return where && !text.includes(where) ? say(this.lang, "ui.bad.where", { where, text }) : text;
    });
    const sentences = [...own, ...more];
    if (sentences.join("\n") !== this.said) {
      this.said = sentences.join("\n");
      this.element.replaceChildren(...sentences.map((text) => h("p", {}, text)));
    }
    setAttribute(this.element, "hidden", sentences.length === 0);
    return sentences.length > 0;
  }
}

/** A region with a heading; keys pressed in it stay in it. */
export function region(name, ...children) {
  const root = h("section", { role: "region", "aria-label": name, class: "cx" }, ...children);
  keepKeys(root);
  return root;
}

/**
 * Follows links to a state of the widget `id` and keeps the widget's own link up to date.
 * `read(parameters)` takes a state over; `write()` gives the parameters of the present one.
 */
export class StateLink {
  constructor({ lang, id, root, read, write }) {
    Object.assign(this, { id, root, read, write });
    this.element = h("a", { class: "cx-link", href: "#" }, say(lang, "ui.link"));
    this.follow = () => this.#follow();
    addEventListener("hashchange", this.follow);
  }

  /** Takes over the state that the page's address asks for, if it names this widget. */
  #follow() {
    const found = splitHash(location.hash);
    if (found?.id !== this.id || location.hash === this.own) return;
    this.read(found.parameters);
    this.root.scrollIntoView({ block: "nearest" });
  }

  start() {
    this.#follow();
  }

  update() {
    this.own = joinHash(this.id, this.write());
    if (this.element.getAttribute("href") !== this.own) this.element.setAttribute("href", this.own);
  }

  destroy() {
    removeEventListener("hashchange", this.follow);
  }
}

