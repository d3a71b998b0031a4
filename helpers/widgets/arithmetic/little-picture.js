/** What a reader does to the picture: drawn, brought along, told by a link. No DOM. */

/** Pixels of a picture's longer side, and of the network's input. */
export const SIDE = 28;

/**
 * A picture as Fashion-MNIST's were made (Xiao, Rasul, Vollgraf, 2017): light on dark, its empty margin trimmed, the
 * longer side brought to 28 pixels, in the middle of 28×28.
 * @param {number[][]} rows grey levels from 0 to 255 @returns {number[][]} whole levels, 28×28
 */
export function asInput(rows) {
  const [h, w] = [rows.length, rows[0].length];
  const edge = [...rows[0], ...rows[h - 1], ...rows.map((row) => row[0]), ...rows.map((row) => row[w - 1])].sort((
    a,
    b,
  ) => a - b);
  const ground = edge[Math.floor(edge.length / 2)];
  const light = ground > 127 ? rows.map((row) => row.map((value) => 255 - value)) : rows;
  return centred(trimmed(light, ground > 127 ? 255 - ground : ground));
}

/** Without rows and columns at the border that hardly differ from the ground. @param {number[][]} rows @param {number} ground */
function trimmed(rows, ground) {
  /** @param {number[]} values */
  const full = (values) => values.some((value) => Math.abs(value - ground) > 16);
  /** @param {number[][]} lines */
  const ends = (lines) => [lines.findIndex(full), lines.length - 1 - [...lines].reverse().findIndex(full)];
  const [top, bottom] = ends(rows);
  if (top < 0) return rows;
  const [left, right] = ends(rows[0].map((_, c) => rows.map((row) => row[c])));
  return rows.slice(top, bottom + 1).map((row) =>
    row.slice(left, right + 1).map((value) => Math.max(value - ground, 0))
  );
}

/** Resized by the means of areas, and put in the middle of zeros. @param {number[][]} rows */
function centred(rows) {
  const [h, w] = [rows.length, rows[0].length], scale = Math.max(h, w) / SIDE;
  const [height, width] = [h, w].map((side) => Math.max(1, Math.round(side / scale)));
  const [down, right] = [SIDE - height, SIDE - width].map((room) => Math.floor(room / 2));
  const out = Array.from({ length: SIDE }, () => new Array(SIDE).fill(0));
  for (let i = 0; i < height; i++) {
    for (let j = 0; j < width; j++) {
      out[down + i][right + j] = Math.round(
        mean(rows, (i * h) / height, ((i + 1) * h) / height, (j * w) / width, ((j + 1) * w) / width),
      );
    }
  }
  return out;
}

/** The mean of a picture over an area whose borders may cut pixels. @param {number[][]} rows @param {number} top @param {number} bottom @param {number} left @param {number} right */
function mean(rows, top, bottom, left, right) {
  let sum = 0;
  for (let r = Math.floor(top); r < bottom; r++) {
    for (let c = Math.floor(left); c < right; c++) {
      const height = Math.min(r + 1, bottom) - Math.max(r, top), width = Math.min(c + 1, right) - Math.max(c, left);
      sum += rows[Math.min(r, rows.length - 1)][Math.min(c, rows[0].length - 1)] * height * width;
    }
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
      return cover === 0
        ? value
        : Math.round(level > value ? Math.max(value, cover * level) : Math.min(value, level + (1 - cover) * value));
    });
  });
}

// --- what a link holds

/** Levels as two hexadecimal digits each. @param {number[][]} rows */
export const toHex = (rows) => rows.flat().map((level) => Math.round(level).toString(16).padStart(2, "0")).join("");

/** The picture of such a text, or null. @param {string} text @returns {number[][] | null} */
export function fromHex(text) {
  if (!new RegExp(`^[0-9a-f]{${2 * SIDE * SIDE}}$`).test(text)) return null;
  /** @param {number} n */
  const level = (n) => parseInt(text.slice(2 * n, 2 * n + 2), 16);
  return Array.from({ length: SIDE }, (_, r) => Array.from({ length: SIDE }, (_, c) => level(r * SIDE + c)));
}

/** The levels of picture n of a gallery, from its bytes. @param {Uint8Array} bytes @param {number} n @returns {number[][]} */
export function picture(bytes, n) {
  return Array.from(
    { length: SIDE },
    (_, r) => Array.from(bytes.subarray((n * SIDE + r) * SIDE, (n * SIDE + r + 1) * SIDE)),
  );
}
