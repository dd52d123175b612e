// A look inside the embedded models on the page of `lstm-ls explore`.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ARGUMENTS, driver, variable, waitFor } from "../browser.ts";
import { Walk, step } from "./walk.ts";

const TWEETS = fileURLToPath(new URL("../../../models/tweets.safetensors", import.meta.url));
const program = spawn(variable("LSTM_LS_SERVER"), ["explore", "--port", "0", "--also", TWEETS], {
  stdio: ["ignore", "pipe", "inherit"],
});
let output = "";
program.stdout.on("data", (text) => (output += text));
const address = await waitFor("the address of the page", async () => /http:\S+/.exec(output)?.[0]);
const browser = await driver(variable("LSTM_LS_VSCODE")).launch({
  executablePath: variable("LSTM_LS_CHROMIUM"),
  args: ARGUMENTS,
});
const walk = new Walk({
  browser,
  address,
  home: variable("LSTM_LS_TEST_HOME"),
  results: variable("LSTM_LS_TEST_RESULTS"),
  name: "explorer",
  // The program serves it all the time.
  async arriving() {},
  async arrived() {},
});
try {
  await walk.desk(async (page, desk) => {
    await walk.twoAtOnce(desk, page);
    await withoutToken(desk);
    await quiz(page);
  });
  await walk.dark();
  await walk.phone();
  walk.end();
} finally {
  await browser.close();
  program.kill();
}

async function quiz(page: any): Promise<void> {
  step("a model that is there besides is chosen, and asks which tweets it wrote");
  await page.locator("#model").selectOption("tweets");
  await waitFor("the model", async () => (await page.locator("#about").innerText().catch(() => "")).startsWith("tweets"));
  await walk.read(page);
  await page.locator("#tab-quiz").click();
  assert.equal(await page.locator(".quiz li").count(), 20);
  for (const [index, button] of ["A person", "The model"].entries()) {
    await page.locator(".quiz li").nth(index).getByRole("button", { name: button }).click();
  }
  await waitFor("the score", async () => /^[0-2] of 2 right\.$/.test(await page.locator("#panel > div > [role=status]").innerText()));
  await page.screenshot({ path: join(variable("LSTM_LS_TEST_RESULTS"), "explorer-16-quiz.png") });
}

async function withoutToken(desk: any): Promise<void> {
  step("without the token of its address the page says what to do");
  const page = await desk.newPage();
  await page.goto(new URL("/", address).href);
  await walk.says(page, /open the whole address that the program printed/);
  await page.close();
}
