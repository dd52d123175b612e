// Completes at the end of a file with the engine of a page, as `lstm-ls complete` does:
// node web.mjs ENGINE MODEL FILE

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { argv } from "node:process";

const [, , glue, model, file] = argv;
const { Engine } = createRequire(import.meta.url)(glue);
const engine = new Engine(readFileSync(model));
const candidates = engine.complete(file, readFileSync(file, "utf8"), "", 5);
console.log(JSON.stringify({ kernel: engine.kernel, candidates: JSON.parse(candidates) }));
