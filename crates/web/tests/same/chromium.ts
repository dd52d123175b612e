// Asks the engine for browsers, in Chromium, what stands on stdin, and prints a JSON list of
// lines for each question. `node chromium.ts ENGINE MODEL`, a folder and a file.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ARGUMENTS, driver, handOut, variable } from "../../../../tests/editors/browser.ts";

const [engine, model] = process.argv.slice(2) as [string, string];
const asked = JSON.parse(readFileSync(0, "utf8"));
const blank = "<!doctype html><title>blank</title>";
const server = await handOut((path) => {
  if (path === "index.html") return Buffer.from(blank);
  if (path === "model") return readFileSync(model);
  const [folder, file] = path.split("/");
  return folder === "engine" && file ? readFileSync(join(engine, file)) : readFileSync(join(import.meta.dirname, path));
});
const browser = await driver(variable("LSTM_LS_VSCODE")).launch({
  executablePath: variable("LSTM_LS_CHROMIUM"),
  args: ARGUMENTS,
});
try {
  const page = await browser.newPage();
  await page.goto(server.address);
  const { lines, error } = await page.evaluate(inWorker, asked);
  if (error !== undefined) throw new Error(error);
  for (const line of lines) console.log(JSON.stringify(line));
} finally {
  await browser.close();
  server.close();
}

/** Runs in the page. */
function inWorker(asked: unknown): Promise<{ lines: string[][]; error?: string }> {
  const worker = new Worker("worker.mjs", { type: "module" });
  return new Promise((resolve, reject) => {
    worker.addEventListener("message", ({ data }) => resolve(data));
    worker.addEventListener("error", () => reject(new Error("the worker cannot be started")));
    worker.postMessage(asked);
  });
}
