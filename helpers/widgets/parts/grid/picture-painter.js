/**
 * Draws a grid as a picture in shades of grey, pixel by pixel.
 *
 * @import { AnyMatrix, Pair } from "../../types.js"
 */
import { CanvasPainter } from "./canvas-painter.js";
import { h } from "../dom.js";

export class PicturePainter extends CanvasPainter {
  least = 1;
  pixels = h("canvas");
  /** What stands in the pixels. @type {{matrix: AnyMatrix, range: Pair} | null} */
  drawn = null;

  draw() {
    const { matrix, range } = this.grid, { unit } = this;
    if (!range || matrix.w * unit !== this.canvas.width || matrix.h * unit !== this.canvas.height) return;
    if (this.drawn?.matrix !== matrix || this.drawn.range.join() !== range.join()) this.#develop(matrix, range);
    const context = this.canvas.getContext("2d");
    context.imageSmoothingEnabled = false;
    context.drawImage(this.pixels, 0, 0, this.canvas.width, this.canvas.height);
    this.#outline(context, unit);
  }

  /** The picture, one pixel an element; the array clamps what is darker than black or lighter than white. @param {AnyMatrix} matrix @param {Pair} range */
  #develop(matrix, range) {
    this.drawn = { matrix, range };
    Object.assign(this.pixels, { width: matrix.w, height: matrix.h });
    const image = new ImageData(matrix.w, matrix.h), scale = 255 / (range[1] - range[0]);
    for (let n = 0; n < matrix.d.length; n++) {
      image.data.fill((matrix.d[n] - range[0]) * scale, 4 * n, 4 * n + 3);
      image.data[4 * n + 3] = 255;
    }
    this.pixels.getContext("2d").putImageData(image, 0, 0);
  }

  /** A frame around all that is marked, to be seen on black and on white. @param {CanvasRenderingContext2D} context @param {number} unit */
  #outline(context, unit) {
    if (this.marks.length === 0) return;
    const rows = this.marks.map(({ r }) => r), columns = this.marks.map(({ c }) => c);
    const [top, left] = [Math.min(...rows), Math.min(...columns)];
    const [width, height] = [(Math.max(...columns) - left + 1) * unit, (Math.max(...rows) - top + 1) * unit];
    for (const [lineWidth, strokeStyle] of [[6, "#000"], [3, "#ffd400"]]) {
      Object.assign(context, { lineWidth, strokeStyle });
      context.strokeRect(left * unit, top * unit, width, height);
    }
  }
}
