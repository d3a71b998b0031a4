// Shows a chapter's page a section at a time: arrow keys, Page Up and Page Down, or the bar's buttons turn the slides.

const article = document.querySelector("article.bd-article");

/**
 * What stands between two headings, in the order of the page; what is above all sections belongs to the first slide.
 * @returns {Element[][]}
 */
function slidesOf() {
  const slides = [];
  for (const section of article.querySelectorAll("section")) {
    if (section.closest("[data-cnn-widget]")) continue; // a part of an explorer
    const own = [...section.children].filter((child) => child.tagName !== "SECTION");
    const seen = own.filter((child) => child.tagName !== "SPAN");
    if (seen.length) slides.push(own);
  }
  return slides;
}

const slides = slidesOf();
const all = slides.flat();
let at = Math.min(Math.max(Number(location.hash.slice("#slide-".length)) - 1 || 0, 0), slides.length - 1);

const bar = document.createElement("nav");
bar.id = "slides-bar";
const back = document.createElement("button");
const on = document.createElement("button");
const place = document.createElement("output");
back.textContent = "←";
on.textContent = "→";
back.type = on.type = "button";
back.setAttribute("aria-label", document.documentElement.lang.startsWith("zh") ? "上一页" : "Previous slide");
on.setAttribute("aria-label", document.documentElement.lang.startsWith("zh") ? "下一页" : "Next slide");
bar.append(back, on, place);
document.body.append(bar);

/** Show the present slide and nothing else. */
function show() {
  const now = new Set(slides[at]);
  for (const part of all) part.classList.toggle("slides-away", !now.has(part));
  place.textContent = `${at + 1} / ${slides.length}`;
  back.disabled = at === 0;
  on.disabled = at === slides.length - 1;
  history.replaceState(null, "", `#slide-${at + 1}`);
  scrollTo(0, 0);
  dispatchEvent(new Event("resize"));
}

/** @param {number} step */
function turn(step) {
  const next = at + step;
  if (next >= 0 && next < slides.length) {
    at = next;
    show();
  }
}

back.addEventListener("click", () => turn(-1));
on.addEventListener("click", () => turn(1));
addEventListener("keydown", (event) => {
  const inside = event.target instanceof Element && event.target.closest("input, textarea, select, [tabindex], button");
  if (inside && event.key.startsWith("Arrow")) return; // an explorer moves by them
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  if (["ArrowRight", "PageDown"].includes(event.key)) turn(1);
  else if (["ArrowLeft", "PageUp"].includes(event.key)) turn(-1);
  else return;
  event.preventDefault();
});

show();
