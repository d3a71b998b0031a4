/** What every explorer has around its grids: region, alert, actions, link to its state. */
import { h, keepKeys, setAttribute } from "./dom.js";
import { fromLink, joinHash, splitHash, toLink } from "./link.js";
import { say } from "./words.js";

/**
 * What an explorer refused, shown as one alert. A refusal that stands (a bad text in its place, impossible settings)
 * greys the output until it is mended; one that passes (a block not pasted, a link not followed) is told until the next change.
 */
export class Alerts {
  constructor(lang, changed) {
    Object.assign(this, { lang, changed, standing: new Map(), passing: [] });
    this.element = h("div", { role: "alert", class: "cx-alert", hidden: true });
  }

  /** Lets a refusal stand under a name, or settles it with null. @param {{key: string, params: object, where?: string} | null} refusal */
  set = (name, refusal) => {
    if (!refusal && !this.standing.has(name)) return;
    if (refusal) this.standing.set(name, refusal);
    else this.standing.delete(name);
    this.changed();
  };

  /** Tells refusals until the next change. */
  tell = (...refusals) => {
    this.passing = refusals;
    this.changed();
  };

  clear() {
    this.standing.clear();
    this.passing = [];
  }

  #sentence({ key, params, where }) {
    const text = say(this.lang, key, params);
    return where && !text.includes(where) ? say(this.lang, "ui.bad.where", { where, text }) : text;
  }

  /** Shows all refusals. @param {string[]} settings sentences about the settings as a whole @returns whether any stands */
  show(settings) {
    const sentences = [...[...this.standing.values(), ...this.passing].map((refusal) => this.#sentence(refusal)), ...settings];
    if (sentences.join("\n") !== this.said) {
      this.said = sentences.join("\n");
      this.element.replaceChildren(...sentences.map((text) => h("p", {}, text)));
    }
    setAttribute(this.element, "hidden", sentences.length === 0);
    return this.standing.size + settings.length > 0;
  }
}

const named = new Map();

/** A region of its own name, with a number from the second of a kind on; keys pressed in it stay in it. */
export function region(name, ...children) {
  const count = (named.get(name) ?? 0) + 1;
  named.set(name, count);
  const root = h("section", { role: "region", "aria-label": count > 1 ? `${name} ${count}` : name, class: "cx" }, ...children);
  keepKeys(root);
  return root;
}

/**
 * Follows links to a state of the widget `id` and keeps the widget's own link up to date. What is bad in a link is
 * told, and the author's state stands. `forget()` drops what the reader has begun; `sentence(refusal)` puts a refusal
 * of the draft into words.
 */
export class StateLink {
  constructor({ lang, id, root, draft, fields, alerts, sentence, forget }) {
    Object.assign(this, { id, root, draft, fields, alerts, sentence, forget });
    this.element = h("a", { class: "cx-link", href: "#" }, say(lang, "ui.link"));
    this.follow = () => this.#follow();
    addEventListener("hashchange", this.follow);
  }

  /** Takes over the state that the page's address asks for, if it names this widget. */
  #follow() {
    const found = splitHash(location.hash);
    if (found?.id !== this.id || location.hash === this.own) return;
    this.#read(found.parameters);
    this.root.scrollIntoView({ block: "nearest" });
  }

  #read(parameters) {
    const { draft } = this;
    this.forget();
    const { patch, refusals } = fromLink(this.fields, parameters);
    const values = { ...draft.author, ...patch };
    const impossible = refusals.length === 0 && draft.refusal(values);
    if (impossible) refusals.push({ key: "ui.bad.link", params: { reason: this.sentence(impossible) } });
    draft.change(refusals.length ? { ...draft.author } : values);
    if (refusals.length) this.alerts.tell(...refusals);
  }

  start() {
    this.#follow();
  }

  update() {
    this.own = joinHash(this.id, toLink(this.fields, this.draft.valid, this.draft.author));
    if (this.element.getAttribute("href") !== this.own) this.element.setAttribute("href", this.own);
  }

  destroy() {
    removeEventListener("hashchange", this.follow);
  }
}

