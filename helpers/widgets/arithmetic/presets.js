/** Kernels and inputs to choose from. Names are keys of the vocabulary ("ui.preset.…"). */

const BLUR = 1 / 9;

/** @type {Record<string, number[][]>} */
export const KERNELS = {
  identity: [[0, 0, 0], [0, 1, 0], [0, 0, 0]],
  box_blur: [[BLUR, BLUR, BLUR], [BLUR, BLUR, BLUR], [BLUR, BLUR, BLUR]],
  sharpen: [[0, -1, 0], [-1, 5, -1], [0, -1, 0]],
  vertical_edge: [[1, -1]],
  horizontal_edge: [[1], [-1]],
  sobel_x: [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]],
  sobel_y: [[-1, -2, -1], [0, 0, 0], [1, 2, 1]],
  laplacian: [[0, 1, 0], [1, -4, 1], [0, 1, 0]],
  emboss: [[-2, -1, 0], [-1, 1, 1], [0, 1, 2]],
};

/** Kernels for pictures; those that cancel out find edges, those that add up to 1 keep the brightness. @type {Record<string, number[][]>} */
export const PICTURE_KERNELS = {
  identity: KERNELS.identity,
  box_blur: KERNELS.box_blur,
  gaussian: [[1 / 16, 2 / 16, 1 / 16], [2 / 16, 4 / 16, 2 / 16], [1 / 16, 2 / 16, 1 / 16]],
  sharpen: KERNELS.sharpen,
  sobel_x: KERNELS.sobel_x,
  sobel_y: KERNELS.sobel_y,
  laplacian: KERNELS.laplacian,
  emboss: KERNELS.emboss,
};

/** Inputs of any size: the value at row r, column c of h×w. @type {Record<string, (r: number, c: number, h: number, w: number) => number>} */
export const INPUTS = {
  counting: (r, c, _h, w) => r * w + c,
  stripe: (_r, c, _h, w) => (c >= Math.floor(w / 4) && c < w - Math.floor(w / 4) ? 0 : 1),
  diagonal: (r, c) => (r === c ? 1 : 0),
  checkerboard: (r, c) => (r + c) % 2,
  impulse: (r, c, h, w) => (r === Math.floor(h / 2) && c === Math.floor(w / 2) ? 1 : 0),
  ones: () => 1,
};

/** The preset input of a size. @param {string} name @returns {number[][]} */
export function inputOf(name, h, w) {
  return Array.from({ length: h }, (_, r) => Array.from({ length: w }, (_, c) => INPUTS[name](r, c, h, w)));
}
