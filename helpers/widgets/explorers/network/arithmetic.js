/**
 * Networks: shapes, parameters, multiply-adds, memory, receptive fields, and why a layer is impossible. The same as
 * helpers/network/counting.py. No DOM.
 *
 * A shape is [c, h, w]; of a vector, [n].
 *
 * @import { Pair, Refusal } from "../../types.js"
 * @import { Layer } from "./items.js"
 * @import { Axis } from "./receptive.js"
 *
 * @typedef {{name: string, kind: string, path: number[], before: number[], text: string, shape: number[], parameters: number,
 *   multiply_adds: number, memory: number, from: Axis[], axes: Axis[], ends?: number[][]}} Row what a layer, or the join of
 *   branches, gives and costs; path: its place in the network; before, from: of a join what its branches read; ends: what
 *   they give; axes: rows and columns
 * @typedef {Refusal & {layer: number, kind: string, before: number[]}} RefusedLayer why a row is impossible, and which it is
 * @typedef {{shape: number[], axes: Axis[]}} Flow what goes from one item into the next
 * @typedef {{text: string, shape: number[], parameters: number, multiply_adds: number, axes: Axis[], ends?: number[][]}} Counted
 */
import { outputSize, refusal } from "../../arithmetic/ops.js";
import { poolRefusal, poolShape } from "../../arithmetic/pool.js";
import { isPool, JOINS, LIMITS, POOLS } from "./items.js";
import { axisAfter, axisBefore, axisJoined } from "./receptive.js";
import { grouped, layerText } from "./writing.js";

const MAPS = ["Conv2d", ...POOLS, "AdaptiveAvgPool2d", "AdaptiveMaxPool2d", "BatchNorm2d", "LocalResponseNorm"];
const AXES = [0, 1];

const product = (shape) => shape.reduce((a, b) => a * b, 1);

/**
 * What every layer and join gives and costs, in the order in which they run, up to the first that is impossible.
 * @param {Layer[]} layers @param {number[]} inputShape [c, h, w] @param {number} batch
 * @returns {{rows: Row[], refused: RefusedLayer | null}}
 */
export function table(layers, inputShape, batch = 1) {
  const walk = new Walk(batch);
  walk.chain(layers, { shape: inputShape, axes: AXES.map((a) => axisBefore(inputShape[a + 1])) }, []);
  return { rows: walk.rows, refused: walk.refused };
}

/** Sums over all rows. @param {Row[]} rows */
export function totals(rows) {
  const sum = (name) => rows.reduce((total, row) => total + row[name], 0);
  return { parameters: sum("parameters"), multiply_adds: sum("multiply_adds"), memory: sum("memory") };
}

/** Goes through a network, row after row. What gives null has stopped at the first impossible one. */
class Walk {
  /** @param {number} batch */
  constructor(batch) {
    this.batch = batch;
    /** @type {Row[]} */
    this.rows = [];
    /** @type {RefusedLayer | null} */
    this.refused = null;
    this.all = { all_multiply_adds: 0, all_memory: 0 };
  }

  /** @param {Layer[]} items @param {Flow} flow @param {number[]} path @returns {Flow | null} */
  chain(items, flow, path) {
    for (const [i, item] of items.entries()) {
      flow = this.#item(item, flow, [...path, i]);
      if (!flow) return null;
    }
    return flow;
  }

  /** @param {Layer} item @param {Flow} flow @param {number[]} path @returns {Flow | null} */
  #item(item, flow, path) {
    const { kind, name } = item;
    if (kind === "Block") return this.chain(item.layers, flow, path);
    if (kind !== "Parallel") return this.#step({ kind, name, path }, flow, layerRow(item, flow));
    /** @type {Flow[]} */
    const ends = [];
    for (const [b, branch] of item.branches.entries()) {
      const end = this.chain(branch, flow, [...path, b]);
      if (!end) return null;
      ends.push(end);
    }
    return this.#step({ kind: JOINS[item.join], name, path }, flow, joinRow(item, flow, ends));
  }

  /** @param {{kind: string, name: string, path: number[]}} place @param {Flow} flow @param {Counted | Refusal} counted @returns {Flow | null} */
  #step(place, flow, counted) {
    if ("key" in counted) return this.#stop(place.kind, flow, counted);
    const { shape, axes, multiply_adds } = counted, memory = 4 * this.batch * product(shape);
    this.all.all_multiply_adds += multiply_adds;
    this.all.all_memory += memory;
    const large = tooLarge(this.all);
    if (large) return this.#stop(place.kind, flow, large);
    this.rows.push({ ...place, ...counted, before: flow.shape, memory, from: flow.axes });
    return { shape, axes };
  }

  /** @param {string} kind @param {Flow} flow @param {Refusal} reason @returns {null} */
  #stop(kind, { shape }, reason) {
    this.refused = { layer: this.rows.length + 1, kind, before: shape, ...reason };
    return null;
  }
}

/** What a layer gives and costs, or why it cannot be. @param {Layer} layer @param {Flow} flow @returns {Counted | Refusal} */
function layerRow(layer, { shape, axes }) {
  const reason = layerRefusal(layer, shape);
  if (reason) return reason;
  const after = shapeAfter(layer, shape), [parameters, multiply_adds] = costs(layer, shape, after);
  const to = axes.map((axis, a) => axisAfter(layer, axis, a, shape[a + 1] ?? 0, after[a + 1] ?? 0));
  return counted({ text: layerText(layer, shape[0]), shape: after, parameters, multiply_adds, axes: to });
}

/** The same for the join of branches. @param {Layer} item @param {Flow} flow @param {Flow[]} ends what the branches give @returns {Counted | Refusal} */
function joinRow({ join }, flow, ends) {
  const shapes = ends.map(({ shape }) => shape), first = shapes[0];
  const told = (shape) => String(join === "add" ? shape : shape.slice(1));
  const odd = shapes.findIndex((shape) => shape.length !== first.length || told(shape) !== told(first));
  if (odd >= 0) {
    const params = { branch: odd + 1, shape: shapes[odd].join("×"), first: first.join("×") };
    return { key: `network.bad.${join}`, params };
  }
  const total = shapes.reduce((sum, [c]) => sum + c, 0), shape = join === "add" ? first : [total, ...first.slice(1)];
  const matching = flow.shape.length === shape.length; // else the branches make vectors of maps, each in its own way
  const axes = AXES.map((a) =>
    axisJoined(ends.map((end) => end.axes[a]), matching ? flow.axes[a] : null, shape[a + 1] ?? 0, join)
  );
  return counted({ text: JOINS[join], shape, parameters: 0, multiply_adds: 0, axes, ends: shapes });
}

/** Numbers within what is counted, or that they are not. @param {Counted} row @returns {Counted | Refusal} */
function counted(row) {
  const field = Math.max(...row.axes.flatMap(({ size, jump, extent }) => [size ?? 0, jump ?? 0, extent ?? 0]));
  return tooLarge({ elements: product(row.shape), multiply_adds: row.multiply_adds, field }) ?? row;
}

/** @param {Record<string, number>} found numbers by the names that their limits have @returns {Refusal | null} */
function tooLarge(found) {
  const what = Object.keys(found).find((name) => found[name] > LIMITS[name]);
  if (!what) return null;
  const params = { what: { key: `network.what.${what}` }, maximum: grouped(LIMITS[what]) };
  return { key: "network.bad.large", params };
}

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
    return [layer.out_channels, ...AXES.map((a) => outputSize(size[a], k[a], p[a], s[a], d[a]))];
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
