/**
 * A grid of numbers: one tab stop, arrow keys, editing in place, pasting of blocks; cells or a canvas, by its size.
 *
 * @import { AnyMatrix, Pair, PlacedRefusal, Refuse } from "../../types.js"
 * @import { Look, Mark } from "./cell-painter.js"
 *
 * @typedef {"focus" | "hover" | "press"} How a reader points at an element
 * @typedef {{edit?: (r: number, c: number, value: number) => void, paste?: (r: number, c: number, rows: number[][]) => void,
 *   refuse?: Refuse, tell?: (refusal: PlacedRefusal) => void, point?: (r: number, c: number, how: How) => void}} Listeners
 */
import { CanvasPainter } from "./canvas-painter.js";
import { CellPainter } from "./cell-painter.js";
import { focusedAround, h, setText } from "../dom.js";
import { formatNumber, parseBlock, parseNumber } from "../../arithmetic/numbers.js";
import { PicturePainter } from "./picture-painter.js";
import { say } from "../../words/words.js";

/** Up to this many rows and columns, padding included, every element is a cell of its own. */
const MOST_CELLS = 16;

/** @type {(r: number, c: number) => string} */
const NO_FLAGS = () => "";
/** @type {(r: number, c: number) => string} */
const NO_BADGE = () => "";

/** The row and column of an editor's place, "r,c". @param {string} place @returns {Pair} */
function placeOf(place) {
  const [r, c] = place.split(",").map(Number);
  return [r, c];
}

export class Grid {
  /**
   * @param {{lang: string, name: string, kind: "input" | "kernel" | "output", picture?: boolean, short?: (value: number) => string | null} & Listeners} options
   *   a picture is drawn in shades of grey; a block that is handed to paste fits; short writes a number so that it fits into a
   *   cell, or gives null where that is done as usual
   *   Rows and columns that listeners get count from the corner of the matrix: those of the padding are negative or beyond its end.
   */
  constructor({ lang, name, kind, edit, paste, refuse, tell, point, picture = false, short = () => null }) {
    this.lang = lang;
    this.name = name;
    this.edit = edit;
    this.paste = paste;
    this.refuse = refuse;
    this.tell = tell;
    this.point = point;
    this.picture = picture;
    this.short = short;
    /** @type {AnyMatrix} */
    this.matrix = { h: 0, w: 0, d: new Float64Array() };
    /** @type {Pair} */
    this.padding = [0, 0];
    /** @type {Pair} */
    this.cursor = [0, 0]; // in the grid, padding included
    /** @type {Map<string, string>} */
    this.pending = new Map(); // "r,c" of the matrix -> the refused text that stands there
    /** @type {string | null} */
    this.hovered = null; // "row,column" of the grid that was told last
    this.flags = NO_FLAGS;
    this.badge = NO_BADGE;
    /** @type {Pair | undefined} */
    this.range = undefined;
    this.border = 0;
    /** @type {CellPainter | CanvasPainter | null} */
    this.painter = null;
    this.caption = h("div", { class: "cx-caption" });
    this.root = h("div", {
      role: "grid",
      "aria-label": name,
      "aria-readonly": edit ? null : "true",
      class: `cx-grid cx-${kind}`,
    });
    this.element = h("div", { class: "cx-figure" }, this.caption, h("div", { class: "cx-scroll" }, this.root));
    this.#usePainter(CellPainter);
    this.root.addEventListener("keydown", (event) => this.#key(event));
    this.root.addEventListener("click", (event) => this.#press(event));
    this.root.addEventListener("pointermove", (event) => this.#hover(event)); // not pointerover: a page that scrolls under a resting pointer chooses nothing
    this.root.addEventListener("pointerleave", () => (this.hovered = null));
    this.root.addEventListener("focusin", (event) => this.#focused(event));
    this.root.addEventListener("paste", (event) => this.#pasted(event));
    this.root.addEventListener("copy", (event) => this.#copied(event));
  }

  /**
   * Shows a matrix inside its padding.
   * @param {AnyMatrix} matrix @param {Pair} [padding]
   * @param {{flags?: (r: number, c: number) => string, badge?: (r: number, c: number) => string, caption?: string, range?: Pair, border?: number}} [options]
   *   range holds the values that a picture shows as black and as white; border is what stands in the padding
   */
  draw(matrix, padding = [0, 0], { flags = NO_FLAGS, badge = NO_BADGE, caption, range, border = 0 } = {}) {
    const rows = matrix.h + 2 * padding[0], columns = matrix.w + 2 * padding[1];
    const resized = rows !== this.painter.size[0] || columns !== this.painter.size[1];
    const moved = padding[0] !== this.padding[0] || padding[1] !== this.padding[1];
    const focused = this.root.contains(focusedAround(this.root));
    const cursor = this.cursor.map((place, axis) => place - this.padding[axis] + padding[axis]); // on the same element
    this.matrix = matrix;
    this.padding = padding;
    this.flags = flags;
    this.badge = badge;
    this.range = range;
    this.border = border;
    if (resized || moved) {
      this.#commitOpen();
      this.#usePainter(
        this.picture ? PicturePainter : Math.max(rows, columns) > MOST_CELLS ? CanvasPainter : CellPainter,
      );
      this.painter.resize(rows, columns);
      this.root.setAttribute("aria-rowcount", String(rows));
      this.root.setAttribute("aria-colcount", String(columns));
      const within = (place, count) => Math.min(Math.max(place, 0), count - 1);
      this.cursor = [within(cursor[0], rows), within(cursor[1], columns)];
    }
    const scale = this.#scale();
    this.painter.paint((r, c) => this.#look(r, c, scale));
    this.painter.stop(...this.cursor);
    setText(this.caption, caption ?? say(this.lang, "ui.sized", { name: this.name, h: matrix.h, w: matrix.w }));
    if (resized || moved) {
      this.#reopenPending();
      if (focused && !this.root.contains(focusedAround(this.root))) this.painter.cell(...this.cursor).focus();
    }
  }

  /** Rows on the screen, padding included. */
  get rows() {
    return this.painter.size[0];
  }

  /** Columns on the screen, padding included. */
  get columns() {
    return this.painter.size[1];
  }

  /** Marks elements of the matrix or of its padding. @param {Mark[]} list */
  mark(list) {
    const [rows, columns] = this.painter.size;
    const places = list.map(({ r, c, ...rest }) => ({ r: r + this.padding[0], c: c + this.padding[1], ...rest }));
    this.painter.mark(places.filter(({ r, c }) => r >= 0 && c >= 0 && r < rows && c < columns)); // a window may reach beyond
  }

  /** Makes an element of the matrix the tab stop, without taking the focus. @param {number} r @param {number} c */
  moveTo(r, c) {
    const inside = this.root.contains(focusedAround(this.root));
    this.cursor = [r + this.padding[0], c + this.padding[1]];
    this.painter.stop(...this.cursor);
    if (inside) this.painter.cell(...this.cursor).focus({ preventScroll: true });
  }

  /** Drops every refused text and closes the editors. */
  forget() {
    this.#drop(() => true);
  }

  /** The editors that are open. @returns {HTMLInputElement[]} */
  get #editors() {
    return [...this.root.querySelectorAll("input")];
  }

  /** Closes the editors, and drops the refused texts, of some places. @param {(r: number, c: number) => boolean} of */
  #drop(of) {
    const dropped = (place) => of(...placeOf(place));
    for (const box of this.#editors) if (dropped(box.dataset.place)) this.#close(box);
    for (const place of [...this.pending.keys()]) if (dropped(place)) this.#settle(place);
  }

  destroy() {
    this.painter.destroy();
  }

  /** @param {typeof CellPainter | typeof CanvasPainter} Painter */
  #usePainter(Painter) {
    if (this.painter instanceof Painter) return;
    this.painter?.destroy();
    this.painter = new Painter(this);
    this.root.replaceChildren(this.painter.element);
  }

  #scale() {
    let most = 0;
    for (const value of this.matrix.d) if (Number.isFinite(value)) most = Math.max(most, Math.abs(value));
    return most || 1;
  }

  #inside(r, c) {
    return r >= 0 && c >= 0 && r < this.matrix.h && c < this.matrix.w;
  }

  /** What a painter shows at a position of the grid. @returns {Look} */
  #look(row, column, scale) {
    const r = row - this.padding[0], c = column - this.padding[1];
    const inside = this.#inside(r, c);
    const value = inside ? this.matrix.d[r * this.matrix.w + c] : this.border;
    const { lang, name } = this, sign = value < 0 ? "cx-negative" : "";
    return {
      value,
      get name() { // a canvas asks for one cell's alone
        const place = { name, row: r + 1, column: c + 1, value: formatNumber(value) };
        return say(lang, inside ? "ui.cell" : "ui.cell.padding", place);
      },
      flags: `${inside ? "" : "cx-pad"} ${sign} ${this.flags(r, c)}`,
      shade: Math.min(Math.abs(value) / scale, 1),
      badge: inside ? this.badge(r, c) : "",
    };
  }

  // --- moving about

  #key(event) {
    if (event.target.tagName === "INPUT" || event.ctrlKey || event.metaKey || event.altKey) return;
    const [r, c] = this.cursor, [rows, columns] = this.painter.size;
    /** @type {Pair | undefined} */
    const go = {
      ArrowUp: [r - 1, c],
      ArrowDown: [r + 1, c],
      ArrowLeft: [r, c - 1],
      ArrowRight: [r, c + 1],
      Home: [r, 0],
      End: [r, columns - 1],
    }[event.key];
    if (go) {
      event.preventDefault();
      if (go[0] >= 0 && go[1] >= 0 && go[0] < rows && go[1] < columns) this.#focus(...go);
    } else if (
      this.edit && (event.key === "Enter" || event.key === "F2" || /^[-+.\d\u2212]$/.test(event.key)) && !event.shiftKey
    ) {
      event.preventDefault();
      /** @type {Pair} */
      const place = [r - this.padding[0], c - this.padding[1]];
      if (this.#inside(...place)) this.#open(...place, event.key.length === 1 ? event.key : null);
      else this.#tellPadding();
    }
  }

  /** Padding is no part of the matrix: why nothing can be typed or pasted there. */
  #tellPadding() {
    this.tell({ key: "ui.bad.padding", params: {}, where: this.name });
  }

  #focus(row, column) {
    this.cursor = [row, column];
    this.painter.stop(row, column);
    this.painter.cell(row, column).focus();
    if (this.painter instanceof CanvasPainter) this.point?.(row - this.padding[0], column - this.padding[1], "focus");
  }

  #focused(event) {
    const place = this.painter.locate(event);
    if (!place || event.target.tagName === "INPUT") return;
    this.cursor = place;
    this.painter.stop(...place);
    this.point?.(place[0] - this.padding[0], place[1] - this.padding[1], "focus");
  }

  #hover(event) {
    const place = event.pointerType === "touch" ? null : this.painter.locate(event);
    if (!place || String(place) === this.hovered) return;
    this.hovered = String(place);
    this.point?.(place[0] - this.padding[0], place[1] - this.padding[1], "hover");
  }

  #press(event) {
    const place = this.painter.locate(event);
    if (!place || event.target.tagName === "INPUT") return;
    this.#focus(...place);
    const [r, c] = [place[0] - this.padding[0], place[1] - this.padding[1]];
    this.point?.(r, c, "press");
    if (this.edit) this.#open(r, c, null);
  }

  // --- editing

  #open(r, c, text) {
    if (!this.#inside(r, c)) return;
    const cell = this.painter.cell(r + this.padding[0], c + this.padding[1]);
    const already = cell.querySelector("input");
    if (already?.dataset.place === `${r},${c}`) return already.focus();
    if (already) this.#close(already); // a canvas has one cell for all: the refused text stays in `pending`
    this.#commitOpen();
    const waiting = this.pending.get(`${r},${c}`);
    const box = h("input", {
      type: "text",
      class: "cx-editor",
      autocomplete: "off",
      autocapitalize: "off",
      spellcheck: "false",
      enterkeyhint: "done",
      "aria-label": say(this.lang, "ui.place", { name: this.name, row: r + 1, column: c + 1 }),
      "aria-invalid": waiting === undefined ? null : "true",
      "data-place": `${r},${c}`,
      onkeydown: (event) => this.#editorKey(event, box),
      onblur: () => box.dataset.closing || this.#commit(box),
    });
    box.value = text ?? waiting ?? String(this.matrix.d[r * this.matrix.w + c]);
    cell.append(box);
    box.focus();
    if (text === null) box.select();
  }

  #editorKey(event, box) {
    if (event.key === "Enter") {
      event.preventDefault();
      event.stopPropagation();
      if (this.#commit(box)) this.painter.cell(...this.cursor).focus();
    } else if (event.key === "Escape") {
      event.stopPropagation();
      const place = box.dataset.place;
      this.#close(box);
      this.#settle(place);
      this.painter.cell(...this.cursor).focus();
    }
  }

  /** Takes the text over; where it is no number it stays in place, and false comes back. */
  #commit(box) {
    const place = box.dataset.place, [r, c] = placeOf(place);
    const parsed = parseNumber(box.value);
    if (!("value" in parsed)) {
      box.setAttribute("aria-invalid", "true");
      this.pending.set(place, box.value);
      this.refuse(`${this.name} ${place}`, {
        ...parsed,
        where: say(this.lang, "ui.place", { name: this.name, row: r + 1, column: c + 1 }),
      });
      return false;
    }
    this.#close(box);
    this.#settle(place);
    const gone = !this.#inside(r, c); // somebody else has made the matrix smaller
    if (!gone && parsed.value !== this.matrix.d[r * this.matrix.w + c]) this.edit(r, c, parsed.value);
    return true;
  }

  #close(box) {
    box.dataset.closing = "yes";
    box.remove();
    if (this.painter instanceof CanvasPainter) this.painter.stop(...this.cursor);
  }

  #settle(place) {
    if (this.pending.delete(place)) this.refuse(`${this.name} ${place}`, null);
  }

  #commitOpen() {
    for (const box of this.#editors) {
      if (!this.pending.has(box.dataset.place)) this.#commit(box);
    }
  }

  /** After the cells were made anew, refused texts stand in their cells again. */
  #reopenPending() {
    for (const [place] of this.pending) {
      const [r, c] = placeOf(place);
      const active = /** @type {HTMLElement | null} */ (focusedAround(this.root));
      if (!this.#inside(r, c)) continue;
      this.#open(r, c, null);
      active?.focus?.();
    }
  }

  // --- the clipboard

  #pasted(event) {
    const text = event.clipboardData?.getData("text") ?? "";
    if (text === "" && event.clipboardData?.files.length) return; // a picture is not for a grid
    const inBox = event.target.tagName === "INPUT";
    if (!this.paste || (inBox && !/[\t\n[]/.test(text.trim()))) return; // one value into an open editor
    event.preventDefault();
    const [r, c] = inBox
      ? placeOf(event.target.dataset.place)
      : [this.cursor[0] - this.padding[0], this.cursor[1] - this.padding[1]];
    if (!this.#inside(r, c)) return this.#tellPadding();
    const block = parseBlock(text);
    if (!("rows" in block)) return this.tell({ ...block, where: this.name });
    const [h, w] = [block.rows.length, block.rows[0].length], needed = [r + h, c + w];
    if (needed[0] > this.matrix.h || needed[1] > this.matrix.w) {
      return this.tell({
        key: "ui.bad.block",
        where: this.name,
        params: { h, w, row: r + 1, column: c + 1, rows: needed[0], columns: needed[1] },
      });
    }
    this.#drop((i, j) => i >= r && j >= c && i < needed[0] && j < needed[1]);
    this.paste(r, c, block.rows);
    if (inBox) this.painter.cell(...this.cursor).focus();
  }

  #copied(event) {
    if (event.target.tagName === "INPUT" || !event.clipboardData || String(getSelection())) return;
    const { h: rows, w: columns, d } = this.matrix;
    const lines = Array.from(
      { length: rows },
      (_, i) => Array.from(d.subarray(i * columns, (i + 1) * columns)).join("\t"),
    );
    event.clipboardData.setData("text/plain", lines.join("\n"));
    event.preventDefault();
  }
}
