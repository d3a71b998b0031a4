/** Words that a reader sees: those that all share, and those that an explorer brings along. No DOM. */
import shapes from "../../vocabulary/shapes.json" with { type: "json" };
import widgets from "../../vocabulary/widgets.json" with { type: "json" };

/** @type {Record<string, Record<string, string>>} */
const TABLE = { ...shapes, ...widgets };

/** Takes in an explorer's own words. @param {Record<string, Record<string, string>>} words texts by key and language */
export function learn(words) {
  Object.assign(TABLE, words);
}

/**
 * The text of a key in a language ("en" or "zh"), its {placeholders} filled in. Throws where one is missing.
 * A parameter may itself be something to say, {key, params}: so a refusal speaks for itself.
 * @param {string} lang @param {string} key @param {Record<string, any>} [params] @returns {string}
 */
export function say(lang, key, params = {}) {
  const text = TABLE[key]?.[lang];
  if (text === undefined) throw new Error(`no words for ${key} in ${lang}`);
  return text.replace(/\{(\w+)\}/g, (_, name) => {
    if (!(name in params)) throw new Error(`${key} needs ${name}`);
    const value = params[name];
    return typeof value?.key === "string" ? say(lang, value.key, value.params) : String(value);
  });
}
