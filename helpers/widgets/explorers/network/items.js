/**
 * What a network is made of: layers, and what holds layers in turn. The same as layers.py and checking.py of
 * helpers/network/. No DOM.
 *
 * A network is a list of items. A layer is {kind, name, …settings}; settings of rows and columns are pairs. A Block has
 * `layers`, a list of items; a Parallel has `branches`, lists of items that all read the same, and `join`.
 *
 * @import { Pair, Refusal } from "../../types.js"
 *
 * @typedef {{kind: string, name: string, out_channels: number, out_features: number, kernel_size: Pair, stride: Pair,
 *   padding: Pair, dilation: Pair, output_size: Pair, groups: number, size: number, p: number, bias: boolean, affine: boolean,
 *   ceil_mode: boolean, count_include_pad: boolean, layers: Layer[], branches: Layer[][], join: string}} Layer an item;
 *   only what its kind has is there
 * @typedef {{kind: string, item: Layer, path: number[], depth: number, branch: number}} Place of a row: a layer, or the join
 *   of branches ("Concat" or "Add"); path: the index of each item on the way to it, in what is parallel after the branch's;
 *   depth: how many branches it is in; branch: the number of that which begins with it, or 0
 * @typedef {{item: Layer, path: number[], from: number, to: number, depth: number, branch: number, blocks: number, name: string}}
 *   Fold a block and its rows, from one up to another; depth and branch as those of a row; blocks: how many blocks it is in;
 *   name: its own without that of the block around it
 */
import { outputSize } from "../../arithmetic/ops.js";
import FACTS from "../../../network/layers.json" with { type: "json" };

/**
 * The most of each number, kinds of layers with the settings of each, and what a setting is: its bounds, what PyTorch
 * takes for it, its letter in a link.
 */
export const LIMITS = FACTS.limits;
/** @type {Record<string, string[]>} */
export const KINDS = FACTS.kinds;
/** @type {Record<string, any>} */
export const SETTINGS = FACTS.settings;
/** What each join's row is called. @type {Record<string, string>} */
export const JOINS = FACTS.joins;
export const ACTIVATIONS = FACTS.activations;
export const POOLS = FACTS.pools;
/** Names that no attribute of a torch.nn.Module can have. */
export const RESERVED = FACTS.reserved;

/** @param {string} kind */
export const isPool = (kind) => POOLS.includes(kind);

/** A layer of a kind with the settings that one would begin with. @param {string} kind @returns {Layer} */
export function freshLayer(kind) {
  /** @type {any} */
  const layer = Object.fromEntries(KINDS[kind].map((key) => [key, SETTINGS[key].fresh ?? SETTINGS[key].usual]));
  if (kind === "Conv2d") layer.padding = [1, 1];
  if (isPool(kind)) Object.assign(layer, { kernel_size: [2, 2], stride: [2, 2] });
  return { name: "", kind, ...layer };
}

/** Branches that one would begin with: a layer and a shortcut. @returns {any} */
export const freshBranches = () => ({
  name: "",
  kind: "Parallel",
  branches: [[freshLayer("Conv2d")], []],
  join: "concat",
});

/**
 * A branch that one would add to others: one layer with windows that give as many places, where these are known.
 * @param {string} join @param {{before: number[], ends?: number[][]} | undefined} row of the join, where it is possible
 * @returns {Layer[]}
 */
export function freshBranch(join, row) {
  if (!row) return [freshLayer("Conv2d")];
  const { before, ends: [end] } = row, channels = join === "add" ? end[0] : null;
  if (end.length === 1) {
    const linear = freshLayer("Linear"), { most } = SETTINGS.out_features;
    const flatten = before.length === 1 ? [] : [freshLayer("Flatten")];
    return [...flatten, { ...linear, out_features: Math.min(channels ?? linear.out_features, most) }];
  }
  const conv = freshLayer("Conv2d"), windows = [1, 2].map((a) => windowBetween(before[a], end[a]));
  /** @param {string} key @returns {Pair} */
  const pair = (key) => [windows[0][key], windows[1][key]];
  const [kernel_size, padding, stride] = ["kernel_size", "padding", "stride"].map(pair);
  return [{
    ...conv,
    kernel_size,
    padding,
    stride,
    out_channels: Math.min(channels ?? conv.out_channels, LIMITS.channels),
  }];
}

/** A window along one axis that makes o places of n, three wide if it can be; cut where it would be larger than any. @param {number} n @param {number} o @returns {Record<string, number>} */
function windowBetween(n, o) {
  const strides = [Math.ceil(n / o), Math.max(1, Math.floor(n / o))];
  const usual = strides.find((stride) => outputSize(n, 3, 1, stride, 1) === o);
  const stride = usual ?? strides[1], padding = usual ? 1 : Math.max(0, Math.ceil((o - n) / 2));
  const window = { kernel_size: usual ? 3 : n + 2 * padding - stride * (o - 1), padding, stride };
  return Object.fromEntries(Object.entries(window).map(([key, value]) => [key, Math.min(value, SETTINGS[key].most)]));
}

/** The lists of items that an item holds, or null for a layer. @param {Layer} item @returns {Layer[][] | null} */
export const held = ({ kind, layers, branches }) => kind === "Block" ? [layers] : kind === "Parallel" ? branches : null;

/** The rows of a network in the order in which they run, possible or not. @param {Layer[]} items @returns {Place[]} */
export function places(items) {
  return placesIn(items, [], 0, 0);
}

/** @param {Layer[]} items @param {number[]} path @param {number} depth @param {number} branch that the first row begins @returns {Place[]} */
function placesIn(items, path, depth, branch) {
  return items.flatMap((item, i) => {
    const here = [...path, i], begun = i === 0 ? branch : 0;
    if (item.kind === "Block") return placesIn(item.layers, here, depth, 0);
    if (item.kind !== "Parallel") return [{ kind: item.kind, item, path: here, depth, branch: begun }];
    const inner = item.branches.flatMap((one, b) => placesIn(one, [...here, b], depth + 1, b + 1));
    return [...inner, { kind: JOINS[item.join], item, path: here, depth, branch: inner.length ? 0 : begun }];
  });
}

/** The row of what is at a path. @param {Layer[]} layers @param {number[]} path */
export const rowAt = (layers, path) => places(layers).findIndex((place) => String(place.path) === String(path));

/**
 * What is parallel around the item at a path, the innermost last, and the index of the branch that leads to the item.
 * @param {Layer[]} items @param {number[]} path @returns {{item: Layer, path: number[], branch: number}[]}
 */
export function around(items, path) {
  const found = [];
  let list = items;
  for (let n = 0; n + 1 < path.length; n++) {
    const item = list[path[n]], { kind, layers, branches } = item;
    if (kind === "Block") list = layers;
    else {
      const branch = path[n + 1];
      found.push({ item, path: path.slice(0, n + 1), branch });
      list = branches[branch];
      n += 1;
    }
  }
  return found;
}

/** A name without that of the block around it, unless a number is left. @param {string} name @param {string} outer */
export function nameWithin(name, outer) {
  const rest = outer && name.startsWith(`${outer}.`) ? name.slice(outer.length + 1) : name;
  return /^\d/.test(rest) ? name : rest;
}

/** The blocks of a network, those inside others after them. @param {Layer[]} items @returns {Fold[]} */
export function folds(items) {
  /** @type {Fold[]} */
  const found = [];
  let rows = 0;
  /** @param {Layer[]} list @param {number[]} path @param {{depth: number, branch: number, blocks: number, outer: string}} where branch: that which begins with the list, or 0; outer: the name of the block around */
  const walk = (list, path, { depth, branch, blocks, outer }) =>
    list.forEach((item, i) => {
      const place = { depth, branch: i === 0 ? branch : 0, blocks, name: "" };
      const fold = { item, path: [...path, i], from: rows, to: rows, ...place };
      if (item.kind === "Block") {
        fold.name = nameWithin(item.name, outer);
        found.push(fold);
        walk(item.layers, fold.path, { depth, branch: 0, blocks: blocks + 1, outer: item.name || outer });
      } else {
        item.branches?.forEach((one, b) =>
          walk(one, [...fold.path, b], { depth: depth + 1, branch: b + 1, blocks, outer })
        );
        rows += 1;
      }
      fold.to = rows;
    });
  walk(items, [], { depth: 0, branch: 0, blocks: 0, outer: "" });
  return found;
}

/**
 * The items with another list in place of the one that holds the item at a path.
 * @param {Layer[]} items @param {number[]} path @param {(list: Layer[], index: number) => Layer[]} change @returns {Layer[]}
 */
export function edited(items, [i, ...rest], change) {
  if (rest.length === 0) return change(items, i);
  const { kind, layers, branches } = items[i], [b, ...below] = rest;
  const inner = kind === "Block"
    ? { layers: edited(layers, rest, change) }
    : { branches: branches.map((branch, n) => (n === b ? edited(branch, below, change) : branch)) };
  return items.map((item, n) => (n === i ? { ...item, ...inner } : item));
}

/** Items in which every layer with weights makes twice as many channels or features; null where that is too many. @param {Layer[]} items @returns {Layer[] | null} */
export function widened(items) {
  const wide = items.map((item) => {
    const inner = held(item)?.map(widened);
    if (inner) {
      return inner.includes(null) ? null : { ...item, ...(item.branches ? { branches: inner } : { layers: inner[0] }) };
    }
    const key = ["out_channels", "out_features"].find((name) => name in item), count = 2 * item[key];
    if (count > SETTINGS[key]?.most) return null;
    return key ? { ...item, [key]: count } : item;
  });
  return wide.includes(null) ? null : wide;
}

/** The list that holds the item at a path. @param {Layer[]} items @param {number[]} path @returns {Layer[]} */
export function listAt(items, [i, ...rest]) {
  if (rest.length === 0) return items;
  const { kind, layers, branches } = items[i];
  return kind === "Block" ? listAt(layers, rest) : listAt(branches[rest[0]], rest.slice(1));
}

/**
 * Why a list of items is no network, whatever comes in, or null: too many rows, branches or levels, an empty block, a
 * join that is none.
 * @param {Layer[]} items @returns {Refusal | null}
 */
export function treeRefusal(items) {
  const tooMany = { key: "network.bad.layers", params: { maximum: LIMITS.layers } };
  if (items.length < 1 || items.length > LIMITS.layers) return tooMany;
  let rows = 0;
  /** @param {Layer[]} list @param {number} depth @returns {Refusal | null} */
  const first = (list, depth) => {
    for (const item of list) {
      const inner = held(item), refused = inner && holderRefusal(item, depth, rows + 1);
      if (refused) return refused;
      for (const below of inner ?? []) {
        const found = first(below, depth + 1);
        if (found) return found;
      }
      if (item.kind !== "Block") rows += 1;
      if (rows > LIMITS.layers) return tooMany;
    }
    return null;
  };
  return first(items, 0);
}

/** @param {Layer} item that holds others @param {number} depth @param {number} layer number of the next row @returns {Refusal | null} */
function holderRefusal({ kind, layers, branches, join }, depth, layer) {
  const refusal = (what, params) => ({ key: `network.bad.${what}`, params: { layer, ...params } });
  if (depth === LIMITS.depth) return refusal("depth", { maximum: LIMITS.depth });
  if (kind === "Block") return layers.length ? null : refusal("block", { value: "[]" });
  if (!Object.hasOwn(JOINS, join)) return refusal("join", { value: `'${join}'` });
  const most = LIMITS.branches, count = branches.length;
  return count < LIMITS.least_branches || count > most ? refusal("branches", { maximum: most, value: count }) : null;
}
