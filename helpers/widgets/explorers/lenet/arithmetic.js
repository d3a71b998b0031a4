/**
 * The trained LeNet: its file of weights, its forward pass with every layer kept, and what a reader does to it. No DOM.
 *
 * Five layers with weights: 1 and 2 are convolutions, 3, 4 and 5 fully connected. Layers 1 and 2 are followed by ReLU
 * and maximum pooling 2×2, layers 3 and 4 by ReLU; layer 5 gives the logits.
 */
import { corr2d } from "../../arithmetic/ops.js";
import { pool2d } from "../../arithmetic/pool.js";

/** Names of the weights in the file, layer by layer, as torch.nn.Sequential counts its members. */
const MEMBERS = { 1: 0, 2: 3, 3: 7, 4: 9, 5: 11 };

export const CONV1 = { padding: [2, 2], stride: [1, 1], dilation: [1, 1] };
export const CONV2 = { padding: [0, 0], stride: [1, 1], dilation: [1, 1] };
export const POOL = { kernel_size: [2, 2], stride: [2, 2], padding: [0, 0], dilation: [1, 1], ceil_mode: false, mode: "max", count_include_pad: true };

/**
 * The tensors of a safetensors file: 8 bytes with the length of a JSON header, the header, the data.
 * @param {ArrayBuffer} buffer @returns {Record<string, {shape: number[], d: Float32Array}>}
 */
export function readSafetensors(buffer) {
  const length = Number(new DataView(buffer).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 8, length)));
  const tensors = {};
  for (const [name, { dtype, shape, data_offsets: [from, to] }] of Object.entries(header)) {
    if (name === "__metadata__") continue;
    if (dtype !== "F32") throw new Error(`${name} is ${dtype}, not F32`);
    tensors[name] = { shape, d: new Float32Array(buffer.slice(8 + length + from, 8 + length + to)) };
  }
  return tensors;
}

/**
 * Weights and biases by layer.
 * @param {ReturnType<typeof readSafetensors>} tensors
 * @returns {Record<number, {kernels?: Matrix[][], rows?: Float64Array[], bias: Float64Array}>} kernels[o][c] of layers 1 and 2, rows[o] of the others
 */
export function layersOf(tensors) {
  const layers = {};
  for (const [layer, member] of Object.entries(MEMBERS)) {
    const { shape, d } = tensors[`${member}.weight`], bias = Float64Array.from(tensors[`${member}.bias`].d);
    const part = (n, size) => Float64Array.from(d.subarray(n * size, (n + 1) * size));
    if (shape.length === 2) layers[layer] = { bias, rows: Array.from({ length: shape[0] }, (_, o) => part(o, shape[1])) };
    else {
      const [c_o, c_i, k_h, k_w] = shape;
      const plane = (o, c) => ({ h: k_h, w: k_w, d: part(o * c_i + c, k_h * k_w) });
      layers[layer] = { bias, kernels: Array.from({ length: c_o }, (_, o) => Array.from({ length: c_i }, (_, c) => plane(o, c))) };
    }
  }
  return layers;
}

/**
 * The layers with some kernels replaced, and some units silenced: all their weights and their bias are 0.
 * @param {ReturnType<typeof layersOf>} layers @param {[number, number, number, number[][]][]} kernels layer, channel out, channel in, rows
 * @param {[number, number][]} silenced layer and unit
 */
export function edited(layers, kernels, silenced) {
  const changed = { ...layers };
  const own = (layer) => {
    if (changed[layer] === layers[layer]) changed[layer] = { ...layers[layer], bias: layers[layer].bias.slice(), ...(layers[layer].kernels ? { kernels: layers[layer].kernels.map((planes) => [...planes]) } : { rows: [...layers[layer].rows] }) };
    return changed[layer];
  };
  for (const [layer, o, c, rows] of kernels) own(layer).kernels[o][c] = { h: rows.length, w: rows[0].length, d: Float64Array.from(rows.flat()) };
  for (const [layer, unit] of silenced) {
    const { kernels: planes, rows, bias } = own(layer);
    bias[unit] = 0;
    if (planes) planes[unit] = planes[unit].map((plane) => ({ ...plane, d: new Float64Array(plane.d.length) }));
    else rows[unit] = new Float64Array(rows[unit].length);
  }
  return changed;
}

const relu = (values) => values.map((value) => Math.max(value, 0));

/** What each input map contributes to output map o of a convolution: one matrix a map. */
export function partials(x, { kernels }, o, settings) {
  return kernels[o].map((plane, c) => corr2d(x[c], plane, settings));
}

/** A convolution before its activation: one matrix an output channel. */
function convolved(x, layer, settings) {
  return layer.kernels.map((_, o) => {
    const [first, ...others] = partials(x, layer, o, settings);
    const d = first.d.map((value) => value + layer.bias[o]);
    for (const other of others) for (let n = 0; n < d.length; n++) d[n] += other.d[n];
    return { ...first, d };
  });
}

/** Fully connected: one sum of products a unit. */
function connected(x, { rows, bias }) {
  return Float64Array.from(rows, (row, o) => {
    let sum = bias[o];
    for (let n = 0; n < row.length; n++) sum += row[n] * x[n];
    return sum;
  });
}

/** Probabilities from logits; the largest is taken off first, so that no exponential overflows. */
export function softmax(logits) {
  const most = logits.reduce((a, b) => Math.max(a, b)), powers = logits.map((value) => Math.exp(value - most));
  const total = powers.reduce((a, b) => a + b);
  return powers.map((value) => value / total);
}

/**
 * All that happens to one picture on its way through the network.
 * @param {ReturnType<typeof layersOf>} layers @param {Matrix} x values from 0, black, to 1, white, 28×28
 */
export function forward(layers, x) {
  const z1 = convolved([x], layers[1], CONV1), conv1 = z1.map((map) => ({ ...map, d: relu(map.d) })), pool1 = conv1.map((map) => pool2d(map, POOL));
  const z2 = convolved(pool1, layers[2], CONV2), conv2 = z2.map((map) => ({ ...map, d: relu(map.d) })), pool2 = conv2.map((map) => pool2d(map, POOL));
  const flat = Float64Array.from(pool2.flatMap((map) => [...map.d]));
  const z3 = connected(flat, layers[3]), fc1 = relu(z3), z4 = connected(fc1, layers[4]), fc2 = relu(z4);
  const logits = connected(fc2, layers[5]);
  return { x, z1, conv1, pool1, z2, conv2, pool2, flat, z3, fc1, z4, fc2, logits, probabilities: softmax(logits) };
}

// --- pictures

/** Pixels of a picture's longer side, and of the network's input. */
export const SIDE = 28;

/**
 * A picture as Fashion-MNIST's were made (Xiao, Rasul, Vollgraf, 2017): light on dark, its empty margin trimmed, the
 * longer side brought to 28 pixels, in the middle of 28×28.
 * @param {number[][]} rows grey levels from 0 to 255 @returns {number[][]} whole levels, 28×28
 */
export function asInput(rows) {
  const [h, w] = [rows.length, rows[0].length];
  const edge = [...rows[0], ...rows[h - 1], ...rows.map((row) => row[0]), ...rows.map((row) => row[w - 1])].sort((a, b) => a - b);
  const ground = edge[Math.floor(edge.length / 2)];
  const light = ground > 127 ? rows.map((row) => row.map((value) => 255 - value)) : rows;
  return centred(trimmed(light, ground > 127 ? 255 - ground : ground));
}

/** Without rows and columns at the border that hardly differ from the ground. */
function trimmed(rows, ground) {
  const full = (values) => values.some((value) => Math.abs(value - ground) > 16);
  const ends = (lines) => [lines.findIndex(full), lines.length - 1 - [...lines].reverse().findIndex(full)];
  const [top, bottom] = ends(rows);
  if (top < 0) return rows;
  const [left, right] = ends(rows[0].map((_, c) => rows.map((row) => row[c])));
  return rows.slice(top, bottom + 1).map((row) => row.slice(left, right + 1).map((value) => Math.max(value - ground, 0)));
}

/** Resized by the means of areas, and put in the middle of zeros. */
function centred(rows) {
  const [h, w] = [rows.length, rows[0].length], scale = Math.max(h, w) / SIDE;
  const [height, width] = [h, w].map((side) => Math.max(1, Math.round(side / scale)));
  const [down, right] = [SIDE - height, SIDE - width].map((room) => Math.floor(room / 2));
  const out = Array.from({ length: SIDE }, () => new Array(SIDE).fill(0));
  for (let i = 0; i < height; i++)
    for (let j = 0; j < width; j++) out[down + i][right + j] = Math.round(mean(rows, (i * h) / height, ((i + 1) * h) / height, (j * w) / width, ((j + 1) * w) / width));
  return out;
}

/** The mean of a picture over an area whose borders may cut pixels. */
function mean(rows, top, bottom, left, right) {
  let sum = 0;
  for (let r = Math.floor(top); r < bottom; r++)
    for (let c = Math.floor(left); c < right; c++) {
      const height = Math.min(r + 1, bottom) - Math.max(r, top), width = Math.min(c + 1, right) - Math.max(c, left);
      sum += rows[Math.min(r, rows.length - 1)][Math.min(c, rows[0].length - 1)] * height * width;
    }
  return sum / ((bottom - top) * (right - left));
}

/**
 * A soft round brush on a picture: full at its middle, nothing at its edge.
 * @param {number[][]} rows @param {number} r row of the middle, may be a fraction @param {number} c @param {number} radius @param {number} level what is painted
 */
export function painted(rows, r, c, radius, level) {
  return rows.map((row, i) => {
    if (Math.abs(i - r) > radius) return row;
    return row.map((value, j) => {
      const cover = Math.min(Math.max(radius + 0.5 - Math.hypot(i - r, j - c), 0), 1);
      return cover === 0 ? value : Math.round(level > value ? Math.max(value, cover * level) : Math.min(value, level + (1 - cover) * value));
    });
  });
}

// --- what a link holds

/** Levels as two hexadecimal digits each. */
export const toHex = (rows) => rows.flat().map((level) => Math.round(level).toString(16).padStart(2, "0")).join("");

/** The picture of such a text, or null. */
export function fromHex(text) {
  if (!new RegExp(`^[0-9a-f]{${2 * SIDE * SIDE}}$`).test(text)) return null;
  const level = (n) => parseInt(text.slice(2 * n, 2 * n + 2), 16);
  return Array.from({ length: SIDE }, (_, r) => Array.from({ length: SIDE }, (_, c) => level(r * SIDE + c)));
}

/** The levels of picture n of a gallery, from its bytes. @returns {number[][]} */
export function picture(bytes, n) {
  return Array.from({ length: SIDE }, (_, r) => Array.from(bytes.subarray((n * SIDE + r) * SIDE, (n * SIDE + r + 1) * SIDE)));
}

/** The bytes of a base64 text. */
export function bytesOf(text) {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}
