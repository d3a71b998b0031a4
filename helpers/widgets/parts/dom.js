/** Small helpers to build elements from parts, never from HTML text. */

/**
 * An element with attributes, listeners (names that start with "on") and children.
 * An attribute that is false, null or undefined is left out; true gives an empty one.
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag @param {Record<string, any>} attributes @param {(Node | string)[]} children @returns {HTMLElementTagNameMap[T]}
 */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else setAttribute(element, name, value);
  }
  element.append(...children);
  return element;
}

/** Sets an attribute, or takes it away where the value is false, null or undefined. @param {Element} element @param {string} name */
export function setAttribute(element, name, value) {
  if (value === false || value === null || value === undefined) element.removeAttribute(name);
  else element.setAttribute(name, value === true ? "" : value);
}

/** Sets a text only where it differs, so that live regions speak once. @param {Node} element @param {string} text */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** The element that has the focus in the tree around a part: the page, or a shadow root. @param {Node} part */
export function focusedAround(part) {
  return /** @type {Document | ShadowRoot} */ (part.getRootNode()).activeElement;
}

const SVG = "http://www.w3.org/2000/svg";

/**
 * An element of an SVG picture with attributes and children.
 * @template {keyof SVGElementTagNameMap} T
 * @param {T} tag @param {Record<string, any>} attributes @param {(Node | string)[]} children @returns {SVGElementTagNameMap[T]}
 */
export function svg(tag, attributes, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) setAttribute(element, name, value);
  element.append(...children);
  return element;
}

/** An icon of 24×24 units from the data of one path. @param {string} path */
export function icon(path) {
  return svg(
    "svg",
    { viewBox: "0 0 24 24", width: 20, height: 20, "aria-hidden": "true", focusable: "false" },
    svg("path", { d: path, fill: "currentColor" }),
  );
}

/** Every widget of a notebook has a copy of this module: all of them count here, so that none gives an id twice. */
const IDS = Symbol.for("convnets.ids");

/** An id, or a name of a group, that nothing else on the page has: neither another widget nor the author. @param {string} prefix @returns {string} */
export function uid(prefix) {
  let id;
  do {
    globalThis[IDS] = (globalThis[IDS] ?? 0) + 1;
    id = `${prefix}-${globalThis[IDS]}`;
  } while (globalThis.document?.getElementById(id));
  return id;
}

/**
 * Keeps keys pressed inside an element from the notebook's shortcuts (in JupyterLab "b" would add a cell).
 * Combinations with Ctrl, Meta or Alt and the keys that leave (Tab, Escape) pass, as does Shift+Enter, which runs the cell.
 * @param {HTMLElement} root
 */
export function keepKeys(root) {
  root.addEventListener("keydown", (event) => {
    const leaves = event.key === "Tab" || event.key === "Escape" || (event.key === "Enter" && event.shiftKey);
    if (!leaves && !event.ctrlKey && !event.metaKey && !event.altKey) event.stopPropagation();
  });
}

/** The parts of a formula, with its indices set low: "n_h" as n and a small h, "c_o" as c and a small o. @param {string} line */
export function withSubscripts(line) {
  return line.split(/_([hwio])\b/).map((part, n) => (n % 2 ? h("sub", {}, part) : part));
}
