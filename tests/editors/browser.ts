// Chromium without a desktop, and waiting for what is to be seen in it. For all
// tests that look at a page.

import { createRequire } from "node:module";
import { join } from "node:path";

/** What has not happened by then never will; a bare extension host takes seconds. */
const LIMIT_MS = 45_000;
const LOOK_MS = 50;

/** How Chromium is started. */
export const ARGUMENTS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** What drives Chromium, from the packages in `tools`. */
// Imported at run time: playwright-core is not installed where types are checked.
export function driver(tools: string): any {
  return createRequire(join(tools, "package.json"))("playwright-core").chromium;
}

/** Looks until `see` sees something. */
export async function waitFor<T>(what: string, see: () => Promise<T>): Promise<NonNullable<T>> {
  const seen = await look(LIMIT_MS, see);
  if (seen === undefined) {
    throw new Error(`waited in vain for ${what}`);
  }
  return seen;
}

/** Looks until `see` sees something, or for `limit` milliseconds in vain. */
export async function look<T>(
  limit: number,
  see: () => Promise<T>,
): Promise<NonNullable<T> | undefined> {
  const end = Date.now() + limit;
  for (;;) {
    const seen = await see();
    if (seen) {
      return seen as NonNullable<T>;
    }
    if (Date.now() > end) {
      return undefined;
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

/** What `cargo xtask test editors` says by the variable `name`. */
export function variable(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === "") {
    throw new Error(`${name} is not set; run \`cargo xtask test editors\``);
  }
  return value;
}
