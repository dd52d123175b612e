// Asks the engine for browsers what stands on stdin, and prints a JSON list of lines for
// each question. `node node.mjs ENGINE MODEL`, a folder and a file.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [folder, model] = process.argv.slice(2);
const { initSync, Engine } = await import(pathToFileURL(join(folder, "web.js")).href);
initSync({ module: readFileSync(join(folder, "web_bg.wasm")) });
const { texts, questions } = JSON.parse(readFileSync(0, "utf8"));
const engine = new Engine(readFileSync(model), texts);
for (const [view, question] of questions) {
  const lines = [];
  const answer = engine.ask(view, JSON.stringify(question), { take: (line) => lines.push(line) });
  while (!answer.advance()) {
    // Nothing else is asked meanwhile.
  }
  answer.free();
  console.log(JSON.stringify(lines));
}
