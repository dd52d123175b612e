// Asks the engine for browsers, in Node, what stands on stdin, and prints a JSON list of
// lines for each question. `node node.mjs ENGINE MODEL`, a folder and a file.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { answers } from "./answers.mjs";

const [folder, model] = process.argv.slice(2);
const { initSync, Engine } = await import(pathToFileURL(join(folder, "web.js")).href);
initSync({ module: readFileSync(join(folder, "web_bg.wasm")) });
const asked = JSON.parse(readFileSync(0, "utf8"));
for (const lines of answers(Engine, readFileSync(model), asked)) console.log(JSON.stringify(lines));
