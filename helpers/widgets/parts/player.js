/** First, Previous, Play/Pause, Next, Last: walks through the elements of an output. */
import { h, icon, setAttribute } from "./dom.js";
import { say } from "../words/words.js";

const ICONS = {
  first: "M5 5h2v14H5zM19 5v14l-10-7z",
  previous: "M15.4 5.4 14 4l-8 8 8 8 1.4-1.4L8.8 12z",
  play: "M7 5v14l11-7z",
  pause: "M7 5h4v14H7zM13 5h4v14h-4z",
  next: "M8.6 5.4 10 4l8 8-8 8-1.4-1.4 6.6-6.6z",
  last: "M17 5h2v14h-2zM5 5v14l10-7z",
};

const PERIOD = 900; // milliseconds between windows

export class Player {
  /** @param {{lang: string, go: (index: number, playing: boolean) => void, where: () => {index: number, count: number}}} options */
  constructor({ lang, go, where }) {
    this.lang = lang;
    this.go = go;
    this.where = where;
    /** @type {number | null} */
    this.timer = null;
    const button = (name, act) =>
      h("button", {
        type: "button",
        class: "cx-button",
        "aria-label": say(lang, `ui.${name}`),
        title: say(lang, `ui.${name}`),
        onclick: act,
      }, icon(ICONS[name]));
    this.buttons = {
      first: button("first", () => this.to(() => 0)),
      previous: button("previous", () => this.to(({ index }) => index - 1)),
      play: button("play", () => (this.timer === null ? this.play() : this.pause())),
      next: button("next", () => this.to(({ index }) => index + 1)),
      last: button("last", () => this.to(({ count }) => count - 1)),
    };
    this.element = h(
      "div",
      { class: "cx-player", role: "group", "aria-label": say(lang, "ui.player") },
      ...Object.values(this.buttons),
    );
  }

  get playing() {
    return this.timer !== null;
  }

  /** @param {(place: {index: number, count: number}) => number} target */
  to(target) {
    this.pause();
    const { index, count } = this.where();
    if (count > 0) this.go(Math.min(Math.max(target({ index, count }), 0), count - 1), false);
  }

  play() {
    const { index, count } = this.where();
    if (count === 0) return;
    this.#show("pause");
    if (index === count - 1) this.go(0, true);
    this.timer = setInterval(() => {
      const now = this.where();
      if (now.index + 1 >= now.count) this.pause();
      else this.go(now.index + 1, true);
    }, PERIOD);
  }

  pause() {
    if (this.timer === null) return;
    clearInterval(this.timer);
    this.timer = null;
    this.#show("play");
  }

  #show(name) {
    this.buttons.play.replaceChildren(icon(ICONS[name]));
    for (const attribute of ["aria-label", "title"]) {
      this.buttons.play.setAttribute(attribute, say(this.lang, `ui.${name}`));
    }
  }

  destroy() {
    this.pause();
  }

  /** Pales the buttons that lead nowhere from here; all are disabled where the settings are impossible (`usable` false). */
  update(usable) {
    const { index, count } = this.where();
    if (!usable) this.pause();
    const ends = { first: 0, previous: 0, next: count - 1, last: count - 1 };
    for (const [name, button] of Object.entries(this.buttons)) {
      setAttribute(button, "aria-disabled", usable ? null : "true");
      button.classList.toggle("cx-at-end", ends[name] === index);
    }
  }
}
