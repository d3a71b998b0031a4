/** The LeNet explorer's state as a link's parameters: x, the picture; k, kernels; z, silenced units; o, the number looked at. No DOM. */
import { matrixFromText, matrixToText } from "../../state/link.js";
import { fromHex, toHex } from "./arithmetic.js";
import { STAGES, START, UNITS, isPlace } from "./stages.js";

const KERNEL = 5;

/** A value of a link that is read, or null where it makes no sense. @param {any} value */
const found = (value) => (value ? { value } : null);

const imageField = {
  trait: "image",
  write: toHex,
  read: (text) => found(fromHex(text)),
};

/** Kernels that differ from the trained ones: layer,out,in:rows, apart by "|". */
const kernelsField = {
  trait: "kernels",
  write: (kernels) => kernels.map(([layer, o, c, rows]) => `${layer},${o},${c}:${matrixToText(rows)}`).join("|"),
  read: (text) => listFromText(text, "|", kernelFromText),
};

/** Silenced units: layer,unit apart by ";". */
const silencedField = {
  trait: "silenced",
  write: (pairs) => pairs.map((pair) => pair.join(",")).join(";"),
  read: (text) => listFromText(text, ";", unitFromText),
};

function listFromText(text, mark, read) {
  const list = text === "" ? [] : text.split(mark).map(read);
  return list.every(Boolean) ? { value: list } : null;
}

function kernelFromText(text) {
  const [, layer, o, c, rest] = /^([12]),(\d{1,2}),(\d):(.*)$/.exec(text) ?? [];
  const rows = rest === undefined ? null : matrixFromText(rest, KERNEL);
  if (!rows || !("value" in rows) || rows.value.length !== KERNEL || rows.value[0].length !== KERNEL) return null;
  const [out, into] = [Number(o), Number(c)];
  return out < UNITS[layer] && into < (layer === "1" ? 1 : UNITS[1]) ? [Number(layer), out, into, rows.value] : null;
}

function unitFromText(text) {
  if (!/^[1-4],\d{1,3}$/.test(text)) return null;
  const [layer, unit] = text.split(",").map(Number);
  return unit < UNITS[layer] ? [layer, unit] : null;
}

/** The chosen number: stage,unit,row,column,plane. */
function placeToText({ stage, unit, r, c, plane }) {
  const place = STAGES[stage].maps ? [r, c] : [];
  return [stage, unit, ...place, ...(stage === "conv2" ? [plane] : [])].join(",");
}

function placeFromText(text) {
  const [, stage, rest] = /^([a-z]+\d?)((?:,\d{1,3})+)$/.exec(text) ?? [];
  if (!Object.hasOwn(STAGES, stage ?? "")) return null;
  const [unit, r = 0, c = 0, plane = 0] = rest.slice(1).split(",").map(Number), place = { stage, unit, r, c, plane };
  return isPlace(place) && placeToText(place) === text ? found(place) : null;
}

/** The fields of the link. */
export function lenetFields() {
  return { x: imageField, k: kernelsField, z: silencedField };
}

/** What is under the magnifying glass. @param {{get: () => object, take: (at: object) => void}} options */
export function lenetView({ get, take }) {
  const write = () => (placeToText(get()) === placeToText(START) ? null : placeToText(get()));
  return { o: { write, read: placeFromText, take } };
}
