/**
 * Class maps: what the last average reads, and where its numbers look. No DOM.
 *
 * @import { Step } from "../../arithmetic/engine.js"
 *
 * @typedef {[row: number, column: number, rows: number, columns: number]} Cover
 * @typedef {[size: number, jump: number, start: number]} Field of a map's number, in pixels of the network's input
 */
import { SIDE } from "../../arithmetic/little-picture.js";

/** The picture with what is covered in black. @param {number[][]} image @param {Cover} cover @returns {number[][]} */
export function coveredBy(image, [row, column, rows, columns]) {
  /** @param {number} r @param {number} c */
  const inside = (r, c) => r >= row && r < row + rows && c >= column && c < column + columns;
  return image.map((line, r) => line.map((level, c) => (inside(r, c) ? 0 : level)));
}

/** Whether anything is covered. @param {Cover} cover */
export const covers = ([row, column, rows, columns]) => rows > 0 && columns > 0 && row < SIDE && column < SIDE;

/** The box that two pixels span, as a cover. @param {number[]} from @param {number[]} to @returns {Cover} */
export function boxOf(from, to) {
  const [a, b] = [from, to].map((place) => place.map((n) => Math.min(Math.max(Math.round(n), 0), SIDE - 1)));
  const [top, left] = [Math.min(a[0], b[0]), Math.min(a[1], b[1])];
  return [top, left, Math.abs(a[0] - b[0]) + 1, Math.abs(a[1] - b[1]) + 1];
}

/** The step that gives the maps: what the last average reads. @param {Step[]} steps */
export const mapStep = (steps) => steps.findLast(({ kind }) => kind.startsWith("Adaptive")).reads[0];

/** The first pixel and the pixels of what a map's number sees of the picture, along one axis, of `side`. @param {Field} field @param {number} n @param {number} side */
export function seen([size, jump, start], n, side) {
  const first = Math.max(0, start + n * jump), end = Math.min(side, start + n * jump + size);
  return [first / side, (end - first) / side];
}

/** The square around the middle of what a map's number sees, along one axis: its beginning and its length, in parts of the side. @param {Field} field @param {number} n @param {number} side */
export const square = ([size, jump, start], n, side) => [(start + n * jump + (size - jump) / 2) / side, jump / side];
