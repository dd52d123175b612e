// Chromium without a desktop, files handed out to it, what memory it takes, and waiting for
// what is to be seen in it. For all tests that look at a page.

import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { Server } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";

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

/** What a plain web server knows. */
const TYPES: Record<string, string> = {
  ".html": "text/html",
  ".css": "text/css",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".json": "application/json",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
};

/** Files that a web server hands out. */
export interface HandedOut {
  /** Under a name that browsers trust without a certificate. */
  address: string;
  server: Server;
  /** Paths at which there was no file. */
  missed: string[];
  close(): void;
}

/** Hands out what `read` reads at a path; it throws where there is nothing. */
export async function handOut(read: (path: string) => Buffer): Promise<HandedOut> {
  const missed: string[] = [];
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://localhost");
    const path = normalize(pathname === "/" ? "/index.html" : pathname).slice(1);
    try {
      const content = read(path);
      response.writeHead(200, { "Content-Type": TYPES[extname(path)] ?? "application/octet-stream" });
      response.end(content);
    } catch {
      missed.push(path);
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address() as AddressInfo;
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { address: `http://localhost:${port}/`, server, missed, close };
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

/** Memory in bytes. */
export interface Memory {
  /** What no other process shares, as Chromium's task manager has it. */
  own: number;
  /** With the program's code, of which every tab has the same. */
  resident: number;
}

/** The memory of the tab that has most. */
export async function memory(browser: any): Promise<Memory> {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send("SystemInfo.getProcessInfo");
  await session.detach();
  const tabs = processInfo.filter(({ type }: { type: string }) => type === "renderer");
  const each: Memory[] = tabs.map(({ id }: { id: number }) => {
    const status = readFileSync(`/proc/${id}/status`, "utf8");
    const bytes = (name: string) => 1024 * Number(new RegExp(`^${name}:\\s*(\\d+) kB$`, "m").exec(status)?.[1]);
    return { own: bytes("RssAnon") + bytes("VmSwap"), resident: bytes("VmRSS") };
  });
  return each.reduce((most, one) => (one.own > most.own ? one : most));
}

/** What `cargo xtask test editors` says by the variable `name`. */
export function variable(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === "") {
    throw new Error(`${name} is not set; run \`cargo xtask test editors\``);
  }
  return value;
}
