// What another program writes into the folder while VS Code has it open, and
// what is typed then. The other program is this one: VS Code knows nothing of it.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { look } from "../browser.ts";
import type { Window } from "./workbench.ts";

/** How long to look before the same is typed again. */
const PATIENCE_MS = 700;

const data = (name: string) => readFileSync(join(import.meta.dirname, "../data", name), "utf8");
// What is written, with names of its own in the place of this one.
const PRICES = data("prices.rs");
const NAME = "quay_harbour";

/** A line of `outside.txt`. */
interface Written {
  /** Of the file, in the folder. */
  path: string;
  /** How the name in the file begins and ends, of which only the former is typed. */
  begin: string;
  end: string;
}

const written: Written[] = data("outside.txt")
  .trimEnd()
  .split("\n")
  .map((line) => {
    const [path = "", begin = "", end = ""] = line.split(/\s+/);
    return { path, begin, end };
  });

/** Writes the file that is there from the start. */
export function writeFirst(folder: string): void {
  written.slice(0, 1).forEach((file) => write(folder, file));
}

/** Writes one file after the other, and types at the end of the open one what each makes known. */
export async function known(window: Window, folder: string): Promise<void> {
  for (const [index, file] of written.entries()) {
    write(folder, file);
    const before = written.slice(0, index).filter((other) => other.path === file.path).at(-1);
    const isRight = (ghost: string) =>
      ghost.includes(file.end) && !(before && ghost.includes(before.end));
    await window.waitFor(`${file.end} behind ${file.begin}`, async () => {
      // In the place of what stands in the line.
      await window.press("Control+End", "Shift+Home", "Shift+Home");
      await window.type(`        report.${file.begin}`);
      return look(PATIENCE_MS, async () => {
        if ((await window.popup()).length > 0) {
          await window.press("Escape");
        }
        return isRight((await window.ghost()) ?? "");
      });
    });
    await window.screenshot(`vscode-outside-${index + 1}`);
  }
}

function write(folder: string, file: Written): void {
  const path = join(folder, file.path);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, PRICES.replaceAll(NAME, file.begin + file.end));
}
