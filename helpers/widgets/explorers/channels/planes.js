/** Channels that come and go. No DOM. */
import { Memory } from "../../arithmetic/memory.js";

/** The whole numbers from 0 to count − 1. @param {number} count */
export const range = (count) => Array.from({ length: count }, (_, n) => n);

/** A list with another item at index n. @template T @param {T[]} list @param {number} n @param {T} item */
export const replaced = (list, n, item) => list.map((old, m) => (m === n ? item : old));

const ones = (rows, columns) => range(rows).map(() => range(columns).map(() => 1));

/** Planes by name that come back with their values after they were taken away or cut. */
export class Planes {
  /** @type {Map<string, {memory: Memory, plane: number[][]}>} */
  #slots = new Map();

  /**
   * The wanted planes at a size; new ones are all 1.
   * @param {Map<string, number[][]>} now the planes there are @param {string[]} wanted @param {number} rows @param {number} columns @returns {number[][][]}
   */
  resize(now, wanted, rows, columns) {
    for (const [name, plane] of now) {
      this.#slots.set(name, { memory: this.#slots.get(name)?.memory ?? new Memory(), plane });
    }
    return wanted.map((name) => {
      const { memory, plane } = this.#slots.get(name) ?? { memory: new Memory(), plane: ones(rows, columns) };
      return memory.resize(plane, rows, columns);
    });
  }

  forget() {
    this.#slots.clear();
  }
}
