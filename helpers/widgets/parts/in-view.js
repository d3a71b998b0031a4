/** Brings an element into view and keeps it there while the page is still settling, until the reader moves. */

const MOVES = ["wheel", "touchmove", "pointerdown", "keydown"];

let stop = () => {};

/**
 * Scrolls the top of an element to the top of the page, then a second one (an alert far down in it) just into view.
 * What arrives later above it, such as formulas, fonts or weights, would move it: it is put back as long as nobody has
 * scrolled, pressed or typed anything.
 * @param {Element} element @param {Element | null} [inside]
 */
export function keepInView(element, inside = null) {
  stop();
  let at = { top: 0, y: 0 };
  const now = () => ({ top: element.getBoundingClientRect().top, y: scrollY });
  const place = () => {
    element.scrollIntoView({ block: "start", behavior: "instant" });
    inside?.scrollIntoView({ block: "nearest", behavior: "instant" });
    at = now();
  };
  const scrolled = () => {
    const { top, y } = now(), far = (a, b) => Math.abs(a - b) > 2;
    if (far(y, at.y) && far(top, at.top)) stop(); // a browser that holds the page while it grows scrolls too, but moves nothing
    else at.y = y;
  };
  const watch = globalThis.ResizeObserver ? new ResizeObserver(() => (element.isConnected ? place() : stop())) : null;
  const end = () => stop();
  stop = () => {
    watch?.disconnect();
    removeEventListener("scroll", scrolled);
    for (const name of MOVES) removeEventListener(name, end, true);
    stop = () => {};
  };
  place();
  for (const part of [document.body, element]) watch?.observe(part);
  addEventListener("scroll", scrolled, { passive: true });
  for (const name of MOVES) addEventListener(name, end, { capture: true, passive: true });
}
