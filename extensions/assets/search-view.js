/* Search: what one sees of it, in the header's box and on the search page. */
(() => {
  "use strict";

  const SHOWN = 20;
  const { Engine, snippet, terms } = globalThis.courseSearchEngine;
  const { words, entries } = globalThis.courseSearchIndex;
  const engine = new Engine(globalThis.MiniSearch, entries);
  const root = new URL(document.documentElement.dataset.content_root, window.location.href);

  const say = (key, values = {}) => words[`site.search${key}`].replace(/\{(\w+)\}/g, (_, name) => values[name]);

  /**
   * An element with its attributes and children; texts stay texts.
   * @template {keyof HTMLElementTagNameMap} T
   * @param {T} tag @param {Record<string, string>} attributes @param {(Node | string)[]} children @returns {HTMLElementTagNameMap[T]}
   */
  const make = (tag, attributes = {}, ...children) => {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
    node.append(...children);
    return node;
  };

  /** @param {[text: string, hit: boolean][]} parts */
  const marked = (parts) => parts.map(([text, hit]) => (hit ? make("mark", {}, text) : text));

  /** @param {string} text @param {Set<string>} wanted */
  const hits = (text, wanted) => terms(text).some(([term]) => wanted.has(term));

  /** One found section: its place, and a piece of its text, or the line of its code, that shows why. @param {{entry: {at: string, page: string, title: string, text: string, code: string}, terms: string[]}} found */
  const result = ({ entry, terms: found }) => {
    const wanted = new Set(found);
    const place = entry.title && entry.title !== entry.page ? [entry.page, " › "] : [];
    const link = make("a", { href: new URL(entry.at, root).href }, ...place, make("b", {}, entry.title || entry.page));
    const item = make("li", {}, link);
    const prose = snippet(entry.text, wanted);
    const line = entry.code.split("\n").find((one) => hits(one, wanted));
    if (line && !hits(entry.text, wanted) && !hits(entry.title, wanted)) {
      item.append(make("p", {}, make("code", {}, ...marked(snippet(line.trim(), wanted)))));
    } else if (entry.text) item.append(make("p", {}, ...marked(prose)));
    return item;
  };

  /** The sentence above the results. */
  const verdict = (query, found) => {
    if (!query) return say(".hint");
    if (!found.length) return say(".none", { query });
    return say(found.length > SHOWN ? ".first" : ".found", { count: found.length, shown: SHOWN });
  };

  /** Arrow keys walk from the field through the results and back. @param {KeyboardEvent} event @param {HTMLElement} field @param {HTMLElement} list */
  const walk = (event, field, list) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const stops = [field, ...list.querySelectorAll("a")];
    const at = stops.findIndex((stop) => stop === document.activeElement);
    if (!step || at < 0 || !stops[at + step]) return;
    event.preventDefault();
    stops[at + step].focus();
  };

  /** The header's box is a dialog: it keeps the focus, and Escape closes it from everywhere within. @param {HTMLElement} box @param {HTMLElement} field */
  const asDialog = (box, field) => {
    box.setAttribute("role", "dialog");
    box.setAttribute("aria-modal", "true");
    box.setAttribute("aria-label", say(""));
    const wrapper = box.parentElement;
    box.addEventListener("keydown", (event) => {
      const stops = [field, ...box.querySelectorAll("a")];
      const edge = event.shiftKey ? stops[0] : stops.at(-1);
      if (event.key === "Tab" && document.activeElement === edge) {
        event.preventDefault();
        (event.shiftKey ? stops.at(-1) : stops[0]).focus();
      } else if (event.key === "Escape" && document.activeElement !== field) {
        field.focus(); // where the theme listens
        wrapper.classList.remove("show");
        /** @type {HTMLElement | null} */
        const opener = document.querySelector(".search-button__button");
        opener?.focus();
      }
    });
    box.addEventListener("click", (event) => {
      if (/** @type {Element} */ (event.target).closest("a")) wrapper.classList.remove("show");
    });
  };

  /** Bring a form of the search to life. @param {HTMLFormElement} form */
  globalThis.courseSearch = (form) => {
    const field = form.querySelector("input");
    const status = make("p", { role: "status", class: "course-search-status" });
    const list = make("ol", { class: "course-search-results", "aria-label": say(".results") });
    /** @type {HTMLElement | null} */
    const box = form.closest(".search-button__search-container");
    const wholePage = !box;
    form.after(make("div", { class: "course-search-found" }, status, list));
    if (box) asDialog(box, field);

    const show = () => {
      const query = field.value.trim();
      const found = query ? engine.search(query) : [];
      status.textContent = verdict(query, found);
      list.replaceChildren(...found.slice(0, SHOWN).map(result));
      if (wholePage && window.location.protocol.startsWith("http")) {
        const address = new URL(window.location.href);
        address.search = query ? String(new URLSearchParams({ q: query })) : "";
        window.history.replaceState(null, "", address);
      }
    };

    if (wholePage) {
      field.value = new URLSearchParams(window.location.search).get("q") ?? "";
      form.addEventListener("submit", (event) => event.preventDefault());
      field.focus();
    }
    field.addEventListener("input", show);
    form.parentElement.addEventListener("keydown", (event) => walk(event, field, list));
    show();
  };
})();
