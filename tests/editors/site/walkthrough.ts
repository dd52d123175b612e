// The page as a folder of files, which `lstm-ls explore --site` writes: handed out by a
// server that knows nothing of it and is gone once a page is there. So the browser computes
// everything, and keeps everything that it needs.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { ARGUMENTS, driver, variable, waitFor } from "../browser.ts";
import { Walk, step } from "../explorer/walk.ts";

const home = variable("LSTM_LS_TEST_HOME");
const folder = join(home, "site");

/** What a plain web server knows. */
const TYPES: Record<string, string> = {
  ".html": "text/html",
  ".css": "text/css",
  ".js": "text/javascript",
  ".json": "application/json",
  ".svg": "image/svg+xml",
};

/** What a page that is there may ask for, and did. */
let isThere = true;
const missed: string[] = [];

const server = createServer((request, response) => {
  const path = new URL(request.url ?? "/", "http://localhost").pathname;
  const file = join(folder, normalize(path === "/" ? "/index.html" : path));
  try {
    const content = readFileSync(file);
    response.writeHead(200, { "Content-Type": TYPES[extname(file)] ?? "application/octet-stream" });
    response.end(content);
  } catch {
    missed.push(path);
    response.writeHead(404).end();
  }
});
server.on("connection", (socket) => {
  if (!isThere) socket.destroy();
});

step("a folder is written, and nothing is written over what is no site");
const wrote = write(folder);
assert.equal(wrote.status, 0, wrote.stderr);
assert.match(write(home).stderr, /holds something else; name an empty folder/);
const again = write(folder);
assert.equal(again.status, 0, again.stderr);

await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
const { port } = server.address() as { port: number };
const browser = await driver(variable("LSTM_LS_VSCODE")).launch({
  executablePath: variable("LSTM_LS_CHROMIUM"),
  args: ARGUMENTS,
});
const walk = new Walk({
  browser,
  // A name that browsers trust without a certificate.
  address: `http://localhost:${port}/`,
  home,
  results: variable("LSTM_LS_TEST_RESULTS"),
  name: "site",
  async arriving() {
    isThere = true;
  },
  async arrived(page) {
    await waitFor("the page to need no network", () => page.evaluate("document.body.dataset.offline === 'ready'"));
    isThere = false;
    server.closeAllConnections();
  },
});
try {
  await walk.desk(remembered);
  await walk.dark();
  await walk.phone();
  walk.end();
  assert.deepEqual(missed, []);
} finally {
  await browser.close();
  server.close();
}

/** Has a site written to a folder. */
function write(where: string): { status: number | null; stderr: string } {
  const { status, stderr, stdout } = spawnSync(variable("LSTM_LS_SERVER"), ["explore", "--site", where], {
    encoding: "utf8",
  });
  console.log(`  ${stdout.trim()}`);
  if (status === 0) assert.ok(statSync(join(where, "offline.js")).isFile());
  return { status, stderr };
}

async function remembered(page: any): Promise<void> {
  step("a folder of the visitor's is remembered, and what stands in its files is offered");
  await page.locator("#tab-try").click();
  // What a person does in a window of the system's: a folder that the page may read.
  await page.evaluate(`(async () => {
    const folder = await navigator.storage.getDirectory();
    const write = async (inside, name, text) => {
      const file = await (await inside.getFileHandle(name, { create: true })).createWritable();
      await file.write(text);
      await file.close();
    };
    await write(folder, "notes.md", "what is no Rust");
    await write(await folder.getDirectoryHandle("src", { create: true }), "dividend.rs",
      "pub fn quarterly_dividend_of_shareholders(year: u32) -> f64 {\\n    0.0\\n}\\n".repeat(3));
    globalThis.showDirectoryPicker = async () => folder;
  })()`);
  const box = page.locator("#try");
  const typed = "fn main() {\n    let sum = quarterly_div";
  await page.getByRole("button", { name: "Remember a folder…" }).click();
  await page.getByText("1 file, ").waitFor();
  await box.fill(typed);
  const offered = async () => (await page.locator(".ways").innerText()).includes("idend_of_shareholders");
  await waitFor("the name to be offered", offered);
  assert.ok((await page.locator(".ghost").innerText()).startsWith("idend"));
  await page.screenshot({ path: join(variable("LSTM_LS_TEST_RESULTS"), "site-13-remembered.png") });
  await page.getByRole("button", { name: "Forget it" }).click();
  await waitFor("it to be forgotten", async () => !(await offered()));
}
