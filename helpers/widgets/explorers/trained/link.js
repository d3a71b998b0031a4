/**
 * What a link to a state of a trained network holds. No DOM.
 *
 * @import { Step } from "../../arithmetic/engine.js"
 * @import { Field, View } from "../../state/link.js"
 * @import { Kernel, Place, Stage } from "./stages.js"
 *
 * @typedef {{stages: Stage[], steps: Step[], get: () => Place, start: Place, take: (at: Place) => void}} Looked what is looked at,
 *   and what is at first
 */
import { fromHex, toHex } from "../../arithmetic/little-picture.js";
import { matrixFromText, matrixToText } from "../../state/link.js";
import { isPlace, partOf, planesOf, weightedOf } from "./stages.js";

/** @type {Field<number[][]>} */
const image = {
  trait: "image",
  write: toHex,
  read: (text) => {
    const value = fromHex(text);
    return value && { value };
  },
};

/** Kernels that differ from the trained ones: layer,out,in:rows, apart by "|". @param {Step[]} steps @returns {Field<Kernel[]>} */
function kernelsField(steps) {
  const weighted = weightedOf(steps).map((n) => steps[n]);
  /** @param {string} part @returns {Kernel | null} */
  const read = (part) => {
    const [, layer, o, c, rest] = /^(\d{1,3}),(\d{1,4}),(\d{1,4}):(.*)$/.exec(part) ?? [],
      step = weighted[Number(layer) - 1];
    if (step?.kind !== "Conv2d" || Number(o) >= step.shape[0] || Number(c) >= planesOf(step, 0)[1]) return null;
    const [h, w] = step.layer.kernel_size, rows = matrixFromText(rest, Math.max(h, w));
    if (!("value" in rows) || rows.value.length !== h || rows.value[0].length !== w) return null;
    return [Number(layer), Number(o), Number(c), rows.value];
  };
  return {
    trait: "kernels",
    write: (kernels) => kernels.map(([layer, o, c, rows]) => `${layer},${o},${c}:${matrixToText(rows)}`).join("|"),
    read: (text) => {
      const value = text === "" ? [] : text.split("|").map(read);
      return value.every(Boolean) ? { value } : null;
    },
  };
}

/** Units that are off: layer,unit apart by ";". @param {Step[]} steps @returns {Field<[layer: number, unit: number][]>} */
function silencedField(steps) {
  const weighted = weightedOf(steps).slice(0, -1).map((n) => steps[n]);
  /** @param {string} text @returns {[layer: number, unit: number] | null} */
  const read = (text) => {
    const [, layer, unit] = /^(\d{1,3}),(\d{1,4})$/.exec(text) ?? [];
    return Number(unit) < weighted[Number(layer) - 1]?.shape[0] ? [Number(layer), Number(unit)] : null;
  };
  return {
    trait: "silenced",
    write: (pairs) => pairs.map((pair) => pair.join(",")).join(";"),
    read: (text) => {
      const value = text === "" ? [] : text.split(";").map(read);
      return value.every(Boolean) ? { value } : null;
    },
  };
}

/** Layers and branches that are off, apart by ";". @param {Step[]} steps @returns {Field<string[]>} */
function offField(steps) {
  return {
    trait: "off",
    write: (parts) => parts.join(";"),
    read: (text) => {
      const value = text === "" ? [] : text.split(";");
      return value.every((part) => partOf(part, steps)) ? { value } : null;
    },
  };
}

/** The chosen number: stage,unit,row,column,plane. @param {Looked} looked @returns {View<Place>} */
function placeView({ stages, steps, get, start, take }) {
  const byId = new Map(stages.map((stage) => [stage.id, stage]));
  /** @param {Place} at */
  const write = ({ stage, unit, r, c, plane }) => {
    const { kind, maps, step } = byId.get(stage), several = kind === "conv" && planesOf(steps[step], 0)[1] > 1;
    return [stage, unit, ...(maps ? [r, c] : []), ...(several ? [plane] : [])].join(",");
  };
  /** @param {string} text */
  const read = (text) => {
    const [, stage, rest] = /^([a-z]+\d*)((?:,\d{1,4})+)$/.exec(text) ?? [];
    if (!byId.has(stage)) return null;
    const [unit, ...places] = rest.slice(1).split(",").map(Number), { maps } = byId.get(stage);
    const [r = 0, c = 0, plane = 0] = maps ? places : [0, 0, places[0]], value = { stage, unit, r, c, plane };
    return isPlace(byId.get(stage), steps, value) && write(value) === text ? { value } : null;
  };
  return { take, read, write: () => (write(get()) === write(start) ? null : write(get())) };
}

/** What a link holds of the state, and of what is looked at. @param {Looked} options */
export function linkOf(options) {
  const { steps } = options;
  return {
    fields: { x: image, k: kernelsField(steps), z: silencedField(steps), s: offField(steps) },
    view: { o: placeView(options) },
  };
}
