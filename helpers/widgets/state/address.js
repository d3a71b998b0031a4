/** Which address of a page is worth copying. No DOM. */

/** Whether an address can be opened on this machine only. @param {URL | Location} address */
export const isHere = ({ protocol, hostname }) =>
  protocol === "file:" || /^(localhost|.+\.localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);

/**
 * The address that a link to a page is copied with: its own, or the published one (Sphinx writes it where html_baseurl is set)
 * if its own names this machine.
 * @param {URL | Location} own @param {string} [canonical] @returns {{page: string, key: string}} without what follows "#", and what to tell
 */
export function shareable(own, canonical = "") {
  const bare = (address) => address.replace(/#.*$/, "");
  if (!isHere(own)) return { page: bare(own.href), key: "ui.link.copied" };
  if (/^https?:/.test(canonical) && !isHere(new URL(canonical))) {
    return { page: bare(canonical), key: "ui.link.copied_published" };
  }
  return { page: bare(own.href), key: "ui.link.copied_here" };
}
