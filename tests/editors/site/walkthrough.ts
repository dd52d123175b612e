// The page as a folder of files, which `lstm-ls explore --site` writes: handed out by a
// server that knows nothing of it and is gone once a page is there. So the browser computes
// everything, and keeps everything that it needs.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { ARGUMENTS, driver, handOut, memory, variable, waitFor } from "../browser.ts";
import { Walk, step } from "../explorer/walk.ts";

const home = variable("LSTM_LS_TEST_HOME");
const folder = join(home, "site");

const site = await handOut((path) => readFileSync(join(folder, path)));
/** Whether there is a network. */
let isThere = true;
site.server.on("connection", (socket) => {
  if (!isThere) socket.destroy();
});

step("a folder is written, and nothing is written over what is no site");
const wrote = write(folder);
assert.equal(wrote.status, 0, wrote.stderr);
assert.match(write(home).stderr, /holds something else; name an empty folder/);
const again = write(folder);
assert.equal(again.status, 0, again.stderr);

const browser = await driver(variable("LSTM_LS_VSCODE")).launch({
  executablePath: variable("LSTM_LS_CHROMIUM"),
  args: ARGUMENTS,
});
const walk = new Walk({
  browser,
  address: site.address,
  home,
  results: variable("LSTM_LS_TEST_RESULTS"),
  name: "site",
  async arriving() {
    isThere = true;
  },
  async arrived(page) {
    await waitFor("the page to need no network", () => page.evaluate("document.body.dataset.offline === 'ready'"));
    isThere = false;
    site.server.closeAllConnections();
  },
});
try {
  await light();
  await walk.desk(remembered);
  await walk.dark();
  await walk.phone();
  walk.end();
  assert.deepEqual(site.missed, []);
} finally {
  await browser.close();
  site.close();
}

/** A phone has few gigabytes for all its tabs. */
async function light(): Promise<void> {
  step("a tab takes less than 200 MB with one model, of which everything is looked for");
  const context = await walk.open({ viewport: { width: 1200, height: 860 } });
  const page = await walk.look(context, "#panel=search");
  const told = async (when: string) => {
    const { own, resident } = await memory(browser);
    const [mine, all] = [own, resident].map((bytes) => (bytes / 1e6).toFixed(0));
    console.log(`  ${mine} MB ${when}, ${all} with what tabs share`);
    return own;
  };
  await told("once a text is read");
  await page.locator("#panel select").first().selectOption("all");
  await page.getByRole("button", { name: "Search", exact: true }).click();
  await page.locator("#results section").nth(5).waitFor({ timeout: 150_000 });
  const searched = await told("when all properties were searched");
  assert.ok(searched < 200e6, `${searched} bytes`);
  await context.close();
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
