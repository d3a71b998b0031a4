/** Words that a reader sees, from the course's one vocabulary. No DOM. */
import lenet from "../../vocabulary/lenet.json" with { type: "json" };
import network from "../../vocabulary/network.json" with { type: "json" };
import shapes from "../../vocabulary/shapes.json" with { type: "json" };
import widgets from "../../vocabulary/widgets.json" with { type: "json" };

const TABLE = { ...lenet, ...network, ...shapes, ...widgets };

/** The text of a key in a language ("en" or "zh"), its {placeholders} filled in. Throws where one is missing. */
export function say(lang, key, params = {}) {
  const text = TABLE[key]?.[lang];
  if (text === undefined) throw new Error(`no words for ${key} in ${lang}`);
  return text.replace(/\{(\w+)\}/g, (_, name) => {
    if (!(name in params)) throw new Error(`${key} needs ${name}`);
    return String(params[name]);
  });
}
