/**
 * Brings a file of weights, or of test pictures, to an explorer when it is first needed.
 *
 * @import { Tensor, Tensors } from "../arithmetic/safetensors.js"
 *
 * @typedef {object} File
 * @property {string} script its name @property {string} member of globalThis.convnets that it sets @property {string} version tells one file from another
 * @property {(tensors: Tensors) => boolean} check whether all is there
 */
import { bytesOf, readSafetensors } from "../arithmetic/safetensors.js";

/** The page's own script, beside which the files lie as scripts; a page opened from disk cannot fetch other files. */
const HOME = /** @type {HTMLScriptElement | null | undefined} */ (globalThis.document?.currentScript)?.src;

/** What came is not the file. */
export class Damaged extends Error {}

/** @type {Map<string, Promise<Tensors>>} */
const asked = new Map(); // script and version -> its tensors; what failed is asked for again
let tries = 0;

/** @param {File} file @returns {Promise<string>} its bytes as base64 */
function fromScript({ script, member, version }) {
  const element = document.createElement("script"), again = tries ? `&try=${tries}` : ""; // a damaged file may be kept under its first address
  tries += 1;
  delete globalThis.convnets[member];
  element.src = `${new URL(script, HOME)}?v=${version}${again}`;
  return new Promise((resolve, reject) => {
    element.onload = () => resolve(globalThis.convnets[member]);
    element.onerror = () => reject(new Error(element.src));
    document.head.append(element);
  }).finally(() => element.remove());
}

/** The tensors in a file's bytes. Throws Damaged where they are not all there, or not those of this version. @param {Uint8Array<ArrayBuffer>} bytes @param {File} file @returns {Promise<Tensors>} */
async function tensorsIn(bytes, { version, check }) {
  /** @type {Tensors} */
  let tensors;
  try {
    tensors = readSafetensors(bytes.slice().buffer);
  } catch {
    throw new Damaged();
  }
  /** @param {Tensor} tensor */
  const whole = ({ shape, d }) => d.length === shape.reduce((a, b) => a * b, 1) && d.every(Number.isFinite);
  if (!Object.values(tensors).every(whole) || !check(tensors)) throw new Damaged();
  const hash = await globalThis.crypto?.subtle?.digest("SHA-256", bytes); // browsers have none where a page came over plain http
  const text = hash && Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, "0")).join("");
  if (text && !text.startsWith(version)) throw new Damaged();
  return tensors;
}

/** @param {File} file @returns {Promise<Tensors>} */
async function fromSite(file) {
  const text = await fromScript(file);
  let bytes;
  try {
    bytes = bytesOf(text);
  } catch {
    throw new Damaged();
  }
  return tensorsIn(bytes, file);
}

/**
 * The tensors of a file: from the kernel's model if there is one, else from the site. Rejects with Damaged, or with what could
 * not be reached.
 * @param {DataView<ArrayBuffer> | ArrayBuffer | null} held what the kernel's model holds @param {File} file @returns {Promise<Tensors>}
 */
export function loadTensors(held, file) {
  if (held?.byteLength) {
    const [buffer, from] = ArrayBuffer.isView(held) ? [held.buffer, held.byteOffset] : [held, 0];
    return tensorsIn(new Uint8Array(buffer, from, held.byteLength), file);
  }
  const key = `${file.script} ${file.version}`;
  if (!asked.has(key)) {
    const tensors = fromSite(file);
    asked.set(key, tensors);
    tensors.catch(() => asked.delete(key));
  }
  return asked.get(key);
}

/** Whether the browser is asked to save data: then what is large waits until the reader asks for it. */
export function savesData() {
  /** @type {(Navigator & {connection?: {saveData?: boolean}}) | undefined} */
  const navigator = globalThis.navigator; // not every browser tells
  return navigator?.connection?.saveData === true;
}

/** Calls `act` once the element comes near the screen. @param {Element} element @param {() => void} act @returns {() => void} a function that gives up */
export function whenNear(element, act) {
  if (!globalThis.IntersectionObserver) {
    act();
    return () => {};
  }
  const watch = new IntersectionObserver((entries) => {
    if (!entries.some((entry) => entry.isIntersecting)) return;
    watch.disconnect();
    act();
  }, { rootMargin: "600px" });
  watch.observe(element);
  return () => watch.disconnect();
}
