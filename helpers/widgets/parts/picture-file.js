/**
 * Pictures that a reader brings along: read here, shown here, sent nowhere.
 *
 * @import { Draft } from "../state/draft.js"
 * @import { Latest } from "../state/latest.js"
 * @import { Refusal } from "../types.js"
 * @import { Alerts } from "./frame.js"
 */
import { h } from "./dom.js";
import { say } from "../words/words.js";

/** The longer side that a picture is made smaller to, and the shorter one that it must have, in pixels. */
export const SIDES = { most: 192, least: 8 };

/**
 * The levels of a picture file, made smaller where it is large.
 * @template T
 * @param {Blob & {name?: string}} file @param {(data: Uint8ClampedArray, width: number, height: number) => T} levels
 * @returns {Promise<{value: T} | Refusal>} the levels, or why there are none
 */
export async function readPicture(file, levels) {
  const name = file.name || file.type || "?";
  let bitmap;
  try {
    bitmap = await createImageBitmap(file);
  } catch {
    return { key: "picture.bad.file", params: { name } };
  }
  const size = { name, h: bitmap.height, w: bitmap.width, ...SIDES };
  if (Math.min(size.h, size.w) < SIDES.least) {
    bitmap.close();
    return { key: "picture.bad.small", params: size };
  }
  const scale = Math.min(1, SIDES.most / Math.max(bitmap.width, bitmap.height));
  const [width, height] = [bitmap.width, bitmap.height].map((side) => Math.round(side * scale));
  if (Math.min(width, height) < SIDES.least) {
    bitmap.close();
    return { key: "picture.bad.size", params: size };
  }
  const canvas = Object.assign(document.createElement("canvas"), { width, height }), context = canvas.getContext("2d");
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, 0, 0, width, height);
  bitmap.close();
  return { value: levels(context.getImageData(0, 0, width, height).data, width, height) };
}

/**
 * The levels of a file that the reader has just given to an explorer, or null: it was refused, which is told, or something
 * was done meanwhile that stays (another file, Reset, a picture from elsewhere).
 * @template T
 * @param {{alerts: Alerts, draft: Draft<any>, reading: Latest}} explorer @param {string} trait that holds its picture
 * @param {Blob & {name?: string}} file @param {(data: Uint8ClampedArray, width: number, height: number) => T} levels
 * @returns {Promise<T | null>}
 */
export async function takePicture({ alerts, draft, reading }, trait, file, levels) {
  alerts.tell(); // a new picture settles what was told of the last one
  const before = draft.values[trait], read = await reading.of(readPicture(file, levels));
  if (!read || draft.values[trait] !== before) return null;
  if ("value" in read.value) return read.value.value;
  alerts.tell(read.value);
  return null;
}

/** A button for a picture file, and its hidden input; `take(file)` gets what is chosen, or dropped or pasted on the region that `on` names. */
export class PictureChooser {
  /** @param {string} lang @param {(file: File) => void} take */
  constructor(lang, take) {
    this.take = take;
    const name = say(lang, "picture.choose");
    this.file = h("input", {
      type: "file",
      accept: "image/*",
      class: "cx-file",
      "aria-label": name,
      onchange: () => this.#chosen(this.file.files[0]),
    });
    this.elements = [
      h("button", { type: "button", class: "cx-button", onclick: () => this.file.click() }, name),
      this.file,
    ];
  }

  #chosen(file) {
    if (file) this.take(file);
    this.file.value = ""; // the same file may be chosen again
  }

  /** Takes picture files that are dropped or pasted anywhere on a region. @param {HTMLElement} root */
  on(root) {
    const over = (event, inside) => {
      if (![...(event.dataTransfer?.types ?? [])].includes("Files")) return;
      event.preventDefault();
      event.stopPropagation();
      root.classList.toggle("cx-drop", inside);
    };
    root.addEventListener("dragenter", (event) => over(event, true));
    root.addEventListener("dragover", (event) => over(event, true));
    root.addEventListener(
      "dragleave",
      (event) => over(event, root.contains(/** @type {Node | null} */ (event.relatedTarget))),
    );
    root.addEventListener("drop", (event) => {
      over(event, false);
      this.#chosen(event.dataTransfer?.files[0]);
    });
    root.addEventListener("paste", (event) => {
      const file = event.clipboardData?.files[0];
      if (!file || event.defaultPrevented) return; // a table program's copy is numbers, which a grid has taken, and a picture of them
      event.preventDefault();
      this.#chosen(file);
    });
  }
}
