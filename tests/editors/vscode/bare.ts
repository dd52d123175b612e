// From the Debian package to the first ghost text in VS Code, on a machine with nothing
// else that tests/bare.rs made: the package is installed, `lstm-ls setup` run, and what
// comes on the screen is typed for. Chromium is this machine's: it shows the editor.

import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { variable } from "../browser.ts";
import { places, startWorkbench } from "./workbench.ts";

const root = variable("LSTM_LS_BARE_ROOT");
// The home is the same folder inside and outside; the extension comes with the package.
const { tools, chromium, home, screenshots } = places();

const PROGRAM = readFileSync(join(import.meta.dirname, "../data/sales.rs"), "utf8");
/** Where the machine's programs lie, and here `chroot`. */
const PATH = "/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
const TYPED = "        report.add_r";

/** Runs a command as root of the machine. */
function run(...words: string[]): void {
  console.log(`# ${words.join(" ")}`);
  const environment = { PATH, HOME: home };
  const ran = spawnSync("chroot", [root, ...words], { env: environment, encoding: "utf8" });
  if (ran.status !== 0) {
    throw new Error(`${words.join(" ")}: ${ran.stdout}${ran.stderr}`);
  }
}

const project = join(home, "project");
mkdirSync(project);
writeFileSync(join(project, "sales.rs"), PROGRAM);

// The editor is there before: a program on the PATH with folders of its own.
const entry = createRequire(join(tools, "package.json")).resolve("code-server/out/node/entry.js");
const folders = `--config '${home}/config.yaml' --user-data-dir '${home}/data' --extensions-dir '${home}/extensions'`;
const editor = join(root, "usr/local/bin/code-server");
writeFileSync(editor, `#!/bin/sh\nexec '${process.execPath}' '${entry}' ${folders} "$@"\n`);
chmodSync(editor, 0o755);
writeFileSync(join(home, "config.yaml"), "");

const start = performance.now();
run("dpkg", "--install", "/tmp/lstm-ls.deb");
run("lstm-ls", "setup", "vscode", "--yes");
const installed = performance.now();
const workbench = await startWorkbench(
  {
    tools,
    chromium,
    home,
    screenshots,
    command: ["chroot", root, process.execPath, entry],
    path: PATH,
  },
  { "workbench.startupEditor": "none", "security.workspace.trust.startupPrompt": "never" },
);
try {
  const window = await workbench.window(project);
  await window.open("sales.rs");
  await window.waitFor("the server", async () => (await window.status()).startsWith("lstm-ls"));
  await window.press("Control+End");
  const ghost = await window.typeForGhost(TYPED);
  const end = performance.now();
  await window.screenshot("vscode-bare");
  const seconds = (from: number, to: number) => ((to - from) / 1000).toFixed(1);
  console.log(`ghost text: ${ghost}`);
  console.log(
    `VS Code: ${seconds(start, installed)} s for the two commands, ${seconds(start, end)} s to the first ghost text`,
  );
} finally {
  await workbench.close();
}
