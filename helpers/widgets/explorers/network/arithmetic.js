/**
 * Networks that are a chain of layers: shapes, parameters, multiply-adds, memory, receptive fields, and why a layer is
 * impossible. The same as helpers/network/. No DOM.
 *
 * A layer is {kind, name?, …settings}; settings of rows and columns are pairs. A shape is [c, h, w]; of a vector, [n].
 *
 * @import { Pair, Refusal } from "../../types.js"
 *
 * @typedef {{kind: string, name: string, out_channels: number, out_features: number, kernel_size: Pair, stride: Pair,
 *   padding: Pair, dilation: Pair, output_size: Pair, groups: number, size: number, p: number, bias: boolean, affine: boolean,
 *   ceil_mode: boolean, count_include_pad: boolean}} Layer only the settings of its kind are there
 * @typedef {{size: number | null, jump: number | null, extent: number | null, least: number | null}} Axis of a receptive field
 * @typedef {{before: number[], text: string, shape: number[], parameters: number, multiply_adds: number, memory: number,
 *   from: Axis[], axes: Axis[]}} Row what a layer gives and costs; axes: rows and columns
 * @typedef {Refusal & {layer: number, kind: string}} RefusedLayer why a layer is impossible, and which it is
 */
import { outputSize, refusal } from "../../arithmetic/ops.js";
import { poolRefusal, poolShape } from "../../arithmetic/pool.js";
import FACTS from "../../../network/layers.json" with { type: "json" };

/**
 * The most of each number, kinds of layers with the settings of each, and what a setting is: its bounds, what PyTorch
 * takes for it, its letter in a link.
 */
export const LIMITS = FACTS.limits;
export const KINDS = FACTS.kinds;
export const SETTINGS = FACTS.settings;
export const ACTIVATIONS = FACTS.activations;
export const POOLS = FACTS.pools;

const MAPS = ["Conv2d", ...POOLS, "AdaptiveAvgPool2d", "AdaptiveMaxPool2d", "BatchNorm2d", "LocalResponseNorm"];
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

const product = (shape) => shape.reduce((a, b) => a * b, 1);
const isPool = (kind) => POOLS.includes(kind);

/** A layer of a kind with the settings that one would begin with. @param {string} kind @returns {Layer} */
export function freshLayer(kind) {
  /** @type {any} */
  const layer = Object.fromEntries(KINDS[kind].map((key) => [key, SETTINGS[key].fresh ?? SETTINGS[key].usual]));
  if (kind === "Conv2d") layer.padding = [1, 1];
  if (isPool(kind)) Object.assign(layer, { kernel_size: [2, 2], stride: [2, 2] });
  return { name: "", kind, ...layer };
}

// --- counting

/** Why a layer cannot take such an input, as a key and its parameters, or null. @param {Layer} layer @param {number[]} shape @returns {Refusal | null} */
function layerRefusal(layer, shape) {
  const { kind } = layer, vector = shape.length === 1;
  if (kind === "Linear" && !vector) return { key: "network.bad.flatten", params: { shape: shape.join("×") } };
  if (kind === "BatchNorm1d" && !vector) return { key: "network.bad.norm1d", params: { shape: shape.join("×") } };
  if (MAPS.includes(kind) && vector) return { key: "network.bad.maps", params: { kind, count: shape[0] } };
  const [c, h, w] = shape;
  if (kind === "Conv2d") {
    const { groups, out_channels } = layer;
    const uneven = c % groups || out_channels % groups;
    if (uneven) return { key: "shapes.groups", params: { c_i: c, c_o: out_channels, groups } };
    return refusal([h, w], layer.kernel_size, layer);
  }
  return isPool(kind) ? poolRefusal([h, w], { ...layer, mode: kind === "AvgPool2d" ? "avg" : "max" }) : null;
}

/** @param {Layer} layer @param {number[]} shape @returns {number[]} */
function shapeAfter(layer, shape) {
  const { kind } = layer;
  /** @type {Pair} */
  const size = [shape[1], shape[2]];
  if (kind === "Conv2d") {
    const { kernel_size: k, padding: p, stride: s, dilation: d } = layer;
    return [layer.out_channels, ...[0, 1].map((a) => outputSize(size[a], k[a], p[a], s[a], d[a]))];
  }
  if (isPool(kind)) return [shape[0], ...poolShape(size, layer)];
  if (kind.startsWith("Adaptive")) return [shape[0], ...layer.output_size];
  if (kind === "Flatten") return [product(shape)];
  return kind === "Linear" ? [layer.out_features] : shape;
}

/** Parameters, and multiply-adds for one image. @param {Layer} layer @param {number[]} before @param {number[]} after @returns {Pair} */
function costs(layer, before, after) {
  const { kind } = layer;
  if (kind === "Conv2d") {
    const weights = after[0] * (before[0] / layer.groups) * product(layer.kernel_size);
    return [weights + (layer.bias ? after[0] : 0), weights * after[1] * after[2]];
  }
  if (kind === "Linear") return [before[0] * after[0] + (layer.bias ? after[0] : 0), before[0] * after[0]];
  return [kind.startsWith("BatchNorm") && layer.affine ? 2 * before[0] : 0, 0];
}

const UNKNOWN = { size: null, jump: null, extent: null, least: null };

/** r' = r + d (k − 1) j, j' = j s. */
function windowed(axis, k, s, p, d, n, o) {
  if (axis.size === null || axis.jump === null) {
    return k === 1 && s === 1 && p === 0 ? axis : afterUneven(axis, k, s, p, d, n, o);
  }
  const size = axis.size + d * (k - 1) * axis.jump, jump = axis.jump * s;
  return { size, jump, extent: size + (o - 1) * jump, least: size };
}

/** Window i of adaptive pooling goes from floor(i n / o) to ceil((i + 1) n / o). */
function adaptive(axis, n, o) {
  if (o === n) return axis;
  if (axis.size === null || axis.jump === null) return axis.least === axis.extent ? axis : UNKNOWN;
  const starts = Array.from({ length: o }, (_, i) => Math.floor((i * n) / o));
  const lengths = new Set(starts.map((start, i) => Math.ceil(((i + 1) * n) / o) - start));
  const steps = new Set(starts.slice(1).map((start, i) => start - starts[i]));
  if (lengths.size === 1 && steps.size === 1 && !steps.has(0)) {
    return windowed(axis, [...lengths][0], [...steps][0], 0, 1, n, o);
  }
  const [size, least] = [Math.max(...lengths), Math.min(...lengths)].map((k) => axis.size + (k - 1) * axis.jump);
  return { size, jump: null, extent: axis.extent, least };
}

/** After windows without a single jump: known only where every element sees all that is seen. */
function afterUneven(axis, k, s, p, d, n, o) {
  if (axis.least !== axis.extent) return UNKNOWN;
  const inside = (i) => Array.from({ length: k }, (_, u) => i * s - p + u * d).some((place) => place >= 0 && place < n);
  const reading = Array.from({ length: o }, (_, i) => i).filter(inside).length;
  if (reading === 0) return UNKNOWN; // padding only
  return reading === o ? axis : { ...axis, least: 0 };
}

/**
 * The field along axis a (0: rows), where the layer makes o elements of n; n and o are 0 for vectors.
 * size: of the largest field; least: of the smallest, 0 where a window reads only padding; extent: of all together;
 * jump: null where there is no single one. All null where windows follow windows of different sizes.
 */
function axisAfter(layer, axis, a, n, o) {
  const { kind } = layer, pooled = kind.startsWith("Adaptive");
  const mixing = kind === "Linear" || (kind.endsWith("Softmax") && o === 0); // a softmax of maps is over channels
  if (mixing || (pooled && o === 1)) {
    return { size: axis.extent, jump: null, extent: axis.extent, least: axis.extent };
  }
  if (pooled) return adaptive(axis, n, o);
  if (!layer.kernel_size) return axis;
  return windowed(axis, layer.kernel_size[a], layer.stride[a], layer.padding[a], layer.dilation[a], n, o);
}

/** @param {number[]} shape @param {number} multiplyAdds @param {Axis[]} axes @returns {Refusal | null} */
function tooLarge(shape, multiplyAdds, axes) {
  const field = Math.max(...axes.flatMap(({ size, jump, extent }) => [size ?? 0, jump ?? 0, extent ?? 0]));
  const found = { elements: product(shape), multiply_adds: multiplyAdds, field };
  const what = Object.keys(found).find((name) => found[name] > LIMITS[name]);
  if (!what) return null;
  const params = { what: { key: `network.what.${what}` }, maximum: grouped(LIMITS[what]) };
  return { key: "network.bad.large", params };
}

/**
 * What every layer gives and costs, up to the first that is impossible.
 * @param {Layer[]} layers @param {number[]} inputShape [c, h, w] @param {number} batch
 * @returns {{rows: Row[], refused: RefusedLayer | null}}
 */
export function table(layers, inputShape, batch = 1) {
  /** @type {Row[]} */
  const rows = [];
  let shape = inputShape;
  let axes = [1, 2].map((a) => ({ size: 1, jump: 1, extent: inputShape[a], least: 1 }));
  for (const [index, layer] of layers.entries()) {
    const stop = (reason) => ({ rows, refused: { layer: index + 1, kind: layer.kind, ...reason } });
    const reason = layerRefusal(layer, shape);
    if (reason) return stop(reason);
    const after = shapeAfter(layer, shape), [parameters, multiply_adds] = costs(layer, shape, after);
    const from = axes, before = shape;
    axes = from.map((axis, a) => axisAfter(layer, axis, a, before[a + 1] ?? 0, after[a + 1] ?? 0));
    const large = tooLarge(after, multiply_adds, axes);
    if (large) return stop(large);
    const text = layerText(layer, shape[0]), memory = 4 * batch * product(after);
    rows.push({ before, text, shape: after, parameters, multiply_adds, memory, from, axes });
    shape = after;
  }
  return { rows, refused: null };
}

/** Sums over all rows. @param {Row[]} rows */
export function totals(rows) {
  const sum = (name) => rows.reduce((total, row) => total + row[name], 0);
  return { parameters: sum("parameters"), multiply_adds: sum("multiply_adds"), memory: sum("memory") };
}

// --- numbers as they are shown

/** A whole number with commas between thousands. */
export function grouped(n) {
  return String(n).replace(/\B(?=(\d{3})+(?!\d))/g, ",");
}

/** Bytes as B, KiB, MiB, GiB or TiB, with one decimal from KiB on. */
export function bytesText(n) {
  if (n < 1024) return `${grouped(n)} B`;
  let power = 1;
  while (power < 4 && n >= 1024 ** (power + 1)) power += 1;
  const tenths = Math.floor((n / 1024 ** power) * 10 + 0.5);
  return `${grouped(Math.floor(tenths / 10))}.${tenths % 10} ${["KiB", "MiB", "GiB", "TiB"][power - 1]}`;
}

function pairText([rows, columns], open = "(", apart = ", ", close = ")") {
  return rows === columns ? String(rows) : `${open}${rows}${apart}${columns}${close}`;
}
const decimal = (p) => p.toFixed(4).replace(/\.?0+$/, "");
const python = (on) => (on ? "True" : "False");

/** A layer as one writes it for PyTorch, settings that are PyTorch's own left out. @param {Layer} layer @param {number | string} channels */
export function layerText(layer, channels) {
  const { kind } = layer, parts = [];
  if (kind === "Conv2d" || kind === "Linear") parts.push(channels, layer.out_channels ?? layer.out_features);
  else if (kind.startsWith("BatchNorm")) parts.push(channels);
  else if (kind.endsWith("Softmax")) parts.push("dim=1");
  else if (kind === "LocalResponseNorm") parts.push(layer.size);
  else if ("p" in layer) parts.push(`p=${decimal(layer.p)}`);
  for (const key of KINDS[kind]) {
    const value = layer[key], { type, usual } = SETTINGS[key];
    if (type === "pair") {
      const always = key === "kernel_size" || key === "output_size" || (key === "stride" && isPool(kind));
      if (always || value.some((n, a) => n !== usual[a])) parts.push(`${key}=${pairText(value)}`);
    } else if (key === "groups" && value !== 1) parts.push(`groups=${value}`);
    else if (type === "switch" && value !== usual) parts.push(`${key}=${python(value)}`);
  }
  return `${kind}(${parts.join(", ")})`;
}

// --- links

/** Layers as a link has them: "c,o6,k5,p2;ReLU;m,k2,s2;f;l,o10". @param {Layer[]} layers */
export function layersToText(layers) {
  return layers.map(oneToText).join(";");
}

/** How a link writes a setting, by its type. @type {Record<string, (value: any) => string | number>} */
const WRITTEN = {
  whole: String,
  pair: (pair) => pairText(pair, "", "x", ""),
  switch: Number,
  probability: decimal,
};

function oneToText(layer) {
  const parts = [CODES[layer.kind] ?? layer.kind];
  for (const key of KINDS[layer.kind]) {
    const { type, usual, letter } = SETTINGS[key], value = layer[key];
    if (usual !== undefined && String(value) === String(usual)) continue;
    parts.push(letter + WRITTEN[type](value));
  }
  return parts.join(",");
}

/** @param {string} text @returns {{value: Layer[]} | null} null where the text makes no sense */
export function layersFromText(text) {
  const layers = text.split(";").map(oneFromText);
  return layers.length <= LIMITS.layers && layers.every(Boolean) ? { value: layers } : null;
}

/** @param {string} text @returns {Layer | null} */
function oneFromText(text) {
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

function valueFromText(text, { type, least, most }) {
  const fits = (part) => /^\d{1,5}$/.test(part) && Number(part) >= least && Number(part) <= most;
  const whole = (part) => (fits(part) ? Number(part) : undefined);
  if (type === "whole") return whole(text);
  if (type === "switch") return { 0: false, 1: true }[text];
  if (type === "probability") return /^(0(\.\d{1,4})?|1(\.0{1,4})?)$/.test(text) ? Number(text) : undefined;
  const parts = text.split("x"), pair = [whole(parts[0]), whole(parts[parts.length - 1])];
  return parts.length <= 2 && !pair.includes(undefined) ? pair : undefined;
}
