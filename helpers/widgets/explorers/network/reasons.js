/** Why a network's layer is impossible, in words. */
import { say } from "../../words/words.js";

/** Why a layer is impossible, without its name. */
export const reasonText = (lang, { key, params }) => say(lang, key, params);

/** The refusal with the layer's number and kind, as helpers/network/counting.py says it. */
export function named(refused) {
  return refused && { key: "network.bad.layer", params: { layer: refused.layer, kind: refused.kind, text: refused } };
}

/** The same in words. */
export function sentence(lang, refused) {
  const { key, params } = named(refused);
  return say(lang, key, params);
}
