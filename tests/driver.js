/// <reference lib="deno.ns" />
/** Runs code for tests: reads one JSON line {code, argument} at a time, and answers with one: {value} or {error}. */
Object.assign(globalThis, { document: { readyState: "complete", querySelectorAll: () => [] } }); // a page without widgets
const lines = Deno.stdin.readable.pipeThrough(new TextDecoderStream());
const write = (answer) => {
  const bytes = new TextEncoder().encode(JSON.stringify(answer) + "\n");
  for (let n = 0; n < bytes.length;) n += Deno.stdout.writeSync(bytes.subarray(n));
};
let begun = []; // pieces of a line whose end has not come
for await (const chunk of lines) {
  const parts = chunk.split("\n");
  begun.push(parts[0]);
  for (const next of parts.slice(1)) {
    const line = begun.join("");
    begun = [next];
    const { code, argument } = JSON.parse(line);
    try {
      const found = (0, eval)(code);
      write({ value: (await (typeof found === "function" ? found(argument) : found)) ?? null });
    } catch (error) {
      write({ error: String(error?.stack ?? error) });
    }
  }
}
