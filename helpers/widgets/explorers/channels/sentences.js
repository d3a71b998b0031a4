/**
 * What the channel explorer says about the output's shape and its cost. No DOM.
 *
 * @import { Matrix, Values } from "../../types.js"
 */
import { shapeLines } from "../../words/sentences.js";
import { say } from "../../words/words.js";
import { cost } from "./arithmetic.js";

/** Shape, formula of both axes, parameters and multiply-adds. @param {string} lang @param {Values} values @param {Matrix[]} y */
export function channelLines(lang, values, y) {
  const { input, kernel, groups, padding, stride, dilation, bias } = values;
  const costs = cost(input, kernel, { padding, stride, dilation }, bias !== null);
  const { c_o, c_g, k_h, k_w, o_h, o_w, parameters, multiplyAdds } = costs;
  const [letters, numbers] = bias === null ? ["", ""] : [" + c_o", ` + ${c_o}`];
  const weights = `${c_o}·(${input.length}/${groups})·${k_h}·${k_w}${numbers}`;
  const adds = `${c_o}·${c_g}·${k_h}·${k_w}·${o_h}·${o_w}`;
  return [
    say(lang, "channels.shape", { c: y.length, h: y[0].h, w: y[0].w }),
    ...shapeLines(lang, { padding, stride, dilation, input: input[0], kernel: kernel[0][0] }, y[0]).slice(1),
    `${say(lang, "channels.parameters")} c_o·(c_i/groups)·k_h·k_w${letters} = ${weights} = ${parameters}`,
    `${say(lang, "channels.adds")} c_o·(c_i/groups)·k_h·k_w·o_h·o_w = ${adds} = ${multiplyAdds}`,
  ];
}
