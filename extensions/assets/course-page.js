/* What every page does beside its widgets: fetch the search when it is first asked, fill in an error report. */
(() => {
  "use strict";

  const here = new URL(".", document.currentScript.src);
  const SEARCH = ["minisearch/minisearch.js", "search-engine.js", "search-index.js", "search-view.js"];

  // --- search: nothing of it is loaded before a reader turns to it

  const load = (name) =>
    new Promise((done, failed) => {
      const script = document.createElement("script");
      script.async = false; // in this order
      script.src = new URL(name, here).href;
      script.onload = done;
      script.onerror = failed;
      document.head.append(script);
    });

  let loaded;
  const searchFrom = async (form) => {
    loaded ??= Promise.all(SEARCH.map(load));
    try {
      await loaded;
      window.courseSearch(form);
    } catch {
      form.dataset.failed = ""; // the form still leads to the search page
    }
  };

  const page = document.querySelector("[data-course-search] form");
  if (page) searchFrom(page);
  document.querySelector(".search-button__wrapper form")?.addEventListener(
    "focusin",
    (event) => searchFrom(event.currentTarget),
    { once: true },
  );

  // --- reports

  /** The last heading above the middle of the window, without the link behind it. */
  const section = () => {
    const headings = [...document.querySelectorAll("article.bd-article :is(h1, h2, h3, h4)")];
    const seen = headings.filter((one) => one.getClientRects().length);
    const above = seen.filter((one) => one.getBoundingClientRect().top < window.innerHeight / 2);
    const heading = (above.at(-1) ?? seen[0])?.cloneNode(true);
    heading?.querySelectorAll(".headerlink").forEach((one) => one.remove());
    return heading?.textContent.trim() ?? "";
  };

  const fill = (event) => {
    const link = event.target.closest?.("[data-report] a, a.btn-source-issues-button");
    const form = document.querySelector("[data-report-body]")?.dataset;
    const place = section();
    if (!link || !form || !place) return;
    const address = new URL(link.href);
    address.searchParams.set(form.reportBody, form.reportText.replace("{section}", () => place));
    link.href = address.href;
  };
  document.addEventListener("click", fill, true);
  document.addEventListener("auxclick", fill, true);
})();
