/**
 * What every explorer has around its grids: region, alert, actions, link to its state.
 *
 * @import { Draft } from "../state/draft.js"
 * @import { Field, View } from "../state/link.js"
 * @import { PlacedRefusal, Refusal, Values } from "../types.js"
 */
import { shareable } from "../state/address.js";
import { h, keepKeys, setAttribute, setText } from "./dom.js";
import { keepInView } from "./in-view.js";
import { Latest } from "../state/latest.js";
import { fromLink, joinHash, splitHash, toLink, viewFromLink, viewToLink } from "../state/link.js";
import { say } from "../words/words.js";

/**
 * What an explorer refused, shown as one alert. A refusal that stands (a bad text in its place, impossible settings)
 * greys the output until it is mended; one that passes (a block not pasted, a link not followed) is told until the next change;
 * a failure that is nobody's doing (weights that did not come) is told until trying again has helped.
 */
export class Alerts {
  /** @param {string} lang @param {() => void} changed called after every change */
  constructor(lang, changed) {
    this.lang = lang;
    this.changed = changed;
    /** @type {Map<string, PlacedRefusal>} */
    this.standing = new Map();
    /** @type {PlacedRefusal[]} */
    this.passing = [];
    /** @type {(Refusal & {again: () => void}) | null} */
    this.failure = null;
    this.said = "";
    this.sentences = h("div", {});
    this.again = h(
      "button",
      { type: "button", class: "cx-button", onclick: () => this.failure?.again() },
      say(lang, "ui.again"),
    );
    this.element = h("div", { role: "alert", class: "cx-alert", hidden: true }, this.sentences, this.again);
  }

  /** Lets a refusal stand under a name, or settles it with null. @type {import("../types.js").Refuse} */
  set = (name, refusal) => {
    if (!refusal && !this.standing.has(name)) return;
    if (refusal) this.standing.set(name, refusal);
    else this.standing.delete(name);
    this.changed();
  };

  /** Tells refusals until the next change. @type {(...refusals: PlacedRefusal[]) => void} */
  tell = (...refusals) => {
    this.passing = refusals;
    this.changed();
  };

  /** Tells of a failure, with a button that tries again, or settles it with null; Reset leaves it. @param {(Refusal & {again: () => void}) | null} failure */
  fail(failure) {
    this.failure = failure;
    this.changed();
  }

  /** Makes a change that the reader asked for a while ago: what has been told since stays. @param {() => void} change */
  keeping(change) {
    const told = this.passing;
    change();
    if (told.length) this.tell(...told);
  }

  clear() {
    this.standing.clear();
    this.passing = [];
  }

  /** @param {PlacedRefusal} refusal */
  #sentence({ key, params, where }) {
    const text = say(this.lang, key, params);
    return where && !text.includes(where) ? say(this.lang, "ui.bad.where", { where, text }) : text;
  }

  /** Shows all refusals. @param {(Refusal | string)[]} settings what is wrong with the settings as a whole @returns whether any stands */
  show(settings) {
    const told = [...(this.failure ? [this.failure] : []), ...this.standing.values(), ...this.passing];
    const sentences = [...told, ...settings].map((
      refusal,
    ) => (typeof refusal === "string" ? refusal : this.#sentence(refusal)));
    if (sentences.join("\n") !== this.said) {
      this.said = sentences.join("\n");
      this.sentences.replaceChildren(...sentences.map((text) => h("p", {}, text)));
    }
    setAttribute(this.again, "hidden", !this.failure);
    setAttribute(this.element, "hidden", sentences.length === 0);
    return this.standing.size + settings.length > 0;
  }
}

const named = new Map();

/** A region of its own name, with a number from the second of a kind on; keys pressed in it stay in it. @param {string} name @param {(Node | string)[]} children */
export function region(name, ...children) {
  const count = (named.get(name) ?? 0) + 1;
  named.set(name, count);
  const root = h(
    "section",
    { role: "region", "aria-label": count > 1 ? `${name} ${count}` : name, class: "cx" },
    ...children,
  );
  keepKeys(root);
  return root;
}

/**
 * Follows links to a state of the widget `id`, brings it into view and keeps the widget's own link up to date. What is bad in a
 * link is told, and the author's state stands. `fields` are of the draft, `view` is what the reader looks at (see link.js);
 * `forget()` drops what the reader has begun and looks at;
 * `complete(values, patch)` gives what follows from a link's values and is not in it.
 */
export class StateLink {
  /**
   * @param {{lang: string, id: string, root: HTMLElement, draft: Draft<any>, fields: Record<string, Field<any>>, view?: Record<string, View<any>>,
   *   alerts: Alerts, sentence?: (refusal: Refusal) => string, forget: () => void, complete?: (values: Values, patch: Values) => Values}} options
   */
  constructor({ lang, id, root, draft, fields, view = {}, alerts, sentence, forget, complete = () => ({}) }) {
    this.lang = lang;
    this.id = id;
    this.root = root;
    this.draft = draft;
    this.fields = fields;
    this.view = view;
    this.alerts = alerts;
    this.sentence = sentence;
    this.forget = forget;
    this.complete = complete;
    this.copying = new Latest();
    /** @type {string | null} */
    this.pressed = null; // the hash that a press of our own link has just put into the address
    this.anchor = h(
      "a",
      { class: "cx-link", href: "#", onclick: (event) => this.#pressed(event) },
      say(lang, "ui.link"),
    );
    this.copied = h("span", { class: "cx-copied", "aria-live": "polite" });
    this.element = h("span", { class: "cx-links" }, this.anchor, " ", this.copied);
    this.follow = () => this.#follow();
    addEventListener("hashchange", this.follow);
  }

  /** Takes over the state that the page's address asks for, if it names this widget. */
  #follow() {
    const found = splitHash(location.hash);
    const pressed = location.hash === this.pressed;
    this.pressed = null;
    if (found?.id !== this.id || pressed) return; // the reader's own press changes nothing
    const bad = this.#read(found.parameters);
    keepInView(this.root, bad ? this.alerts.element : null);
  }

  /** @param {URLSearchParams} parameters @returns whether something in the link was bad */
  #read(parameters) {
    const { draft } = this;
    this.forget();
    const { patch, refusals } = fromLink(this.fields, parameters);
    const linked = { ...draft.author, ...patch }, values = { ...linked, ...this.complete(linked, patch) };
    const impossible = refusals.length ? null : draft.refusal(values);
    if (impossible) {
      refusals.push({ key: "ui.bad.link", params: { reason: this.sentence ? this.sentence(impossible) : impossible } });
    }
    const seen = refusals.length ? { put: [], refusals: [] } : viewFromLink(this.view, parameters, values);
    refusals.push(...seen.refusals);
    if (!refusals.length) { for (const put of seen.put) put(); }
    draft.change(refusals.length ? { ...draft.author } : values);
    if (refusals.length) this.alerts.tell(...refusals);
    return refusals.length > 0;
  }

  /** A press puts the link into the page's address and copies it; with Ctrl or the like the browser does as usual. @param {MouseEvent} event */
  async #pressed(event) {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    /** @type {HTMLLinkElement | null} */
    const canonical = document.querySelector('link[rel="canonical"]');
    const hash = this.anchor.getAttribute("href"),
      { page, key } = shareable(location, canonical?.href),
      url = `${page}${hash}`;
    if (location.hash !== hash) this.pressed = hash;
    setText(this.copied, "");
    const copy = async () => await navigator.clipboard.writeText(url); // where there is no clipboard, this is refused as well
    const done = await this.copying.of(
      copy().then(() => say(this.lang, key), () => say(this.lang, "ui.link.refused", { url })),
    );
    if (done) setText(this.copied, done.value);
  }

  start() {
    this.#follow();
  }

  update() {
    const own = joinHash(this.id, {
      ...toLink(this.fields, this.draft.valid, this.draft.author),
      ...viewToLink(this.view),
    });
    if (this.anchor.getAttribute("href") !== own) this.anchor.setAttribute("href", own);
  }

  /** The author's state is back: the page's address no longer asks for another one of this widget. */
  leave() {
    this.copying.drop();
    setText(this.copied, "");
    if (splitHash(location.hash)?.id !== this.id) return;
    try {
      history.replaceState(history.state, "", `#${encodeURIComponent(this.id)}`);
    } catch {
      // a page in a frame of its own may not change its address; then a reload brings the link's state back
    }
  }

  destroy() {
    this.copying.drop();
    removeEventListener("hashchange", this.follow);
  }
}
