/** Brings the widgets of a page without a kernel to life. */

/** The part of anywidget's model that our views use, with no kernel behind it. */
class StaticModel {
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

/** Replaces every fallback (<div data-cnn-widget="…" data-state="…">tables</div>) by its live widget. */
function upgrade(renders) {
  for (const host of document.querySelectorAll("[data-cnn-widget]:not([data-live])")) {
    const render = renders[host.dataset.cnnWidget];
    if (!render) continue;
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

/** Upgrades as soon as the page is parsed, before the theme's own deferred scripts have come. */
export function start(renders) {
  const go = () => upgrade(renders);
  if (document.readyState === "loading") document.addEventListener("readystatechange", go, { once: true });
  else go();
}
