/**
 * Brings the widgets of a page without a kernel to life.
 *
 * @import { Model } from "./types.js"
 *
 * @typedef {(view: {model: Model, el: HTMLElement}) => void} Render
 */

/** The part of anywidget's model that our views use, with no kernel behind it. @implements {Model} */
class StaticModel {
  /** @type {Map<string, Set<() => void>>} */
  #listeners = new Map();
  #state;

  constructor(state) {
    this.#state = state;
    this.static = true; // views offer links to a state only where the page's address can carry one
  }

  get(name) {
    return this.#state[name];
  }

  set(name, value) {
    if (Object.is(this.#state[name], value)) return;
    this.#state[name] = value;
    for (const listener of this.#listeners.get(`change:${name}`) ?? []) listener();
  }

  save_changes() {}

  on(name, listener) {
    if (!this.#listeners.has(name)) this.#listeners.set(name, new Set());
    this.#listeners.get(name).add(listener);
  }

  off(name, listener) {
    this.#listeners.get(name)?.delete(listener);
  }
}

/** Replaces every fallback (<div data-cnn-widget="…" data-state="…">tables</div>) of a kind by its live widget. @param {string} name @param {Render} render */
function upgrade(name, render) {
  /** @type {NodeListOf<HTMLElement>} */
  const hosts = document.querySelectorAll(`[data-cnn-widget="${name}"]:not([data-live])`);
  for (const host of hosts) {
    const el = document.createElement("div"), tables = [...host.childNodes];
    host.replaceChildren(el); // a view may ask where it is, and scroll to it
    try {
      render({ model: new StaticModel(JSON.parse(host.dataset.state)), el });
      host.dataset.live = "yes";
    } catch (error) {
      console.error(error);
      host.replaceChildren(...tables);
    }
  }
}

/**
 * Takes in the rooms that have come, and those still to come; each is a function of the shared modules that gives a name
 * and its `render`. Widgets come to life as soon as the page is parsed, before the theme's own deferred scripts have come.
 * @param {Record<string, object>} shared modules by their names in the joined script
 */
export function start(shared) {
  /** @param {(shared: Record<string, object>) => [string, Render]} room */
  const take = (room) => {
    const [name, render] = room(shared);
    if (document.readyState === "loading") {
      document.addEventListener("readystatechange", () => upgrade(name, render), { once: true });
    } else upgrade(name, render);
  };
  for (const room of globalThis.convnetsRooms ?? []) take(room);
  globalThis.convnetsRooms = { push: take };
}
