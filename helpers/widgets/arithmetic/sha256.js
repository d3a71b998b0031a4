/**
 * SHA-256, at once and everywhere: a browser's own waits for a promise, and is missing where a page did not come over
 * https. No DOM. FIPS 180-4 has the definition.
 */

/** The first 32 bits behind the point of a number. @param {number} x */
const fraction = (x) => ((x - Math.floor(x)) * 2 ** 32) | 0;

/** The first primes. @param {number} count */
function primes(count) {
  const found = [];
  for (let n = 2; found.length < count; n++) if (found.every((prime) => n % prime)) found.push(n);
  return found;
}

/** What each of the 64 rounds adds, from cube roots; the eight words to begin with, from square roots. */
const ROUNDS = primes(64).map((prime) => fraction(Math.cbrt(prime)));
const BEGINNING = primes(8).map((prime) => fraction(Math.sqrt(prime)));

const turned = (x, by) => (x >>> by) | (x << (32 - by));

/** A message as blocks of sixteen 32-bit words: its bytes, a one, zeros, and its length in bits. @param {Uint8Array} bytes */
function blocks(bytes) {
  const words = new Int32Array(16 * Math.ceil((bytes.length + 9) / 64));
  bytes.forEach((byte, n) => (words[n >> 2] |= byte << (24 - 8 * (n % 4))));
  words[bytes.length >> 2] |= 0x80 << (24 - 8 * (bytes.length % 4));
  words[words.length - 2] = Math.floor(bytes.length / 2 ** 29);
  words[words.length - 1] = bytes.length << 3;
  return Array.from({ length: words.length / 16 }, (_, n) => words.subarray(16 * n, 16 * n + 16));
}

/** The eight words after one block. @param {number[]} state @param {Int32Array} block */
function after(state, block) {
  const w = new Int32Array(64);
  w.set(block);
  for (let t = 16; t < 64; t++) {
    const x = w[t - 15], y = w[t - 2];
    w[t] = w[t - 16] + w[t - 7] + (turned(x, 7) ^ turned(x, 18) ^ (x >>> 3)) +
      (turned(y, 17) ^ turned(y, 19) ^ (y >>> 10));
  }
  let [a, b, c, d, e, f, g, i] = state;
  for (let t = 0; t < 64; t++) {
    const one = (i + (turned(e, 6) ^ turned(e, 11) ^ turned(e, 25)) + ((e & f) ^ (~e & g)) + ROUNDS[t] + w[t]) | 0;
    const two = ((turned(a, 2) ^ turned(a, 13) ^ turned(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    [a, b, c, d, e, f, g, i] = [(one + two) | 0, a, b, c, (d + one) | 0, e, f, g];
  }
  return [a, b, c, d, e, f, g, i].map((word, n) => (word + state[n]) | 0);
}

/** The hash of a text's UTF-8 bytes, in hexadecimal digits. @param {string} text */
export function sha256(text) {
  const words = blocks(new TextEncoder().encode(text)).reduce(after, BEGINNING);
  return words.map((word) => (word >>> 0).toString(16).padStart(8, "0")).join("");
}
