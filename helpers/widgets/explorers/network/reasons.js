/** Why a network's layer is impossible, in words. */
import { refusalSentence } from "../../words/sentences.js";
import { say } from "../../words/words.js";

/** Why a layer is impossible, without its name. */
export function reasonText(lang, { key, params }) {
  if (key === "shapes.kernel_too_large") return refusalSentence(lang, { key, params });
  const what = params.what ? { what: say(lang, `network.what.${params.what}`) } : {};
  return say(lang, key, { ...params, ...what });
}

/** The same with the layer's number and kind, as helpers/network/counting.py says it. */
export function sentence(lang, refused) {
  return say(lang, "network.bad.layer", { layer: refused.layer, kind: refused.kind, text: reasonText(lang, refused) });
}
