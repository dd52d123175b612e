// A first session with lstm-ls in VS Code, from a machine without the server to
// two windows: types real Rust and checks what is shown and what is saved. Each
// step leaves a screenshot.

import assert from "node:assert/strict";
import { mkdirSync, readFileSync, readdirSync, readlinkSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { look, variable } from "../browser.ts";
import { measure } from "./latency.ts";
import { known, writeFirst } from "./outside.ts";
import { RETRY_MS, inTime, places, startWorkbench } from "./workbench.ts";
import type { Window } from "./workbench.ts";

const server = variable("LSTM_LS_SERVER");
const { home, screenshots: results } = places();

// Breaks off where two functions before say what follows: whatever the model is,
// something is sure enough to be shown. Ends in a line end.
const PROGRAM = readFileSync(join(import.meta.dirname, "../data/sales.rs"), "utf8");
/** What the user types until there is ghost text; no bracket, which VS Code would close. */
const TYPED = "        report.add_r";
const LATENCY_SAMPLES = 40;

const project = join(home, "project");
mkdirSync(project);
// All there from the start: VS Code lists files that come later with a delay.
for (const name of [
  "first", "word", "line", "next", "popup", "off", "on", "killed", "known", "latency", "window",
  "second",
]) {
  writeFileSync(join(project, `${name}.rs`), PROGRAM);
}
writeFileSync(join(project, ".env"), "PASSWORD=");
writeFirst(project);
/** The file that is being edited. */
let file = "";

const workbench = await startWorkbench(
  places(),
  {
    "workbench.startupEditor": "none",
    "workbench.secondarySideBar.defaultVisibility": "hidden",
    // The folder stays one that is not trusted.
    "security.workspace.trust.startupPrompt": "never",
    "security.workspace.trust.banner": "never",
    "chat.commandCenter.enabled": false,
    "workbench.reduceMotion": "on",
  },
);
await inTime(workbench, async () => {
  const window = await workbench.window(project);
  await withoutServer(window);
  await acceptAll(window);
  await acceptWord(window);
  await acceptLine(window);
  await alternatives(window);
  await popup(window);
  await offAndOn(window);
  await why(window);
  await secrets(window);
  await killed(window);
  await outside(window);
  const latency = await measureLatency(window);
  await twoWindows(window);
  writeFileSync(join(results, "vscode-latency.json"), `${JSON.stringify(latency)}\n`);
});

async function withoutServer(window: Window): Promise<void> {
  step("says that there is no server, and finds the one that is installed then");
  await edit(window, "first.rs");
  await status(window, "no server");
  const told = await window.waitFor("a message", async () => (await window.notifications())[0]);
  assert.match(told, /no server to start/);
  await window.screenshot("vscode-01-no-server");
  // Where `cargo install` puts it.
  mkdirSync(join(home, ".cargo", "bin"), { recursive: true });
  symlinkSync(server, join(home, ".cargo", "bin", "lstm-ls"));
  await window.command("Notifications: Clear All Notifications");
  await window.command("lstm-ls: Restart the Server");
  await window.waitFor("the server", async () => /^lstm-ls$/.test(await window.status()));
}

async function acceptAll(window: Window): Promise<void> {
  step("Tab accepts the ghost text, and what is saved is what was shown");
  const ghost = await window.typeForGhost(TYPED);
  await window.screenshot("vscode-02-ghost-text");
  await window.press("Tab");
  const expected = `${PROGRAM}${TYPED}${ghost}`;
  await saved(window, expected, (text) => text === expected);
  await status(window, " ms");
  await window.screenshot("vscode-03-accepted");
}

async function acceptWord(window: Window): Promise<void> {
  step("Ctrl+Right accepts a word, and the rest stays");
  const typed = `${PROGRAM}${TYPED}`;
  await edit(window, "word.rs");
  const ghost = await window.typeForGhost(TYPED);
  await window.press("Control+ArrowRight");
  const now = await saved(window, "a part of the ghost text", (text) => text.length > typed.length);
  await window.screenshot("vscode-04-word");
  const accepted = now.slice(typed.length);
  assert.ok(accepted.length < ghost.length, `all was accepted: ${accepted}`);
  assert.equal(now, typed + accepted);
  await window.waitFor("the rest of the ghost text", async () =>
    accepted + (await window.ghost()) === ghost,
  );
  await window.press("Escape");
}

async function acceptLine(window: Window): Promise<void> {
  step("accepting a line takes the first line of several");
  await edit(window, "line.rs");
  await window.type("        ");
  // By hand all of the suggestion is shown, not what is sure of it.
  await window.press("Escape");
  const ghost = await window.waitFor("ghost text of two lines", async () => {
    // On a busy machine the time may end what is asked for after one line.
    await window.command("Trigger Inline Suggestion");
    return look(RETRY_MS, async () => {
      const ghost = (await window.ghost()) ?? "";
      // Its lines stand in any order, without their ends; each is a statement.
      return /;.*;/.test(ghost) ? ghost : undefined;
    });
  });
  await window.screenshot("vscode-05-lines");
  await window.press("Control+Alt+ArrowRight");
  const typed = `${PROGRAM}        `;
  const now = await saved(window, "the first line", (text) => text.length > typed.length);
  const accepted = now.slice(typed.length).trimEnd();
  assert.ok(now.startsWith(typed) && ghost.includes(accepted), `shown: ${ghost}\nnow: ${now}`);
  assert.ok(accepted.endsWith(";") && !accepted.includes("\n"), `not a line: ${accepted}`);
  await window.screenshot("vscode-06-line");
  await window.press("Escape");
}

async function alternatives(window: Window): Promise<void> {
  step("next and previous show other suggestions");
  await edit(window, "next.rs");
  // There are several ways to go on, none of which is sure.
  await window.type("        self.");
  await window.press("Escape", "Escape");
  await window.command("Trigger Inline Suggestion");
  const first = await window.waitFor("ghost text", () => window.ghost());
  await window.press("Alt+]");
  await window.waitFor("another suggestion", async () => {
    const ghost = await window.ghost();
    return ghost !== undefined && ghost !== first;
  });
  await window.screenshot("vscode-07-next");
  await window.press("Alt+[");
  await window.waitFor("the one before", async () => (await window.ghost()) === first);
}

async function popup(window: Window): Promise<void> {
  step("the popup lists suggestions and inserts one");
  await edit(window, "popup.rs");
  await window.type("        self.");
  await window.waitFor("entries with their probability", async () => {
    const entries = await window.popup();
    if (entries.length === 0) {
      await window.press("Control+Space");
    }
    return entries.some((entry) => /\d+ %/.test(entry));
  });
  await window.screenshot("vscode-08-popup");
  const row = window.page
    .locator(".suggest-widget.visible .monaco-list-row")
    .filter({ hasText: /\d+ %/ })
    .first();
  const label = (await row.locator(".label-name").innerText()).replaceAll("\u00a0", " ");
  await row.click();
  const expected = `${PROGRAM}        self.${label}`;
  await saved(window, expected, (text) => text === expected);
}

async function offAndOn(window: Window): Promise<void> {
  step("the menu turns Rust off and on again");
  await edit(window, "off.rs");
  await statusMenu(window, "Turn off for rust", "vscode-09-menu");
  await status(window, "off for rust");
  await window.focusEditor();
  await window.type(TYPED);
  await saved(window, "what was typed", (text) => text.endsWith(TYPED));
  await window.press("Escape");
  await window.command("Trigger Inline Suggestion");
  await window.command("lstm-ls: Why Was Nothing Shown?");
  const told = await window.waitFor("the reason", async () =>
    (await window.notifications()).find((text) => text.includes("rust")),
  );
  assert.match(told, /turned off for rust/);
  assert.equal(await window.ghost(), undefined);
  await window.screenshot("vscode-10-off");
  await window.command("Notifications: Clear All Notifications");
  await statusMenu(window, "Turn on for rust");
  await window.focusEditor();
  await window.waitFor("Rust to be on", async () => !(await window.status()).includes("off"));
  await edit(window, "on.rs");
  await window.typeForGhost(TYPED);
  await window.press("Escape");
}

async function why(window: Window): Promise<void> {
  step("says how unlikely it was, where nothing was shown");
  // So slowly that VS Code asks after every key.
  await window.type(" // zq", 200);
  await window.waitFor("the reason", async () => {
    await window.command("lstm-ls: Why Was Nothing Shown?");
    const told = await window.notifications();
    return told.some((text) => /chance of \d+ %/.test(text));
  });
  await window.screenshot("vscode-11-why");
  await window.command("Notifications: Clear All Notifications");
}

async function secrets(window: Window): Promise<void> {
  step("a file that may hold secrets gets no suggestions");
  await edit(window, ".env");
  await status(window, "off here");
  await window.screenshot("vscode-12-secrets");
}

async function killed(window: Window): Promise<void> {
  step("a server that is killed comes back by itself");
  const before = servers();
  assert.ok(before.length > 0, "no server is running");
  before.forEach((pid) => process.kill(pid, "SIGKILL"));
  await window.waitFor("another server", async () =>
    servers().some((pid) => !before.includes(pid)),
  );
  await edit(window, "killed.rs");
  await window.typeForGhost(TYPED);
  await window.screenshot("vscode-13-back");
  await window.press("Escape");
}

async function outside(window: Window): Promise<void> {
  step("what another program writes is known to the next ghost text");
  await edit(window, "known.rs");
  await known(window, project);
  await window.press("Escape");
}

async function measureLatency(window: Window): Promise<object> {
  step("keystroke to ghost text");
  await edit(window, "latency.rs");
  const latency = await measure(window, LATENCY_SAMPLES);
  console.log(JSON.stringify(latency));
  return { ...latency, debounce: 50 };
}

async function twoWindows(first: Window): Promise<void> {
  step("two windows have one server");
  await edit(first, "window.rs");
  const second = await workbench.window(project);
  await edit(second, "second.rs");
  await second.typeForGhost(TYPED);
  await second.screenshot("vscode-14-second-window");
  await first.page.bringToFront();
  await first.typeForGhost(TYPED);
  assert.equal(servers("connect").length, 2, "two windows, two bridges");
  assert.equal(servers("serve").length, 1, "and one server");
}

/** Opens a file and goes to its end. */
async function edit(window: Window, name: string): Promise<void> {
  file = join(project, name);
  await window.open(name);
  await window.press("Control+End");
}

/** Saves until the file holds what it should, and returns what it holds. */
async function saved(
  window: Window,
  what: string,
  holds: (text: string) => boolean,
): Promise<string> {
  let text = "";
  const holding = async () => {
    await window.press("Control+s");
    text = readFileSync(file, "utf8");
    return holds(text);
  };
  await window.waitFor(`the file to hold ${what}`, holding).catch((error) => {
    throw new Error(`${error.message}; it holds:\n${text}`);
  });
  return text;
}

/** Opens the menu of the status bar item and chooses from it. */
async function statusMenu(window: Window, label: string, screenshot?: string): Promise<void> {
  await window.page.locator('.statusbar-item[id^="lstm-ls.lstm-ls"]').first().click();
  await window.waitFor("the menu", async () => (await window.entries()).length > 0);
  if (screenshot !== undefined) {
    await window.screenshot(screenshot);
  }
  await window.choose(label);
}

async function status(window: Window, wanted: string): Promise<void> {
  await window.waitFor(`the status to say "${wanted}"`, async () =>
    (await window.status()).includes(wanted),
  );
}

/** Process ids of the servers that this VS Code has started, and of the bridges to them. */
function servers(command?: string): number[] {
  const ours = (pid: string) => {
    try {
      const words = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
      const variables = readFileSync(`/proc/${pid}/environ`, "utf8").split("\0");
      return (
        readlinkSync(`/proc/${pid}/exe`) === server &&
        variables.includes(`HOME=${home}`) &&
        (command === undefined || words.includes(command))
      );
    } catch {
      // It has ended meanwhile, or belongs to another user.
      return false;
    }
  };
  return readdirSync("/proc").filter((name) => /^\d+$/.test(name)).filter(ours).map(Number);
}

function step(what: string): void {
  console.log(`- ${what}`);
}
