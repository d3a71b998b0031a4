/**
 * A network as a link has it. No DOM.
 *
 *     c,o6,k5,p2;ReLU;m,k2,s2;f;l,o10            layers, one after the other: a kind and the settings that are not usual
 *     cat(c,o4,k1~c,o6,k3,p1~m,k3,p1)            branches, concatenated
 *     add(~c,o6,k3,p1;n);ReLU                    branches, added; an empty one is a shortcut
 *     b,stage1(c,o6,k3,p1;ReLU)                  a block and its name
 *
 * @import { Layer } from "./items.js"
 */
import { ACTIVATIONS, JOINS, KINDS, LIMITS, SETTINGS, treeRefusal } from "./items.js";
import { decimal, pairText } from "./writing.js";

const CODES = {
  Conv2d: "c",
  MaxPool2d: "m",
  AvgPool2d: "a",
  AdaptiveAvgPool2d: "ga",
  AdaptiveMaxPool2d: "gm",
  BatchNorm2d: "n",
  BatchNorm1d: "n1",
  LocalResponseNorm: "lrn",
  Dropout: "d",
  Dropout2d: "d2",
  Flatten: "f",
  Linear: "l",
  Identity: "i",
};

/** The code of each join in front of its branches. @type {Record<string, string>} */
const HEADS = { concat: "cat", add: "add" };

// --- written

/** Items as a link has them; the names of blocks are kept, no others. @param {Layer[]} items @returns {string} */
export function layersToText(items) {
  return items.map(oneToText).join(";");
}

/** How a link writes a setting, by its type. @type {Record<string, (value: any) => string | number>} */
const WRITTEN = {
  whole: String,
  pair: (pair) => pairText(pair, "", "x", ""),
  switch: Number,
  probability: decimal,
};

/** @param {Layer} item @returns {string} */
function oneToText(item) {
  if (item.kind === "Block") return `b${item.name && `,${nameToText(item.name)}`}(${layersToText(item.layers)})`;
  if (item.kind === "Parallel") return `${HEADS[item.join]}(${item.branches.map(layersToText).join("~")})`;
  const parts = [CODES[item.kind] ?? item.kind];
  for (const key of KINDS[item.kind]) {
    const { type, usual, letter } = SETTINGS[key], value = item[key];
    if (usual !== undefined && String(value) === String(usual)) continue;
    parts.push(letter + WRITTEN[type](value));
  }
  return parts.join(",");
}

/** A name without any sign of ours. @param {string} name */
const nameToText = (name) =>
  encodeURIComponent(name.replace(/[\ud800-\udfff]/gu, "\ufffd")).replace(
    /[~()!'*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16)}`,
  );

/** @param {string} text @returns {string | null} */
function nameFromText(text) {
  try {
    const name = decodeURIComponent(text);
    return nameToText(name) === text ? name : null;
  } catch {
    return null;
  }
}

// --- read

/** @param {string} text @returns {{value: Layer[]} | null} null where the text makes no sense */
export function layersFromText(text) {
  const reader = new Reader(text), value = reader.items(0);
  return value && reader.done && !treeRefusal(value) ? { value } : null;
}

/** Reads a text sign by sign; what gives null makes no sense. */
class Reader {
  /** @param {string} text */
  constructor(text) {
    this.signs = text.split(/([;~()])/); // texts at even places, with one of the signs between each two
    this.at = 0;
  }

  get done() {
    return this.at === this.signs.length;
  }

  #next() {
    return this.signs[this.at++];
  }

  /** Items up to a sign that ends them, which is left. @param {number} depth @returns {Layer[] | null} */
  items(depth) {
    const items = [];
    if (depth > LIMITS.depth) return null;
    do {
      const item = this.#item(depth);
      if (!item) return null;
      items.push(item);
    } while (this.signs[this.at] === ";" && this.#next());
    return items;
  }

  /** @param {number} depth @returns {Layer | null} */
  #item(depth) {
    const text = this.#next();
    if (this.signs[this.at] !== "(") return layerFromText(text);
    const lists = this.#lists(depth + 1);
    if (!lists || this.#next() !== "") return null; // nothing between a bracket and the sign after it
    return holderFromText(text, lists);
  }

  /** Lists of items in brackets. @param {number} depth @returns {Layer[][] | null} */
  #lists(depth) {
    const lists = [];
    while (["(", "~"].includes(this.signs[this.at])) {
      this.#next();
      const empty = this.signs[this.at] === "" && ["~", ")"].includes(this.signs[this.at + 1]);
      const list = empty ? [] : this.items(depth);
      if (!list) return null;
      if (empty) this.#next();
      lists.push(list);
    }
    return this.#next() === ")" ? lists : null;
  }
}

/** What holds lists of items, by the text in front of the bracket. @param {string} text @param {Layer[][]} lists @returns {any} */
function holderFromText(text, lists) {
  const join = Object.keys(JOINS).find((name) => HEADS[name] === text);
  if (join) return { name: "", kind: "Parallel", branches: lists, join };
  const [code, ...names] = text.split(","), name = names.length ? nameFromText(names.join(",")) : "";
  if (code !== "b" || lists.length > 1 || name === null || (names.length && !name)) return null;
  return { name, kind: "Block", layers: lists[0] };
}

/** @param {string} text @returns {Layer | null} */
function layerFromText(text) {
  const [code, ...parts] = text.split(",");
  const kind = ACTIVATIONS.includes(code) ? code : Object.keys(CODES).find((name) => CODES[name] === code);
  if (!kind) return null;
  /** @type {any} */
  const layer = { name: "", kind };
  const told = new Map(parts.map((part) => [part[0], part.slice(1)]));
  for (const key of KINDS[kind]) {
    const setting = SETTINGS[key], said = told.get(setting.letter);
    const value = said === undefined ? setting.usual : valueFromText(said, setting);
    if (value === undefined) return null;
    layer[key] = value;
    told.delete(setting.letter);
  }
  return told.size === 0 ? layer : null;
}

/** @param {string} text @param {{type: string, least?: number, most?: number}} setting @returns {any} undefined where it makes no sense */
function valueFromText(text, { type, least, most }) {
  const fits = (part) => /^\d{1,5}$/.test(part) && Number(part) >= least && Number(part) <= most;
  const whole = (part) => (fits(part) ? Number(part) : undefined);
  if (type === "whole") return whole(text);
  if (type === "switch") return { 0: false, 1: true }[text];
  if (type === "probability") return /^(0(\.\d{1,4})?|1(\.0{1,4})?)$/.test(text) ? Number(text) : undefined;
  const parts = text.split("x"), pair = [whole(parts[0]), whole(parts[parts.length - 1])];
  return parts.length <= 2 && !pair.includes(undefined) ? pair : undefined;
}
