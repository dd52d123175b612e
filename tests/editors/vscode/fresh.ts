// New files in the languages that there are models for: in each of them something comes while
// the first words are typed. What is typed is in `data/fresh`.

import { mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { look, variable } from "../browser.ts";
import { inTime, places, startWorkbench } from "./workbench.ts";

const { home } = places();
/** How much of each is typed at most. */
const MOST_BYTES = 300;
/** How long a typist looks up after a word. */
const LOOK_MS = 400;

const texts = join(import.meta.dirname, "../data/fresh");
const names = readdirSync(texts).map((name) => name.replace(/\.txt$/, ""));
const project = join(home, "project");
mkdirSync(project);
for (const name of names) {
  writeFileSync(join(project, name), "");
}
mkdirSync(join(home, ".cargo", "bin"), { recursive: true });
symlinkSync(variable("LSTM_LS_SERVER"), join(home, ".cargo", "bin", "lstm-ls"));

const workbench = await startWorkbench(
  places(),
  {
    "workbench.startupEditor": "none",
    "security.workspace.trust.startupPrompt": "never",
    // Keys put into the file what they say and nothing else.
    "editor.autoClosingBrackets": "never",
    "editor.autoClosingQuotes": "never",
    "editor.autoClosingComments": "never",
    "editor.autoIndent": "none",
    "editor.quickSuggestions": false,
    "editor.suggestOnTriggerCharacters": false,
  },
);
await inTime(workbench, async () => {
  const window = await workbench.window(project);
  for (const name of names) {
    console.log(`- ${name}`);
    await window.open(name);
    await window.waitFor("the server", async () => /^lstm-ls/.test(await window.status()));
    const text = readFileSync(join(texts, `${name}.txt`), "utf8").slice(0, MOST_BYTES);
    let bytes = 0;
    let ghost: string | undefined;
    for (const word of text.match(/\w*\W/g) ?? []) {
      await window.type(word, 0);
      bytes += word.length;
      ghost = await look(LOOK_MS, () => window.ghost());
      if (ghost !== undefined) {
        break;
      }
    }
    await window.screenshot(`vscode-fresh-${name}`);
    if (ghost === undefined) {
      throw new Error(`nothing was suggested in ${bytes} bytes of ${name}`);
    }
    console.log(`  after ${bytes} bytes: ${ghost}`);
  }
});
