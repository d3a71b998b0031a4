/**
 * Why a network's layer is impossible, in words.
 *
 * @import { Refusal } from "../../types.js"
 * @import { RefusedLayer } from "./arithmetic.js"
 */
import { say } from "../../words/words.js";

/** Why a layer is impossible, without its name. @param {string} lang @param {Refusal} refusal */
export const reasonText = (lang, { key, params }) => say(lang, key, params);

/** The refusal with the layer's number and kind, as helpers/network/counting.py says it. @param {RefusedLayer | null} refused @returns {Refusal | null} */
export function named(refused) {
  return refused && { key: "network.bad.layer", params: { layer: refused.layer, kind: refused.kind, text: refused } };
}

/** The same in words. @param {string} lang @param {RefusedLayer} refused */
export function sentence(lang, refused) {
  const { key, params } = named(refused);
  return say(lang, key, params);
}
