// Real VS Code, served by code-server and shown by Chromium, and a typist in
// front of it: starts both, types, looks, waits until something is there, takes
// screenshots. Knows nothing of lstm-ls but where its extension lies.

import { spawn, spawnSync } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { join } from "node:path";
import { ARGUMENTS, driver, look, variable, waitFor } from "../browser.ts";

/** After so long in vain it is asked for again. */
export const RETRY_MS = 3_000;

/** Where the programs and folders of one test lie. */
export interface Places {
  /** Holds `node_modules` with code-server and playwright-core. */
  tools: string;
  chromium: string;
  /** The extension to install, if it is not there already. */
  vsix?: string;
  /** Empty folder to live in. */
  home: string;
  screenshots: string;
  /** What starts code-server, if not this process's Node. */
  command?: [string, ...string[]];
  /** Where programs are looked for, if not where this process would. */
  path?: string;
}

/** How long a test may take: it ends before what runs it gives up, and closes VS Code. */
const LIMIT_MS = 220_000;

/** Those that `cargo xtask test` names, with the extension to install. */
export function places(): Places & { vsix: string } {
  return {
    tools: variable("LSTM_LS_VSCODE"),
    chromium: variable("LSTM_LS_CHROMIUM"),
    vsix: variable("LSTM_LS_VSIX"),
    home: variable("LSTM_LS_TEST_HOME"),
    screenshots: variable("LSTM_LS_TEST_RESULTS"),
  };
}

/** Does `work`, breaks off where that takes too long, and closes `workbench` in any case. */
export async function inTime(workbench: Workbench, work: () => Promise<void>): Promise<void> {
  const watchdog = setTimeout(async () => {
    console.error(`not done within ${LIMIT_MS} ms; the last step is above`);
    await workbench.close();
    process.exit(1);
  }, LIMIT_MS);
  try {
    await work();
  } finally {
    clearTimeout(watchdog);
    await workbench.close();
  }
}

/** VS Code, for as long as `close` is not called. */
export interface Workbench {
  /** Opens a window on the folder `path`. */
  window(path: string): Promise<Window>;
  /** Writes the user's settings; VS Code notices. */
  settings(settings: object): void;
  close(): Promise<void>;
}

/** Installs the extension and starts code-server and Chromium. */
export async function startWorkbench(places: Places, settings: object): Promise<Workbench> {
  const require = createRequire(join(places.tools, "package.json"));
  const entry = require.resolve("code-server/out/node/entry.js");

  const inHome = (name: string) => join(places.home, name);
  for (const folder of ["data/User", "extensions", "profile"]) {
    mkdirSync(inHome(folder), { recursive: true });
  }
  mkdirSync(places.screenshots, { recursive: true });
  const writeSettings = (value: object) =>
    writeFileSync(inHome("data/User/settings.json"), JSON.stringify(value, undefined, 2));
  writeSettings(settings);
  writeFileSync(inHome("config.yaml"), "");

  const environment: NodeJS.ProcessEnv = {
    // VS Code asks a login shell for the PATH that programs are started with.
    PATH: places.path ?? process.env["PATH"],
    HOME: places.home,
    SHELL: "/bin/sh",
    LANG: "C.UTF-8",
  };
  const folders = [
    ["--config", inHome("config.yaml")],
    ["--user-data-dir", inHome("data")],
    ["--extensions-dir", inHome("extensions")],
  ].flat();
  const [program, ...first] = places.command ?? [process.execPath, entry];
  const words = [...first, ...folders];
  if (places.vsix !== undefined) {
    const installed = spawnSync(program, [...words, "--install-extension", places.vsix], {
      env: environment,
      encoding: "utf8",
    });
    if (installed.status !== 0) {
      throw new Error(`the extension was not installed: ${installed.stdout}${installed.stderr}`);
    }
  }

  const port = await freePort();
  const server = spawn(
    program,
    [
      ...words,
      "--auth=none",
      `--bind-addr=127.0.0.1:${port}`,
      "--disable-telemetry",
      "--disable-update-check",
      "--ignore-last-opened",
    ],
    // A group of its own, so that all its processes can be ended together.
    { env: environment, detached: true, stdio: ["ignore", "pipe", "pipe"] },
  );
  let output = "";
  server.stdout.on("data", (text) => (output += text));
  server.stderr.on("data", (text) => (output += text));
  await waitFor("code-server to listen", async () => {
    if (server.exitCode !== null) {
      throw new Error(`code-server ended: ${output}`);
    }
    return output.includes("HTTP server listening");
  });

  const browser = await driver(places.tools).launchPersistentContext(inHome("profile"), {
    executablePath: places.chromium,
    viewport: { width: 1000, height: 620 },
    args: ARGUMENTS,
  });
  return {
    async window(path) {
      const page = await browser.newPage();
      await page.goto(`http://127.0.0.1:${port}/?folder=${encodeURIComponent(path)}`);
      const window = new Window(page, places.screenshots);
      await window.waitFor("the workbench", async () =>
        page.locator(".monaco-workbench .statusbar-item").first().isVisible(),
      );
      return window;
    },
    settings: writeSettings,
    async close() {
      await browser.close();
      endGroup(server);
    },
  };
}

/** One window of VS Code. */
export class Window {
  // Imported at run time: playwright-core is not installed where types are checked.
  readonly page: any;
  readonly #screenshots: string;

  constructor(page: any, screenshots: string) {
    this.page = page;
    this.#screenshots = screenshots;
  }

  async waitFor<T>(what: string, look: () => Promise<T>): Promise<NonNullable<T>> {
    try {
      return await waitFor(what, look);
    } catch (error) {
      await this.screenshot("failed");
      throw error;
    }
  }

  async screenshot(name: string): Promise<void> {
    await this.page.screenshot({ path: join(this.#screenshots, `${name}.png`) });
  }

  /** Types one key after the other, as a person does, each for `delay` milliseconds. */
  async type(text: string, delay = 30): Promise<void> {
    await this.page.keyboard.type(text, { delay });
  }

  async press(...keys: string[]): Promise<void> {
    for (const key of keys) {
      await this.page.keyboard.press(key);
    }
  }

  /** Runs a command of the palette by its title. */
  async command(title: string): Promise<void> {
    await this.press("F1");
    await this.waitFor("the palette", () => this.page.locator(".quick-input-widget input").isVisible());
    await this.page.keyboard.type(title);
    await this.choose(title);
  }

  /** Chooses the entry of an open list that begins with `label`. */
  async choose(label: string): Promise<void> {
    const row = this.page
      .locator(".quick-input-list .monaco-list-row")
      .filter({ hasText: label })
      .first();
    await this.waitFor(`the entry ${label}`, () => row.isVisible());
    await row.click();
  }

  /** The labels of an open list. */
  async entries(): Promise<string[]> {
    return this.page.locator(".quick-input-list .monaco-list-row").allInnerTexts();
  }

  /** Opens a file of the folder and puts the keyboard into it. */
  async open(file: string): Promise<void> {
    await this.press("Control+p");
    await this.waitFor("the file list", () => this.page.locator(".quick-input-widget input").isVisible());
    await this.page.keyboard.type(file);
    await this.choose(file);
    await this.waitFor(`${file} in an editor`, () =>
      this.page.locator(`.tab.active[data-resource-name="${file}"]`).isVisible(),
    );
    await this.focusEditor();
  }

  /** Puts the keyboard into the active editor, at the end of its text. */
  async focusEditor(): Promise<void> {
    await this.page.locator(".editor-instance .view-lines").first().click();
    await this.press("Control+End");
  }

  /** The ghost text on the screen, or nothing. */
  async ghost(): Promise<string | undefined> {
    const spans: string[] = await this.page
      .locator(".editor-instance [class*=ghost-text]")
      .allTextContents();
    const text = spans.join("").replaceAll("\u00a0", " ");
    return text === "" ? undefined : text;
  }

  /**
   * Types `text` and then waits for ghost text that stays, with no list in front of it. On a
   * busy machine the time for an answer may end before there is one; then the last key is
   * typed again.
   */
  async typeForGhost(text: string): Promise<string> {
    await this.type(text);
    return this.waitFor("ghost text that stays", async () => {
      let before: string | undefined;
      const stayed = await look(RETRY_MS, async () => {
        if ((await this.popup()).length > 0) {
          await this.press("Escape");
          before = undefined;
          return undefined;
        }
        const ghost = await this.ghost();
        const stays = ghost === before;
        before = ghost;
        return stays ? ghost : undefined;
      });
      if (stayed === undefined) {
        await this.press("Backspace");
        await this.type(text.slice(-1));
      }
      return stayed;
    });
  }

  /** The entries of the popup list. */
  async popup(): Promise<string[]> {
    const rows = this.page.locator(".suggest-widget.visible .monaco-list-row");
    return (await rows.allInnerTexts()).map((text: string) => text.replaceAll("\u00a0", " "));
  }

  /** The item in the status bar whose name is lstm-ls. */
  async status(): Promise<string> {
    const item = this.page.locator('.statusbar-item[id^="lstm-ls.lstm-ls"]');
    return (await item.count()) === 0 ? "" : (await item.first().innerText()).trim();
  }

  /** The text of what the window is telling the user. */
  async notifications(): Promise<string[]> {
    return this.page.locator(".notification-list-item-message").allInnerTexts();
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}

function endGroup(child: ChildProcess): void {
  try {
    process.kill(-(child.pid ?? 0), "SIGKILL");
  } catch {
    // It has ended already.
  }
}
