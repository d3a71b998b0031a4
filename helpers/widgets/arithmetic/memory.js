/** Matrices that give back what they lost: made smaller and larger again, a matrix has its values as before. No DOM. */

export class Memory {
  /** @type {Map<string, number>} */
  #cut = new Map(); // "r,c" -> a value that a smaller size cut off

  /** @param {number[][]} rows @returns {number[][]} the rows at a new size; new places hold what stood there before, else 0 */
  resize(rows, h, w) {
    rows.forEach((row, r) => row.forEach((value, c) => (r >= h || c >= w) && this.#cut.set(`${r},${c}`, value)));
    return Array.from(
      { length: h },
      (_, r) => Array.from({ length: w }, (_, c) => rows[r]?.[c] ?? this.#cut.get(`${r},${c}`) ?? 0),
    );
  }

  forget() {
    this.#cut.clear();
  }
}

/** Whether two matrices hold the same numbers. @param {number[][]} a @param {number[][]} b */
export function same(a, b) {
  return a.length === b.length &&
    a.every((row, r) => row.length === b[r].length && row.every((value, c) => value === b[r][c]));
}
