/** The convolution explorer's state as a link's parameters: x, k, p, s, d, b, f. No DOM. */
import { matrixFromText, matrixToText, pairFromText, pairToText } from "./link.js";
import { parseNumber } from "./numbers.js";

const MATRICES = { x: "input", k: "kernel" };
const PAIRS = { p: ["padding", 0], s: ["stride", 1], d: ["dilation", 1] };

/** The parameters that tell a state from the author's. @returns {Record<string, string>} */
export function convToLink(values, author) {
  const parameters = {};
  const add = (name, trait, text) => {
    const now = text(values[trait]);
    if (now !== text(author[trait])) parameters[name] = now;
  };
  for (const [name, trait] of Object.entries(MATRICES)) add(name, trait, matrixToText);
  for (const [name, [trait]] of Object.entries(PAIRS)) add(name, trait, pairToText);
  add("b", "bias", String);
  add("f", "flip", (flip) => (flip ? "1" : "0"));
  return parameters;
}

/**
 * @param {URLSearchParams} parameters unknown names are ignored
 * @returns {{patch: object, refusals: object[]}} traits that the link sets, and what it says wrongly
 */
export function convFromLink(parameters, author, limits) {
  const patch = {}, refusals = [];
  const take = (name, trait, read) => {
    if (!parameters.has(name)) return;
    const text = parameters.get(name);
    const parsed = read(text);
    if (parsed && "value" in parsed) patch[trait] = parsed.value;
    else refusals.push({ key: "ui.bad.link_value", params: { name, value: text.length > 60 ? `${text.slice(0, 60)}…` : text } });
  };
  for (const [name, trait] of Object.entries(MATRICES)) take(name, trait, (text) => matrixFromText(text, limits[trait]));
  for (const [name, [trait, minimum]] of Object.entries(PAIRS))
    take(name, trait, (text) => {
      const parsed = pairFromText(text);
      return parsed?.value.every((value) => value >= minimum && value <= limits[trait]) ? parsed : null;
    });
  if (author.bias !== null) take("b", "bias", parseNumber);
  if (author.flip !== null) take("f", "flip", (text) => (["0", "1"].includes(text) ? { value: text === "1" } : null));
  return { patch, refusals };
}
