/** Brings the trained weights to an explorer when they are first needed. */
import { bytesOf, layersOf, readSafetensors } from "./lenet.js";

/** The page's own script, beside which the script with the weights lies; a page opened from disk cannot fetch other files. */
const HOME = globalThis.document?.currentScript?.src;

const asked = new Map();

/** @param {string} version tells one file of weights from another @returns {Promise<string>} the file as base64 */
function fromScript(version) {
  if (!asked.has(version))
    asked.set(version, new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = `${new URL("lenet-weights.js", HOME)}?v=${version}`;
      script.onload = () => resolve(globalThis.convnets.lenetWeights);
      script.onerror = () => {
        asked.delete(version);
        reject(new Error(script.src));
      };
      document.head.append(script);
    }));
  return asked.get(version);
}

/** The layers of the trained network: from the kernel's model if there is one, else from the site. */
export async function loadLayers(model) {
  const held = model.get("weights");
  if (held?.byteLength) {
    const view = new Uint8Array(held.buffer ?? held, held.byteOffset ?? 0, held.byteLength);
    return layersOf(readSafetensors(view.slice().buffer));
  }
  return layersOf(readSafetensors(bytesOf(await fromScript(model.get("version"))).buffer));
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
