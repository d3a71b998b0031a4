/**
 * How the numbers of one layer come about, written out. No DOM.
 *
 * @import { Row } from "./arithmetic.js"
 * @import { Layer } from "./items.js"
 * @import { Axis } from "./receptive.js"
 */
import { bytesText, grouped } from "./writing.js";
import { say } from "../../words/words.js";

/** The size along one axis, in letters and with its numbers. */
function sizeFormula(axis, layer, a, n, o) {
  const [k, s, p, d] = ["kernel_size", "stride", "padding", "dilation"].map((key) => layer[key][a]), i = `_${axis}`;
  const [open, close] = layer.ceil_mode ? ["⌈", "⌉"] : ["⌊", "⌋"];
  const letters = `${open}(n${i} + 2p${i} − d${i}(k${i} − 1) − 1) / s${i}${close} + 1`;
  const numbers = `${open}(${n} + 2·${p} − ${d}·(${k} − 1) − 1) / ${s}${close} + 1`;
  const whole = Math.ceil((n + 2 * p - d * (k - 1) - 1) / s) + 1;
  return `o${i} = ${letters} = ${numbers}${layer.ceil_mode && whole !== o ? ` = ${whole} → ${o}` : ` = ${o}`}`;
}

/** @param {string} lang @param {Layer} layer @param {Row} row */
function shapeLines(lang, layer, row) {
  const { before, shape, ends } = row;
  if (ends && layer.join === "concat") {
    const text = `${ends.map(([c]) => c).join(" + ")} = ${grouped(shape[0])}`;
    return [say(lang, "tree.derive.concat", { text })];
  }
  if (layer.kernel_size) {
    const lines = ["h", "w"].map((axis, a) => sizeFormula(axis, layer, a, before[a + 1], shape[a + 1]));
    const dropped = ["h", "w"].filter((_, a) => layer.ceil_mode && lines[a].includes("→"));
    return [...lines, ...dropped.map((axis) => say(lang, `network.dropped.${axis}`))];
  }
  if (layer.kind === "Flatten" && before.length > 1) return [`${before.join("·")} = ${grouped(shape[0])}`];
  if (String(before) === String(shape)) return [say(lang, "network.derive.shape", { shape: shape.join("×") })];
  return [`${before.join("×")} → ${shape.join("×")}`];
}

/** Parameters and multiply-adds of a layer that has weights. @param {string} lang @param {Layer} layer @param {Row} row */
function costLines(lang, layer, { before, shape, parameters, multiply_adds }) {
  const inputs = layer.groups > 1 ? `(${before[0]}/${layer.groups})` : before[0];
  const told = (text) => say(lang, "network.derive.parameters", { text: `${text} = ${grouped(parameters)}` });
  const lines = (weights, bias, adds) => [
    told(`${weights}${bias ? ` + ${shape[0]}` : ""}`),
    say(lang, "network.derive.adds", { text: `${adds} = ${grouped(multiply_adds)}` }),
  ];
  if (layer.kind === "Conv2d") {
    const weights = [shape[0], inputs, ...layer.kernel_size].join("·");
    return lines(weights, layer.bias, `${weights}·${shape[1]}·${shape[2]}`);
  }
  if (layer.kind === "Linear") return lines(`${shape[0]}·${before[0]}`, layer.bias, `${shape[0]}·${before[0]}`);
  return layer.kind.startsWith("BatchNorm") && layer.affine ? [told(`2·${before[0]}`)] : [];
}

const shown = (size) => (size === null ? "–" : grouped(size));

/** The recursion along one axis: r' = r + d (k − 1) j, j' = j s. @param {string} lang @param {Layer} layer @param {Axis[]} from @param {Axis[]} to @param {number} a */
function fieldText(lang, layer, from, to, a) {
  const old = from[a], now = to[a];
  if (layer.kernel_size && old.jump !== null && now.jump !== null) {
    const k = layer.kernel_size[a], s = layer.stride[a], d = layer.dilation[a];
    const r = `r = ${shown(old.size)} + ${d}·(${k} − 1)·${shown(old.jump)} = ${shown(now.size)}`;
    return `${r}, j = ${shown(old.jump)}·${s} = ${shown(now.jump)}`;
  }
  const text = `r = ${shown(now.size)}`;
  if (layer.branches) return say(lang, "tree.derive.branches", { text });
  if (now.size === old.size && now.jump === old.jump) return say(lang, "network.derive.same", { text });
  if (now.least === now.extent && now.size !== null) return say(lang, "network.derive.all", { text });
  return now.jump === null ? say(lang, "network.derive.uneven", { text }) : `${text}, j = ${shown(now.jump)}`;
}

/** @param {string} lang @param {Layer} layer @param {Row} row */
function fieldLines(lang, layer, { from, axes }) {
  const texts = [0, 1].map((a) => fieldText(lang, layer, from, axes, a));
  const told = (text) => say(lang, "network.derive.field", { text });
  if (texts[0] === texts[1]) return [told(texts[0])];
  const where = [say(lang, "network.derive.rows"), say(lang, "network.derive.columns")];
  return texts.map((text, a) => told(say(lang, "ui.bad.where", { where: where[a], text })));
}

/** Lines about a possible layer or join. @param {string} lang @param {Layer} layer @param {Row} row @param {number} batch */
export function derivation(lang, layer, row, batch) {
  const bytes = `${grouped(row.memory)} B${row.memory < 1024 ? "" : ` = ${bytesText(row.memory)}`}`;
  const memory = `4 B·${[...row.shape, ...(batch > 1 ? [batch] : [])].join("·")} = ${bytes}`;
  const costs = [...costLines(lang, layer, row), say(lang, "network.derive.memory", { text: memory })];
  return [...shapeLines(lang, layer, row), ...costs, ...fieldLines(lang, layer, row)];
}
