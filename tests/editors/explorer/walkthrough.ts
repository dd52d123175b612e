// A look inside the embedded models on the page of `lstm-ls explore`.

import { spawn } from "node:child_process";
import { ARGUMENTS, driver, variable, waitFor } from "../browser.ts";
import { Walk, step } from "./walk.ts";

const program = spawn(variable("LSTM_LS_SERVER"), ["explore", "--port", "0"], {
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
  });
  await walk.dark();
  await walk.phone();
  walk.end();
} finally {
  await browser.close();
  program.kill();
}

async function withoutToken(desk: any): Promise<void> {
  step("without the token of its address the page says what to do");
  const page = await desk.newPage();
  await page.goto(new URL("/", address).href);
  await walk.says(page, /open the whole address that the program printed/);
  await page.close();
}
