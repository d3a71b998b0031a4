/** In a notebook, a widget's tables and its live view are two outputs of one cell; the tables give way to the view. */

/** What holds one cell's outputs in JupyterLab and Notebook 7, in VS Code, and where each cell has a frame of its own. */
const CELL = ".jp-Cell, .cell_container, body";

/** The output with the tables that stands right before the view's own; null where the view stands among others. @param {HTMLElement} el @returns {HTMLElement | null} */
function tablesBefore(el) {
  for (let part = el; part && !part.matches(CELL); part = part.parentElement) {
    const before = /** @type {HTMLElement | null} */ (part.previousElementSibling);
    if (before?.querySelector("[data-cnn-widget]:not([data-live])")) return before;
    if (before?.querySelector(".cx")) return null; // in a box, beside another view: its tables are not this one's
  }
  return null;
}

/** A `render` that hides the tables as soon as its view is seen, and shows them again when the view goes. @param {(view: any) => any} render */
export function inPlaceOfTables(render) {
  return async ({ model, el }) => {
    /** @type {HTMLElement | null} */
    let tables = null;
    const seen = new ResizeObserver(() => {
      if (!tables && el.offsetHeight) tables = tablesBefore(el);
      if (tables) tables.style.display = "none";
    });
    seen.observe(el); // the view is drawn before it is put into its output
    const destroy = await render({ model, el });
    return () => {
      seen.disconnect();
      if (tables) tables.style.display = "";
      destroy?.();
    };
  };
}
