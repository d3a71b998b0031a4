/** Pictures that a reader brings along: read here, shown here, sent nowhere. */

/** The longer side that a picture is made smaller to, and the shorter one that it must have, in pixels. */
export const SIDES = { most: 192, least: 8 };

/**
 * The grey levels of pixels (red, green, blue, opacity; 0 to 255), on a white ground, by ITU-R BT.601.
 * @param {Uint8ClampedArray} data @returns {number[][]} rows of whole numbers from 0, black, to 255, white
 */
export function greyLevels(data, width, height) {
  const level = (n) => {
    const [red, green, blue, opacity] = data.subarray(4 * n, 4 * n + 4);
    return Math.round(((0.299 * red + 0.587 * green + 0.114 * blue) * opacity + 255 * (255 - opacity)) / 255);
  };
  return Array.from({ length: height }, (_, r) => Array.from({ length: width }, (_, c) => level(r * width + c)));
}

/**
 * The grey levels of a picture file, made smaller where it is large.
 * @param {Blob & {name?: string}} file
 * @returns {Promise<{value: number[][]} | {key: string, params: object}>} rows, or why there are none
 */
export async function readPicture(file) {
  const name = file.name || file.type || "?";
  let bitmap;
  try {
    bitmap = await createImageBitmap(file);
  } catch {
    return { key: "picture.bad.file", params: { name } };
  }
  const scale = Math.min(1, SIDES.most / Math.max(bitmap.width, bitmap.height));
  const [width, height] = [bitmap.width, bitmap.height].map((side) => Math.round(side * scale));
  if (Math.min(width, height) < SIDES.least) return { key: "picture.bad.size", params: { name, h: bitmap.height, w: bitmap.width, ...SIDES } };
  const canvas = Object.assign(document.createElement("canvas"), { width, height }), context = canvas.getContext("2d");
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, 0, 0, width, height);
  bitmap.close();
  return { value: greyLevels(context.getImageData(0, 0, width, height).data, width, height) };
}
