/**
 * Every stage's output as a strip of small pictures; those of a block fold.
 *
 * @import { Layer } from "../../arithmetic/layers.js"
 * @import { Names } from "./names.js"
 * @import { Network, Place, Stage } from "./stages.js"
 */
import { h } from "../../parts/dom.js";
import { Strip } from "../../parts/strip.js";
import { columnsOf, mapOf, shapeOf } from "./stages.js";

const MOST_OPEN = 9; // stages that stand side by side with all of their maps, without folds

export class Layers {
  /**
   * @param {{word: (key: string, params?: Record<string, any>) => string, network: Network, names: Names, layers: Layer[],
   *   choose: (at: Place) => void}} options the items of the tree are `layers`
   */
  constructor({ word, network, names, layers, choose }) {
    this.word = word;
    this.network = network;
    this.layers = layers;
    this.choose = choose;
    /** @type {{stage: string, unit: number} | null} */
    this.chosen = null;
    const stages = network.stages.filter(({ id }) => id !== "logits");
    this.strips = new Map(
      stages.map((stage) => [
        stage,
        new Strip({
          name: names.full(stage),
          caption: names.caption(stage),
          label: (n) => names.picture(stage, n),
          pick: (n, r, c) => this.#pick(stage, n, r, c),
        }),
      ]),
    );
    /** Whether each strip gets one line, along which it scrolls, and a vector a flat picture. */
    this.many = stages.length > MOST_OPEN;
    this.element = h("div", { class: `cx-strips${this.many ? " tx-many" : ""}` }, ...this.#groups(stages));
  }

  /** Strips one after the other; where there are many, those of a block or of branches in a fold. @param {Stage[]} stages */
  #groups(stages) {
    /** @type {{item: number | null, stages: Stage[]}[]} */
    const groups = [];
    /** @param {number} n */
    const container = (n) => ["Block", "Parallel"].includes(this.layers[n].kind);
    for (const stage of stages) {
      const [item] = this.network.steps[stage.step].path,
        held = this.many && container(item),
        last = groups.at(-1);
      if (held && last?.item === item) last.stages.push(stage);
      else groups.push({ item: held ? item : null, stages: [stage] });
    }
    return groups.flatMap(({ item, stages: some }) => {
      /** @type {HTMLElement[]} */
      const elements = some.map((stage) => this.strips.get(stage).element);
      return item === null ? elements : [this.#fold(item, some, elements)];
    });
  }

  /** @param {number} item @param {Stage[]} stages @param {HTMLElement[]} elements */
  #fold(item, stages, elements) {
    const name = this.layers[item].name || this.word("trained.block", { n: item }),
      shape = stages.at(-1).shape.join("×");
    const summary = h("summary", {}, this.word("trained.fold", { name, count: stages.length, shape }));
    return h(
      "details",
      { class: "cx-block", ontoggle: () => this.show() },
      summary,
      h("div", { class: "cx-strips" }, ...elements),
    );
  }

  /** Columns of a vector's picture. @param {number} count */
  #columns(count) {
    return columnsOf(count, this.many ? 64 : undefined);
  }

  /** Chooses what was pressed in a strip. @param {Stage} stage @param {number} n @param {number} r @param {number} c */
  #pick(stage, n, r, c) {
    const { maps, id, shape } = stage;
    if (maps) return this.choose({ stage: id, unit: n, r, c, plane: 0 });
    return this.choose({
      stage: id,
      unit: Math.min(r * this.#columns(shape[0]) + c, shape[0] - 1),
      r: 0,
      c: 0,
      plane: 0,
    });
  }

  /** Shows the outputs as they are now; a strip in a closed fold waits until it is opened. */
  show() {
    const { engine } = this.network;
    if (!engine) return;
    for (const [stage, strip] of this.strips) {
      if (strip.element.closest("details:not([open])")) continue;
      const { last, shape, maps } = stage, output = engine.outputs[last], off = engine.units.get(last) ?? [];
      const matrices = maps
        ? Array.from({ length: shape[0] }, (_, n) => mapOf(output, shape, n))
        : [shapeOf(output, this.#columns(shape[0]))];
      const most = output.reduce((a, b) => Math.max(a, b), 0);
      strip.show(matrices, [0, most || 1], (n) => (maps && off.includes(n) ? "cx-mute" : ""));
    }
    if (this.chosen) this.select(this.chosen);
  }

  /** Marks the chosen map. @param {{stage: string, unit: number}} at */
  select({ stage: id, unit }) {
    this.chosen = { stage: id, unit };
    for (const [stage, strip] of this.strips) strip.choose(stage.id === id ? (stage.maps ? unit : 0) : null);
  }
}
