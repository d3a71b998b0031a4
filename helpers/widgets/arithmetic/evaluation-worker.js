/**
 * Counts in the background, beside the page: gets a network and pictures once, then what is changed. No DOM.
 *
 * @import { Changes } from "./engine.js"
 * @import { Examined, Told } from "./evaluation.js"
 *
 * @typedef {{network: Examined, id?: undefined, changes?: undefined} | {id: number, changes?: Changes, network?: undefined}} Message
 *   what is examined; then what is counted, under a number, or nothing, which gives up
 * @typedef {Told & {id: number}} Answer to the message of that number
 */
import { Engine } from "./engine.js";
import { Evaluation } from "./evaluation.js";

/** Milliseconds between two looks at what has been asked meanwhile. */
const TURN = 30;

/** @type {Evaluation | null} */
let evaluation = null;
let asked = 0;
const pause = () => new Promise((go) => setTimeout(go));

/** @param {number} id @param {Changes} changes */
async function count(id, changes) {
  asked = id;
  let looked = performance.now();
  for (const { done, right } of evaluation.counted(changes)) {
    const last = done === evaluation.count;
    if (!last && performance.now() - looked < TURN) continue;
    self.postMessage(/** @type {Answer} */ ({ id, done, right }));
    await pause();
    if (asked !== id) return;
    looked = performance.now();
  }
}

/** @param {MessageEvent<Message>} event */
self.onmessage = ({ data: { id, changes, network } }) => {
  if (network) evaluation = Evaluation.of(network, new Engine(network.steps, network.tensors));
  else if (changes) count(id, changes);
  else asked = id; // give up
};
