/**
 * What stages are called.
 *
 * @import { Layer } from "../../arithmetic/layers.js"
 * @import { Step } from "../../arithmetic/engine.js"
 * @import { Pair } from "../../types.js"
 * @import { Place, Stage } from "./stages.js"
 */
import { say } from "../../words/words.js";
import { planesOf } from "./stages.js";

/** @param {number[]} numbers */
const times = (numbers) => numbers.join("×");
/** @param {Pair} pair */
const brief = ([a, b]) => (a === b ? String(a) : times([a, b]));

export class Names {
  /** @param {string} lang @param {{steps: Step[]}} network */
  constructor(lang, { steps }) {
    this.steps = steps;
    /** @type {(key: string, params?: Record<string, any>) => string} */
    this.word = (key, params) => say(lang, key, params);
  }

  /** "Convolution 2", or "Logits". @param {Stage} stage */
  short({ id, kind, n }) {
    return id === "logits" ? this.word("trained.logits") : this.word(`trained.${kind}`, { n });
  }

  /** The same, with what the stage does and gives. @param {Stage} stage */
  full(stage) {
    return this.word("trained.stage", { stage: this.short(stage), what: this.what(stage) });
  }

  /** The same in few signs: "Convolution 2: 5×5, ReLU → 16×10×10". @param {Stage} stage */
  caption(stage) {
    const { kind, layer } = this.steps[stage.step], after = this.#after(stage), parts = [];
    if (layer.kernel_size) {
      parts.push(
        kind.startsWith("Max")
          ? this.word("trained.largest", { window: times(layer.kernel_size) })
          : times(layer.kernel_size),
      );
    } else if (stage.kind !== "fc" && stage.kind !== "join") parts.push(kind);
    const what = this.word("trained.gives", {
      what: [...parts, ...after].join(this.word("ui.comma")),
      shape: times(stage.maps ? stage.shape : [stage.shape[0]]),
    });
    return this.word("trained.stage", { stage: this.short(stage), what });
  }

  /** What a stage does and gives. @param {Stage} stage */
  what(stage) {
    const { word, steps } = this, { kind, layer, before } = steps[stage.step], { shape } = stage;
    const parts = {
      count: shape[0],
      ...(stage.kind === "conv" ? { kernel: this.#kernel(steps[stage.step]) } : {}),
      inputs: before[0],
    };
    const pool = kind.includes("Pool2d") && !kind.startsWith("Adaptive") ? brief(layer.kernel_size) : "";
    const how = kind.startsWith("Max") ? "max" : kind.startsWith("Avg") ? "avg" : "whole";
    /** @type {Record<string, () => string>} */
    const ways = {
      conv: () => word("trained.what.conv", parts),
      fc: () => word("trained.what.fc", parts),
      pool: () => word(`trained.what.pool.${how}`, { window: pool && times(layer.kernel_size) }),
      join: () => word(`trained.what.${kind}`, { count: steps[stage.step].reads.length }),
      lrn: () => word("trained.what.lrn", { size: layer.size }),
    };
    const first = ways[stage.kind]?.() ?? kind;
    const what = this.#then(this.#set(first, stage, layer), stage);
    return stage.kind === "fc" ? what : word("trained.what", { what, shape: this.#shape(stage) });
  }

  /** Kernel sizes with their planes, where there are several. @param {Step} step */
  #kernel(step) {
    const [, planes] = planesOf(step, 0), size = times(step.layer.kernel_size);
    return planes > 1 ? `${planes}×${size}` : size;
  }

  /** Padding, stride, dilation and groups that are not the usual ones. @param {string} text @param {Stage} stage @param {Layer} layer */
  #set(text, { kind }, layer) {
    /** @type {Partial<Record<"padding" | "stride" | "dilation", Pair>>} */
    const usual = kind === "pool"
      ? { stride: layer.kernel_size, padding: [0, 0] }
      : { padding: [0, 0], stride: [1, 1], dilation: [1, 1] };
    const settings = Object.keys(usual).filter((name) => layer[name] && String(layer[name]) !== String(usual[name]));
    const told = settings.map((name) => this.word(`trained.set.${name}`, { value: brief(layer[name]) }));
    if (layer.groups > 1) told.push(this.word("trained.set.groups", { value: layer.groups }));
    return [text, ...told].join(this.word("ui.comma"));
  }

  /** What comes before the output is shown. @param {string} text @param {Stage} stage */
  #then(text, stage) {
    return this.#after(stage).reduce((first, kind) => this.word("trained.then", { first, kind }), text);
  }

  /** The kinds of what follows the layer, dropout aside. @param {Stage} stage */
  #after({ step, last }) {
    return this.steps.slice(step + 1, last + 1).map(({ kind }) => kind).filter((kind) => !kind.startsWith("Dropout"));
  }

  /** @param {Stage} stage */
  #shape({ maps, shape }) {
    const [count, h, w] = shape;
    return maps ? this.word("trained.maps", { count, h, w }) : this.word("trained.numbers", { count });
  }

  /** One picture of a stage's strip. @param {Stage} stage @param {number} n */
  picture(stage, n) {
    return this.word(stage.maps ? "trained.map" : "trained.units", { stage: this.short(stage), n });
  }

  /** An element of a map. @param {Stage} stage @param {Place} place */
  element(stage, { unit, r, c }) {
    return this.word("trained.element", { stage: this.short(stage), n: unit, r, c });
  }

  /** A number of a vector; a logit by its class. @param {Stage} stage @param {number} unit */
  unit(stage, unit) {
    return stage.id === "logits"
      ? this.word("trained.logit", { name: this.word(`class.${unit}`) })
      : this.word("trained.unit", { stage: this.short(stage), n: unit });
  }
}
