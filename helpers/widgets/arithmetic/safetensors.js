/** Files of weights. No DOM. */

/** The bytes of a base64 text. @param {string} text @returns {Uint8Array<ArrayBuffer>} */
export function bytesOf(text) {
  return Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
}

/** How the numbers of each kind are read. @type {Record<string, (bytes: ArrayBuffer) => Float32Array>} */
const READ = {
  F32: (bytes) => new Float32Array(bytes),
  F16: (bytes) => Float32Array.from(new Uint16Array(bytes), single),
  U8: (bytes) => Float32Array.from(new Uint8Array(bytes)),
};

/**
 * @typedef {{shape: number[], d: Float32Array}} Tensor in row-major order
 * @typedef {Record<string, Tensor>} Tensors by their names
 * @typedef {{dtype: string, shape: number[], data_offsets: [from: number, to: number]}} Entry of a file's header
 */

/**
 * The tensors of a safetensors file: 8 bytes with the length of a JSON header, the header, the data.
 * Half precision (F16) and bytes (U8) become single precision, whose numbers hold them exactly. Throws for other kinds.
 * @param {ArrayBuffer} buffer @returns {Tensors}
 */
export function readSafetensors(buffer) {
  const length = Number(new DataView(buffer).getBigUint64(0, true));
  /** @type {Record<string, Entry>} */
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 8, length)));
  /** @type {Tensors} */
  const tensors = {};
  for (const [name, { dtype, shape, data_offsets: [from, to] }] of Object.entries(header)) {
    if (name === "__metadata__") continue;
    const bytes = buffer.slice(8 + length + from, 8 + length + to); // a copy, which begins where numbers may
    if (!(dtype in READ)) throw new Error(`${name} is ${dtype}, not one of ${Object.keys(READ).join(", ")}`);
    tensors[name] = { shape, d: READ[dtype](bytes) };
  }
  return tensors;
}

/** The number that 16 bits mean: a sign, five bits of exponent, ten of fraction (IEEE 754). @param {number} bits */
export function single(bits) {
  const sign = bits & 0x8000 ? -1 : 1, exponent = (bits >> 10) & 0x1f, fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction ? NaN : sign * Infinity;
  return sign * (exponent ? 2 ** (exponent - 15) * (1 + fraction / 1024) : 2 ** -14 * (fraction / 1024));
}
