/**
 * Layers, bytes and large numbers as text. The same as helpers/network/writing.py. No DOM.
 *
 * @import { Pair } from "../../types.js"
 * @import { Layer } from "./items.js"
 */
import { isPool, KINDS, SETTINGS } from "./items.js";

/** A whole number with commas between thousands. @param {number} n */
export function grouped(n) {
  return String(n).replace(/\B(?=(\d{3})+(?!\d))/g, ",");
}

/** Bytes as B, KiB, MiB, GiB or TiB, with one decimal from KiB on. @param {number} n */
export function bytesText(n) {
  if (n < 1024) return `${grouped(n)} B`;
  let power = 1;
  while (power < 4 && n >= 1024 ** (power + 1)) power += 1;
  const tenths = Math.floor((n / 1024 ** power) * 10 + 0.5);
  return `${grouped(Math.floor(tenths / 10))}.${tenths % 10} ${["KiB", "MiB", "GiB", "TiB"][power - 1]}`;
}

/** One number for both where they are equal. @param {Pair} pair */
export function pairText([rows, columns], open = "(", apart = ", ", close = ")") {
  return rows === columns ? String(rows) : `${open}${rows}${apart}${columns}${close}`;
}

/** At most four decimals. @param {number} p */
export const decimal = (p) => p.toFixed(4).replace(/\.?0+$/, "");

/** @param {boolean} on */
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
