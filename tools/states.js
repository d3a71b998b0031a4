/// <reference lib="deno.ns" />
/**
 * Opens and writes links to states with the explorers' own code, without a page: all but the drawing.
 *
 * Reads one JSON, {scripts, asked}: by their names, the scripts that give an explorer's class; and what is asked, each
 * {kind, author, set, look} or {kind, author, link}. Answers with a JSON list of {link, state, told}: the link that the
 * explorer writes, the state that it then has, and the keys of what it refused.
 */

/** An element that takes every call and keeps its attributes, or anything that is not needed here. */
function nothing() {
  const attributes = new Map();
  const own = {
    setAttribute: (name, value) => attributes.set(name, String(value)),
    getAttribute: (name) => attributes.get(name) ?? null,
    getBoundingClientRect: () => ({ top: 0, bottom: 0, left: 0, right: 0 }),
  };
  return new Proxy(function () {}, {
    get: (_, name) => own[name] ?? (name === Symbol.toPrimitive ? () => "" : nothing()),
    apply: () => nothing(),
  });
}

Object.assign(globalThis, {
  document: { createElement: nothing, createElementNS: nothing, body: nothing(), querySelector: () => null },
  location: { hash: "" },
  ResizeObserver: null,
  scrollY: 0,
});

class Model {
  constructor(state) {
    this.state = { ...state };
    this.static = true;
  }
  get(name) {
    return this.state[name];
  }
  set(name, value) {
    this.state[name] = value;
  }
  save_changes() {}
  on() {}
  off() {}
}

/** Members that explorers build with the page, and ask while they follow a link. */
const BUILT = ["player", "controls", "layers", "map", "drawing", "status", "running"];

/** An explorer that computes what follows from its state and keeps its link, and draws nothing. */
function awake(Kind, author) {
  const explorer = new Kind(new Model(author));
  for (const part of BUILT) explorer[part] = nothing();
  explorer.update = () => {
    const { draft } = explorer;
    if (!draft.refused && explorer.computed !== draft.valid) {
      explorer.result = explorer.compute(draft.valid, explorer.result);
      explorer.computed = draft.valid;
    }
    if (explorer.tried && !explorer.objection()) explorer.possible = explorer.tried; // what drawing a puzzle does beside
    if ("usual" in explorer && !draft.refused) explorer.draw(draft.values); // finds what a receptive field is seen from
    explorer.link?.update();
  };
  explorer.update();
  return explorer;
}

/** Joins an explorer with the page's address, which may ask for a state. */
function linked(explorer, StateLink) {
  const { lang, draft, alerts, model } = explorer, id = model.get("html_id"), forget = () => explorer.forget();
  explorer.link = new StateLink({ lang, draft, alerts, root: nothing(), id, forget, ...explorer.linked() });
  explorer.link.start();
  explorer.update();
}

/** What an explorer says of what is asked. */
function answer({ Kind, StateLink }, { author, set = {}, look = {}, link = "" }) {
  location.hash = link;
  const explorer = awake(Kind, author), { draft, alerts } = explorer;
  linked(explorer, StateLink);
  if (!link) {
    draft.change(structuredClone(set));
    for (const [name, text] of Object.entries(look)) {
      const { read, take } = explorer.link.view[name], found = read(text, draft.values);
      if (!found || !("value" in found)) return { link: "", state: {}, told: [`${name}=${text}`] };
      take(found.value);
    }
    explorer.update();
  }
  const refused = [draft.refused, explorer.objection()].filter(Boolean);
  const told = [...alerts.passing, ...refused].map((one) => one.key ?? String(one));
  return { link: explorer.link.anchor.getAttribute("href"), state: draft.valid, told };
}

const { scripts, asked } = JSON.parse(await new Response(Deno.stdin.readable).text());
const known = Object.fromEntries(Object.entries(scripts).map(([name, text]) => [name, (0, eval)(text)]));
console.log(JSON.stringify(asked.map((one) => answer(known[one.kind], one))));
