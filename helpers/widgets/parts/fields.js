/**
 * Controls for settings: spin buttons, choices and switches.
 *
 * @import { Pair, Refusal, Refuse } from "../types.js"
 */
import { focusedAround, h, icon, setAttribute } from "./dom.js";
import { halfWidth, parseWhole } from "../arithmetic/numbers.js";
import { say } from "../words/words.js";

const MINUS = "M5 11h14v2H5z";
const PLUS = "M11 5h2v6h6v2h-6v6h-2v-6H5v-2h6z";

/** Nothing, or the sign that a number begins with. */
const beginning = (text) => /^[-+\u2212]?$/.test(halfWidth(text.trim()));

/**
 * A spin button that takes numbers (whole ones, unless `parse` says otherwise) and refuses the rest aloud, keeping what was typed.
 * Its value belongs to the caller: `show(value)` puts it on the screen, `write(value)` hands a new one on.
 */
export class SpinField {
  /** @param {{lang: string, name: string, minimum?: number, maximum?: number, write: (value: number) => void,
   *           refuse: Refuse, parse?: (text: string) => {value: number} | Refusal, next?: (value: number, by: 1 | -1) => number}} options */
  constructor(
    {
      lang,
      name,
      minimum = -Infinity,
      maximum = Infinity,
      write,
      refuse,
      parse = (text) => parseWhole(text, name, this.minimum, this.maximum),
      next = (value, by) => value + by,
    },
  ) {
    this.name = name;
    this.minimum = minimum;
    this.maximum = maximum;
    this.write = write;
    this.refuse = refuse;
    this.parse = parse;
    this.next = next;
    this.value = minimum;
    this.input = h("input", {
      type: "text",
      inputmode: "numeric",
      autocomplete: "off",
      role: "spinbutton",
      class: "cx-number",
      "aria-label": name,
      "aria-valuemin": bound(minimum),
      "aria-valuemax": bound(maximum),
      oninput: () => this.typed(false),
      onchange: () => this.typed(true),
      onkeydown: (event) => this.key(event),
      onfocus: () => this.input.select(),
    });
    this.less = this.#button(say(lang, "ui.less", { name }), MINUS, -1);
    this.more = this.#button(say(lang, "ui.more", { name }), PLUS, 1);
    this.element = h("span", { class: "cx-spin" }, this.less, this.input, this.more);
  }

  /** @param {string} label @param {string} path @param {1 | -1} step */
  #button(label, path, step) {
    return h("button", {
      type: "button",
      class: "cx-step",
      tabindex: -1,
      "aria-label": label,
      onclick: () => this.step(step),
    }, icon(path));
  }

  key(event) {
    const step = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    if (step === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    this.step(step);
  }

  /** @param {1 | -1} by */
  step(by) {
    this.accept(Math.min(Math.max(this.next(this.value, by), this.minimum), this.maximum));
    this.input.value = String(this.value);
  }

  typed(finished) {
    const text = this.input.value.trim();
    if (!finished && beginning(text)) return;
    const parsed = this.parse(text);
    if ("value" in parsed) {
      this.accept(parsed.value);
      if (finished) this.input.value = halfWidth(this.input.value);
    } else {
      setAttribute(this.input, "aria-invalid", "true");
      this.refuse(this.name, { where: this.name, ...parsed });
    }
  }

  accept(value) {
    this.value = value;
    this.forget();
    this.write(value);
  }

  /** Drops a refused text. */
  forget() {
    if (this.input.getAttribute("aria-invalid") === null) return;
    setAttribute(this.input, "aria-invalid", null);
    this.refuse(this.name, null);
  }

  /** Takes no number beyond another maximum. */
  limit(maximum) {
    this.maximum = maximum;
    setAttribute(this.input, "aria-valuemax", bound(maximum));
  }

  /** Shows the value, unless a refused text stands there waiting to be mended. */
  show(value) {
    this.value = value;
    setAttribute(this.input, "aria-valuenow", value);
    setAttribute(this.less, "disabled", value <= this.minimum);
    setAttribute(this.more, "disabled", value >= this.maximum);
    if (this.input.getAttribute("aria-invalid") !== null) return;
    const typing = focusedAround(this.input) === this.input && beginning(this.input.value);
    if (!typing && (this.input.value.trim() === "" || Number(halfWidth(this.input.value)) !== value)) {
      this.input.value = String(value);
    }
  }
}

/** Spin buttons for rows and columns under one label. `read()` gives the pair that they show, `write(pair)` takes a changed one. */
export class PairFields {
  /** @param {{lang: string, label: string, names: [string, string], minimum: number, maximum: number, read: () => Pair,
   *           write: (pair: Pair) => void, refuse: Refuse}} options */
  constructor({ lang, label, names, minimum, maximum, read, write, refuse }) {
    this.read = read;
    this.spins = names.map((name, axis) =>
      new SpinField({
        lang,
        name,
        minimum,
        maximum,
        refuse,
        write: (value) => {
          const [rows, columns] = read();
          write(axis ? [rows, value] : [value, columns]);
        },
      })
    );
    const [rows, columns] = this.spins;
    this.element = h(
      "div",
      { class: "cx-group", role: "group", "aria-label": label },
      h("span", { class: "cx-label", "aria-hidden": "true" }, label),
      rows.element,
      h("span", { class: "cx-times", "aria-hidden": "true" }, "×"),
      columns.element,
    );
  }

  show() {
    this.read().forEach((value, axis) => this.spins[axis].show(value));
  }

  forget() {
    for (const spin of this.spins) spin.forget();
  }

  /** Lets nothing be changed while on is false. */
  enable(on) {
    for (const { input, less, more } of this.spins) {
      setAttribute(input, "disabled", !on);
      if (!on) { for (const button of [less, more]) setAttribute(button, "disabled", true); }
    }
  }
}

/** A bound as an attribute: none where there is none. */
function bound(value) {
  return Number.isFinite(value) ? value : null;
}

/**
 * A labelled drop-down list; choosing calls `choose(value)`.
 * @param {string} name @param {string[][]} options each a value and its text @param {(value: string) => void} choose
 */
export function choice(name, options, choose) {
  const select = h("select", { class: "cx-choice", "aria-label": name, onchange: () => choose(select.value) });
  for (const [value, text] of options) select.append(h("option", { value }, text));
  return { select, element: h("label", { class: "cx-labelled" }, h("span", { "aria-hidden": "true" }, name), select) };
}

/** A labelled check box; `change(checked)` is called on every change. @param {string} name @param {(checked: boolean) => void} change */
export function checkbox(name, change) {
  const box = h("input", { type: "checkbox", onchange: () => change(box.checked) });
  return { box, element: h("label", { class: "cx-check" }, box, h("span", {}, name)) };
}
