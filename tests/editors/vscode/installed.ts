// The extension with the server in it, in a VS Code where no program can be found: the
// file of a release is installed, and there is ghost text. Nothing else is set up.

import assert from "node:assert/strict";
import { mkdirSync, readFileSync, readdirSync, readlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inTime, places, startWorkbench } from "./workbench.ts";

const { home } = places();

// Breaks off where two functions before say what follows.
const PROGRAM = readFileSync(join(import.meta.dirname, "../data/sales.rs"), "utf8");
const TYPED = "        report.add_r";

const project = join(home, "project");
mkdirSync(project);
writeFileSync(join(project, "sales.rs"), PROGRAM);

const workbench = await startWorkbench(
  { ...places(), path: "" },
  { "workbench.startupEditor": "none", "security.workspace.trust.startupPrompt": "never" },
);
await inTime(workbench, async () => {
  const window = await workbench.window(project);
  await window.open("sales.rs");
  await window.waitFor("the server", async () => (await window.status()).startsWith("lstm-ls"));
  await window.press("Control+End");
  const ghost = await window.typeForGhost(TYPED);
  await window.screenshot("vscode-installed");
  console.log(`ghost text: ${ghost}`);
  const programs = servers();
  assert.ok(programs.length > 0, "no server is running");
  for (const program of programs) {
    assert.ok(program.startsWith(join(home, "extensions")), `${program} is another server`);
  }
});

/** The programs called lstm-ls that live in this test's home. */
function servers(): string[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const variables = readFileSync(`/proc/${pid}/environ`, "utf8").split("\0");
        const program = readlinkSync(`/proc/${pid}/exe`);
        const ours = program.endsWith("/lstm-ls") && variables.includes(`HOME=${home}`);
        return ours ? [program] : [];
      } catch {
        // It has ended meanwhile, or belongs to another user.
        return [];
      }
    });
}
