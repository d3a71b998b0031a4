/** Sentences about shapes: the formula with its numbers, what the floor drops, why settings do not fit. */
import { unused } from "../arithmetic/ops.js";
import { say } from "./words.js";

/** Two numbers as a reader writes them: one where both are equal. */
const brief = ([rows, columns]) => (rows === columns ? String(rows) : `${rows}×${columns}`);

/** The formula of one axis, in letters and with its numbers. */
function formula(axis, n, k, p, s, d, o) {
  const a = `_${axis}`;
  return `o${a} = ⌊(n${a} + 2p${a} − d${a}(k${a} − 1) − 1) / s${a}⌋ + 1 = ⌊(${n} + 2·${p} − ${d}·(${k} − 1) − 1) / ${s}⌋ + 1 = ${o}`;
}

/** The output's shape, the formula for both axes, and what the floor drops: one line each. */
export function shapeLines(lang, values, y) {
  const axes = [0, 1].map((a) => {
    const length = (rows) => (a ? rows[0].length : rows.length);
    return [length(values.input), length(values.kernel), values.padding[a], values.stride[a], values.dilation[a]];
  });
  const [rows, columns] = axes.map((axis) => unused(...axis));
  const lines = [say(lang, "ui.shape", { h: y.h, w: y.w }), formula("h", ...axes[0], y.h), formula("w", ...axes[1], y.w)];
  if (rows || columns) lines.push(say(lang, "ui.dropped", { rows, columns }));
  return lines;
}

/** Why settings are impossible, as helpers.shapes says it. */
export function refusalSentence(lang, { key, params }) {
  if (key !== "shapes.kernel_too_large") return say(lang, key, { ...params, name: say(lang, `ui.${params.name}`) });
  const { kernel, padding, dilation, spans, padded } = params;
  const more = spans.map((spanned, a) => Math.max(0, Math.ceil((spanned - padded[a]) / 2)));
  const [k_h, k_w] = kernel.map((k, a) => Math.min(k, Math.floor((padded[a] - 1) / dilation[a]) + 1));
  const cure = say(lang, "shapes.cure_smaller", { padding: brief([padding[0] + more[0], padding[1] + more[1]]), k_h, k_w });
  const plain = dilation.every((d) => d === 1);
  return say(lang, plain ? "shapes.kernel_too_large_plain" : "shapes.kernel_too_large", {
    k_h: kernel[0], k_w: kernel[1], dilation: brief(dilation), span_h: spans[0], span_w: spans[1], n_h: padded[0], n_w: padded[1], cure,
  });
}
