// Asks the engine for browsers in a worker, as a page does.

import initialize, { Engine } from "./engine/web.js";
import { answers } from "./answers.mjs";

self.addEventListener("message", async ({ data: asked }) => {
  try {
    await initialize();
    const model = await fetch("model").then((response) => response.arrayBuffer());
    self.postMessage({ lines: answers(Engine, new Uint8Array(model), asked) });
  } catch (error) {
    self.postMessage({ error: String(error) });
  }
});
