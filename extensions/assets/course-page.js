/* What every page does beside its widgets: fetch the search when it is first asked, fill in an error report. */
(() => {
  "use strict";

  const here = new URL(".", /** @type {HTMLScriptElement} */ (document.currentScript).src);
  const SEARCH = ["minisearch/minisearch.js", "search-engine.js", "search-index.js", "search-view.js"];

  // --- search: nothing of it is loaded before a reader turns to it

  /** @param {string} name */
  const load = (name) =>
    new Promise((done, failed) => {
      const script = document.createElement("script");
      script.async = false; // in this order
      script.src = new URL(name, here).href;
      script.onload = done;
      script.onerror = failed;
      document.head.append(script);
    });

  /** @type {Promise<unknown> | undefined} */
  let loaded;
  /** @param {HTMLFormElement} form */
  const searchFrom = async (form) => {
    loaded ??= Promise.all(SEARCH.map(load));
    try {
      await loaded;
      globalThis.courseSearch(form);
    } catch {
      form.dataset.failed = ""; // the form still leads to the search page
    }
  };

  /** @type {HTMLFormElement | null} */
  const page = document.querySelector("[data-course-search] form");
  if (page) searchFrom(page);
  /** @type {HTMLFormElement | null} */
  const box = document.querySelector(".search-button__wrapper form");
  box?.addEventListener("focusin", () => searchFrom(box), { once: true });

  // --- reports

  /** The last heading above the middle of the window, without the link behind it. */
  const section = () => {
    const headings = [...document.querySelectorAll("article.bd-article :is(h1, h2, h3, h4)")];
    const seen = headings.filter((one) => one.getClientRects().length);
    const above = seen.filter((one) => one.getBoundingClientRect().top < window.innerHeight / 2);
    const heading = /** @type {Element | undefined} */ ((above.at(-1) ?? seen[0])?.cloneNode(true));
    heading?.querySelectorAll(".headerlink").forEach((one) => one.remove());
    return heading?.textContent.trim() ?? "";
  };

  /** @param {MouseEvent} event */
  const fill = (event) => {
    /** @type {HTMLAnchorElement | null} */
    const link = /** @type {Element} */ (event.target).closest?.("[data-report] a, a.btn-source-issues-button");
    /** @type {HTMLElement | null} */
    const form = document.querySelector("[data-report-body]");
    const place = section();
    if (!link || !form || !place) return;
    const address = new URL(link.href);
    address.searchParams.set(form.dataset.reportBody, form.dataset.reportText.replace("{section}", () => place));
    link.href = address.href;
  };
  document.addEventListener("click", fill, true);
  document.addEventListener("auxclick", fill, true);

  // --- the page's contents as a drawer: a choice closes it, and so does Escape

  const drawer = /** @type {HTMLInputElement | null} */ (document.getElementById("pst-secondary-sidebar-checkbox"));
  document.querySelector(".bd-sidebar-secondary")?.addEventListener("click", (event) => {
    if (drawer && /** @type {Element} */ (event.target).closest("a")) drawer.checked = false;
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !drawer?.checked) return;
    event.stopPropagation(); // the theme would focus its button in a way that scrolls the page to the top
    drawer.checked = false;
    /** @type {HTMLElement | null} */
    const toggle = document.querySelector("button.secondary-toggle");
    toggle?.focus({ preventScroll: true });
  }, true);

  // --- one explorer alone, for the projector: it says `cnn-alone`, once to begin and once to end

  const ALONE = "course-alone";
  let place = 0; // where the page was scrolled to
  const together = () => {
    document.documentElement.classList.remove(ALONE);
    document.querySelector(".course-alone-shown")?.classList.remove("course-alone-shown");
    window.scrollTo({ top: place, behavior: "instant" });
  };
  document.addEventListener("cnn-alone", (event) => {
    const one = /** @type {Element} */ (event.target).closest?.("[data-cnn-widget]");
    const ends = document.documentElement.classList.contains(ALONE);
    if (ends) together();
    else if (one) {
      place = window.scrollY;
      one.classList.add("course-alone-shown");
      document.documentElement.classList.add(ALONE);
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.defaultPrevented) return;
    if (document.documentElement.classList.contains(ALONE)) together();
  });

  // --- a formula that scrolls can be reached by keyboard; a fold is called what it says

  const reachable = () => {
    /** @type {NodeListOf<HTMLElement>} */
    const formulas = document.querySelectorAll(".bd-article div.math, .bd-article mjx-container[display]");
    for (const one of formulas) {
      const style = getComputedStyle(one);
      const scrolls = one.scrollWidth > one.clientWidth && /auto|scroll/.test(style.overflowX);
      if (scrolls) one.tabIndex = 0;
      else if (one.matches("div.math")) one.removeAttribute("tabindex");
    }
  };
  window.addEventListener("load", () => (globalThis.MathJax?.startup?.promise ?? Promise.resolve()).then(reachable));
  window.addEventListener("resize", reachable);
  const logo = document.querySelector(".bd-sidebar-primary .navbar-brand");
  if (logo && !logo.closest("header, nav, main, [role]")) {
    logo.parentElement.setAttribute("role", "navigation");
    logo.parentElement.setAttribute("aria-label", logo.querySelector("img")?.alt || logo.textContent.trim());
  }
  document.querySelectorAll("details.hide > summary[aria-label]").forEach((one) => one.removeAttribute("aria-label"));
})();
