/**
 * What stands in a widget's controls, and the last of it that was possible. No DOM.
 *
 * The model (of a kernel, or of the page) only ever holds a possible state, so that Python's output is always the
 * tensor on the screen. What is impossible waits here, with the reason, until the reader has mended it.
 *
 * @import { Model, Refusal, Values } from "../types.js"
 *
 * @template {Values} [V=Values] the state
 */
export class Draft {
  /**
   * @param {Model} model
   * @param {string[]} names of the traits that make up the state
   * @param {(values: V) => Refusal | null} refusal why a state is impossible
   * @param {() => void} changed called after every change
   */
  constructor(model, names, refusal, changed) {
    this.model = model;
    this.names = names;
    this.refusal = refusal;
    this.changed = changed;
    this.pushing = false;
    this.queued = false;
    this.author = this.#read();
    /** @type {V} */
    this.values = { ...this.author };
    /** @type {V} */
    this.valid = { ...this.author };
    /** @type {Refusal | null} */
    this.refused = null;
    this.pulled = () => this.#pull();
    for (const name of names) model.on(`change:${name}`, this.pulled);
  }

  /** @returns {V} */
  #read() {
    return /** @type {any} */ (Object.fromEntries(this.names.map((name) => [name, this.model.get(name)])));
  }

  /** Changes some values; they reach the model if the whole is possible. @param {Values} patch */
  change(patch) {
    Object.assign(this.values, patch);
    this.refused = this.refusal(this.values);
    if (!this.refused) this.#push();
    this.changed();
  }

  #push() {
    this.pushing = true;
    for (const name of this.names) if (this.valid[name] !== this.values[name]) this.model.set(name, this.values[name]);
    this.valid = { ...this.values };
    this.pushing = false;
    this.model.save_changes();
  }

  /** Somebody else changed the model: their values hold. Several changes at once are taken together. */
  #pull() {
    if (this.pushing || this.queued) return;
    this.queued = true;
    queueMicrotask(() => {
      this.queued = false;
      this.values = this.#read();
      this.refused = this.refusal(this.values);
      if (!this.refused) this.valid = { ...this.values }; // half of a change may arrive first
      this.changed();
    });
  }

  destroy() {
    for (const name of this.names) this.model.off(`change:${name}`, this.pulled);
  }
}
