/**
 * A network written out as a program that runs on its own. The same as helpers/network/exporting.py. No DOM.
 *
 * @import { Layer } from "./items.js"
 */
import { say } from "../../words/words.js";
import { table } from "./arithmetic.js";
import { held, JOINS, RESERVED } from "./items.js";
import { layerText } from "./writing.js";

const JOINED = {
  concat: "torch.cat([branch(X) for branch in self.branches], dim=1)",
  add: "sum(branch(X) for branch in self.branches)",
};

/**
 * Python source that needs nothing but PyTorch and makes `model`, or null where the network is impossible.
 * @param {string} lang of the comments @param {Layer[]} layers @param {number[]} inputShape
 */
export function program(lang, layers, inputShape) {
  const { rows, refused } = table(layers, inputShape);
  if (refused) return null;
  const channels = rows.map(({ before }) => before[0]).values();
  const written = layers.map((item) => expression(item, channels));
  if (!layers.some(held)) return ["from torch import nn", "", ...call("model = nn.Sequential", written), ""].join("\n");
  const joins = Object.keys(JOINS).filter((join) => holds(layers, join));
  const imports = [...(joins.includes("concat") ? ["import torch"] : []), "from torch import nn"];
  const classes = joins.map((join) => joinClass(lang, join));
  const parts = [imports, ...classes, networkClass(layers, written), ["model = Network()", ""]];
  return parts.map((lines) => lines.join("\n")).join("\n\n\n");
}

/** Whether there is such a join among items, at any depth. @param {Layer[]} items @param {string} join @returns {boolean} */
function holds(items, join) {
  return items.some((item) => item.join === join || (held(item) ?? []).some((inner) => holds(inner, join)));
}

/** The lines that make an item; channels that come into each row, in the order in which they run. @param {Layer} item @param {Iterator<number>} channels @returns {string[]} */
function expression(item, channels) {
  const lists = held(item)?.map((items) => items.map((one) => expression(one, channels)));
  if (item.kind === "Block") return call("nn.Sequential", lists[0]);
  const count = channels.next().value; // the join's own row has one, too
  return lists ? call(JOINS[item.join], lists.map(sequence)) : [`nn.${layerText(item, count)}`];
}

/** The lines that make one module of several, or of one, or of none. @param {string[][]} written @returns {string[]} */
function sequence(written) {
  if (written.length === 1) return written[0];
  return written.length ? call("nn.Sequential", written) : ["nn.Identity()"];
}

/** @param {string} name @param {string[][]} inner */
function call(name, inner) {
  const lines = inner.flatMap((lines) => [...lines.slice(0, -1), `${lines[lines.length - 1]},`]);
  return [`${name}(`, ...lines.map((line) => `    ${line}`), ")"];
}

/** @param {string} lang @param {string} join */
const joinClass = (lang, join) => [
  `class ${JOINS[join]}(nn.Module):`,
  `    """${say(lang, `network.code.${join}`)}"""`,
  "",
  "    def __init__(self, *branches):",
  "        super().__init__()",
  "        self.branches = nn.ModuleList(branches)",
  "",
  "    def forward(self, X):",
  `        return ${JOINED[join]}`,
];

/** @param {Layer[]} layers @param {string[][]} written */
function networkClass(layers, written) {
  const parts = attributes(layers, written);
  const made = parts.flatMap(({ name, lines }) => {
    const [first, ...others] = sequence(lines);
    return [`self.${name} = ${first}`, ...others].map((line) => `        ${line}`);
  });
  const last = parts[parts.length - 1].name;
  return [
    "class Network(nn.Module):",
    "    def __init__(self):",
    "        super().__init__()",
    ...made,
    "",
    "    def forward(self, X):",
    ...parts.slice(0, -1).map(({ name }) => `        X = self.${name}(X)`),
    `        return self.${last}(X)`,
  ];
}

/** Names and what they stand for: an item each, or neighbours together that have no name of their own. @param {Layer[]} layers @param {string[][]} written */
function attributes(layers, written) {
  const told = layers.map(({ name }) => name);
  /** @type {{name: string, lines: string[][]}[]} */
  const parts = [];
  told.forEach((name, n) => {
    const last = parts[parts.length - 1];
    if (attribute(name) && told.indexOf(name) === told.lastIndexOf(name)) parts.push({ name, lines: [written[n]] });
    else if (last?.name === "") last.lines.push(written[n]);
    else parts.push({ name: "", lines: [written[n]] });
  });
  const numbered = (n) => (parts.length > 1 ? `layers${n + 1}` : "layers");
  return parts.map(({ name, lines }, n) => ({ name: name || numbered(n), lines }));
}

/** Whether a module can have an attribute with such a name; layers and layers1 are taken by those without one. @param {string} name */
const attribute = (name) => /^[a-z][a-z0-9_]*$/.test(name) && !/^layers\d*$/.test(name) && !RESERVED.includes(name);
