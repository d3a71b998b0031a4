/** Brings the trained weights to an explorer when they are first needed. */
import { bytesOf, layersOf, readSafetensors } from "./arithmetic.js";

/** The page's own script, beside which the script with the weights lies; a page opened from disk cannot fetch other files. */
const HOME = globalThis.document?.currentScript?.src;

/** What came is not the file of weights. */
export class Damaged extends Error {}

const asked = new Map(); // version -> a promise of its layers; what failed is asked for again
let tries = 0;

/** @param {string} version tells one file of weights from another @returns {Promise<string>} the file as base64 */
function fromScript(version) {
  const script = document.createElement("script"), again = tries ? `&try=${tries}` : ""; // a damaged file may be kept under its first address
  tries += 1;
  delete globalThis.convnets.lenetWeights;
  script.src = `${new URL("lenet-weights.js", HOME)}?v=${version}${again}`;
  return new Promise((resolve, reject) => {
    script.onload = () => resolve(globalThis.convnets.lenetWeights);
    script.onerror = () => reject(new Error(script.src));
    document.head.append(script);
  }).finally(() => script.remove());
}

/** The layers in a file's bytes. Throws Damaged where they are not all there, or not those of this version. */
async function layersIn(bytes, version) {
  let layers;
  try {
    layers = layersOf(readSafetensors(bytes.slice().buffer));
  } catch {
    throw new Damaged();
  }
  if (!whole(layers)) throw new Damaged();
  const hash = await globalThis.crypto?.subtle?.digest("SHA-256", bytes); // browsers have none where a page came over plain http
  const text = hash && Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, "0")).join("");
  if (text && !text.startsWith(version)) throw new Damaged();
  return layers;
}

/** Whether every number is there and finite. */
function whole(layers) {
  return Object.values(layers).every(({ kernels, rows, bias }) => {
    const parts = kernels ? kernels.flat().map(({ h, w, d }) => [d, h * w]) : rows.map((row) => [row, rows[0].length]);
    return [...parts, [bias, (kernels ?? rows).length]].every(([numbers, count]) => numbers.length === count && numbers.every(Number.isFinite));
  });
}

async function fromSite(version) {
  const text = await fromScript(version);
  let bytes;
  try {
    bytes = bytesOf(text);
  } catch {
    throw new Damaged();
  }
  return layersIn(bytes, version);
}

/** The layers of the trained network: from the kernel's model if there is one, else from the site. Rejects with Damaged, or with what could not be reached. */
export function loadLayers(model) {
  const held = model.get("weights"), version = model.get("version");
  if (held?.byteLength) return layersIn(new Uint8Array(held.buffer ?? held, held.byteOffset ?? 0, held.byteLength), version);
  if (!asked.has(version)) {
    const layers = fromSite(version);
    asked.set(version, layers);
    layers.catch(() => asked.delete(version));
  }
  return asked.get(version);
}

/** Calls `act` once the element comes near the screen. @returns a function that gives up */
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
