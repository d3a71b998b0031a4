/** The levels of a picture's pixels. No DOM. */

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

/** The levels of red, green and blue of pixels, on a white ground. @returns {number[][][]} three lists of rows */
export function colourLevels(data, width, height) {
  return [0, 1, 2].map((channel) =>
    Array.from({ length: height }, (_, r) =>
      Array.from({ length: width }, (_, c) => {
        const n = 4 * (r * width + c);
        return Math.round((data[n + channel] * data[n + 3] + 255 * (255 - data[n + 3])) / 255);
      }))
  );
}
