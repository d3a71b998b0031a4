/**
 * A network as a reader meets it: stages that are shown, layers with weights that are changed, parts that are switched off. No DOM.
 *
 * @import { Changes, Engine, Step } from "../../arithmetic/engine.js"
 * @import { Tensors } from "../../arithmetic/safetensors.js"
 * @import { SingleMatrix } from "../../types.js"
 *
 * @typedef {object} Stage
 * @property {string} id kind and number, such as "conv2"; of the last one "logits" @property {string} kind @property {number} n its number among its kind
 * @property {number} step that computes it @property {number} last step whose output is shown: its activation's, where it has one
 * @property {number} layer number of its weights, 0 where it has none @property {boolean} maps whether it gives maps, or a vector
 * @property {number[]} shape of what is shown
 *
 * @typedef {{input: number[], steps: Step[], stages: Stage[], byId: Map<string, Stage>, engine: Engine | null, tensors: Tensors | null}} Network
 *   the shape that it takes, its steps and stages, these by their ids; engine and tensors are null until the weights are here
 * @typedef {{stage: string, unit: number, r: number, c: number, plane: number}} Place a number: its stage's id, its map or its place
 *   in a vector, its row and column, and the map below that is looked at
 *
 * @typedef {[layer: number, o: number, c: number, rows: number[][]]} Kernel in place of the trained one; layers by their numbers
 * @typedef {{kernels: Kernel[], silenced: [layer: number, unit: number][], off: string[]}} Edits of a reader; parts by the text of their paths
 */
import { activationOf, isActivation } from "../../arithmetic/engine.js";

/** Kinds of layers that only hand on what they read, or its order. */
const SILENT = ["Flatten", "Identity", "Dropout", "Dropout2d"];

const WEIGHTED = ["Conv2d", "Linear"];

/** What a step is called. @param {string} kind */
function kindOf(kind) {
  if (kind === "Conv2d") return "conv";
  if (kind === "Linear") return "fc";
  if (kind.includes("Pool2d")) return "pool";
  if (kind === "concat" || kind === "add") return "join";
  if (kind === "LocalResponseNorm") return "lrn";
  return isActivation(kind) ? "act" : "norm";
}

/** The stages of a network, in the order in which they run. @param {Step[]} steps @returns {Stage[]} */
export function stagesOf(steps) {
  /** @type {Stage[]} */
  const stages = [];
  /** @type {Record<string, number>} */
  const counts = {};
  const layers = weightedOf(steps), covered = new Set();
  steps.forEach(({ kind, shape }, step) => {
    if (covered.has(step) || SILENT.includes(kind)) return;
    const last = activationOf(steps, step), name = kindOf(kind);
    for (let n = step; n <= last; n++) covered.add(n);
    counts[name] = (counts[name] ?? 0) + 1;
    stages.push({
      id: `${name}${counts[name]}`,
      kind: name,
      n: counts[name],
      step,
      last,
      layer: layers.indexOf(step) + 1,
      maps: shape.length === 3 && shape[1] * shape[2] > 1,
      shape,
    });
  });
  stages.at(-1).id = "logits";
  return stages;
}

/** The steps with weights, in the order in which they run: number 1 comes first. @param {Step[]} steps */
export function weightedOf(steps) {
  return steps.map((_, n) => n).filter((n) => WEIGHTED.includes(steps[n].kind));
}

/** Columns in which a vector is drawn: as many as divide it, up to a number. @param {number} count @param {number} most */
export function columnsOf(count, most = 42) {
  for (let columns = Math.min(count, most); columns > 12; columns--) if (count % columns === 0) return columns;
  return Math.min(count, 48);
}

/** A vector as a matrix of so many columns; what is over at its end is 0. @param {Float32Array} vector @param {number} columns @returns {SingleMatrix} */
export function shapeOf(vector, columns) {
  const h = Math.ceil(vector.length / columns), d = new Float32Array(h * columns);
  d.set(vector);
  return { h, w: columns, d };
}

/** Map `unit` of a step's output. @param {Float32Array} output @param {number[]} shape @param {number} unit @returns {SingleMatrix} */
export function mapOf(output, [, h, w], unit) {
  return { h, w, d: output.subarray(unit * h * w, (unit + 1) * h * w) };
}

/** The maps that a unit of a convolution reads. @param {Step} step @param {number} unit @returns {[first: number, count: number]} */
export function planesOf({ layer, before, shape }, unit) {
  const count = before[0] / layer.groups;
  return [Math.floor(unit / (shape[0] / layer.groups)) * count, count];
}

/** Whether a place is one: a unit of a stage, row and column of its map, and the map below that is read. @param {Stage | undefined} stage @param {Step[]} steps @param {Place} place */
export function isPlace(stage, steps, { unit, r = 0, c = 0, plane = 0 }) {
  if (!stage) return false;
  const [units, h, w] = stage.maps ? stage.shape : [stage.shape[0], 1, 1], step = steps[stage.step];
  const planes = stage.kind === "conv" ? planesOf(step, 0)[1] : 1;
  return unit < units && r < h && c < w && plane < planes;
}

// --- what is switched off

/** Steps by the text of their paths: "4.1.0" is the first layer of branch 1 of item 4. @param {Step[]} steps */
const pathsOf = (steps) => new Map(steps.map(({ path }, n) => [path.join("."), n]));

/** Whether a step can be left out: what it gives has the shape of what it reads, and it does something. @param {Step} step */
export function canSkip({ kind, before, shape, reads }) {
  return reads.length === 1 && String(before) === String(shape) && !SILENT.includes(kind);
}

/**
 * What a part means, or null: "4" leaves out the layer there, "4.1" switches off branch 1 of what is parallel there.
 * @param {string} text @param {Step[]} steps @returns {{whole: number} | {branch: [step: number, branch: number]} | null}
 */
export function partOf(text, steps) {
  const paths = pathsOf(steps), n = paths.get(text);
  if (n !== undefined) return canSkip(steps[n]) ? { whole: n } : null;
  const [, above, branch] = /^([\d.]+)\.(\d+)$/.exec(text) ?? [], join = paths.get(above);
  return join !== undefined && Number(branch) < steps[join].reads.length ? { branch: [join, Number(branch)] } : null;
}

/**
 * A reader's changes, as the engine takes them.
 * @param {Edits} edits @param {Step[]} steps @returns {Changes}
 */
export function changesOf({ kernels, silenced, off }, steps) {
  const weighted = weightedOf(steps), parts = off.map((text) => partOf(text, steps)).filter(Boolean);
  return {
    kernels: kernels.map(([layer, ...rest]) => [weighted[layer - 1], ...rest]),
    units: silenced.map(([layer, unit]) => [activationOf(steps, weighted[layer - 1]), unit]),
    branches: parts.filter((part) => "branch" in part).map(({ branch }) => branch),
    whole: parts.filter((part) => "whole" in part).map(({ whole }) => whole),
  };
}
