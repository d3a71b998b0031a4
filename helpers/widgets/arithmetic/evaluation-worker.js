/** Counts in the background, beside the page: gets a network and pictures once, then what is changed. No DOM. */
import { Engine } from "./engine.js";
import { Evaluation } from "./evaluation.js";

/** Milliseconds between two looks at what has been asked meanwhile. */
const TURN = 30;

let evaluation = null, asked = 0;
const pause = () => new Promise((go) => setTimeout(go));

async function count(id, changes) {
  asked = id;
  let looked = performance.now();
  for (const { done, right } of evaluation.counted(changes)) {
    const last = done === evaluation.count;
    if (!last && performance.now() - looked < TURN) continue;
    self.postMessage({ id, done, right });
    await pause();
    if (asked !== id) return;
    looked = performance.now();
  }
}

self.onmessage = ({ data: { id, changes, network } }) => {
  if (network) evaluation = Evaluation.of(network, new Engine(network.steps, network.tensors));
  else if (changes) count(id, changes);
  else asked = id; // give up
};
