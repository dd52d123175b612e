// Where the `lstm-ls` program lies. Knows nothing of VS Code.

import { accessSync, constants, realpathSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, isAbsolute, join, relative } from "node:path";

/** Where to look. */
export interface Places {
  /** The setting `lstm-ls.server.path`; empty if it is not set. */
  setting: string;
  /** The `PATH` of this process. */
  path: string;
  home: string;
  /** The extension's own folder. */
  extension: string;
  platform: NodeJS.Platform;
  /** The folders that are open, in which anyone may have put a program. */
  workspace: readonly string[];
}

/** The server, or one line that says what is wrong and where was looked. */
export type Found = { server: string } | { problem: string; setting: boolean };

/** Where this process would look. */
export function placesHere(
  setting: string,
  extension: string,
  workspace: readonly string[],
): Places {
  return {
    setting,
    path: process.env["PATH"] ?? "",
    home: homedir(),
    extension,
    platform: process.platform,
    workspace,
  };
}

/** Finds the server; a path that the user has set is never replaced by another. */
export function findServer(places: Places): Found {
  const named = places.setting.trim();
  if (named !== "") {
    const path = named.replace(/^~(?=[/\\])/, places.home);
    return isProgram(path)
      ? { server: path }
      : { problem: `lstm-ls.server.path is ${named}, which is not a program.`, setting: true };
  }
  const file = places.platform === "win32" ? "lstm-ls.exe" : "lstm-ls";
  const folders = [
    // It is of the extension's own version.
    join(places.extension, "server"),
    ...places.path.split(delimiter).filter((folder) => isTrusted(folder, places)),
    // Editors that were not started from a shell often lack it on their PATH.
    join(places.home, ".cargo", "bin"),
  ];
  const server = folders.map((folder) => join(folder, file)).find(isProgram);
  return server === undefined
    ? {
        problem: `${file} is neither in the extension, nor on the PATH, nor in ~/.cargo/bin.`,
        setting: false,
      }
    : { server };
}

/** The socket of the server that all windows share; the Neovim plugin has the same. */
export function socketPath(home: string, runtimeFolder: string | undefined): string {
  return runtimeFolder
    ? join(runtimeFolder, "lstm-ls")
    : join(home, ".cache", "lstm-ls", "socket");
}

/**
 * Whether programs of a folder of the PATH may be started: a relative one is another in every
 * folder, and one in the workspace is the repository's. A workspace that holds the home folder
 * is the user's own.
 */
function isTrusted(folder: string, { home, workspace }: Places): boolean {
  const foreign = workspace.filter((opened) => !isWithin(home, opened));
  return isAbsolute(folder) && !foreign.some((opened) => isWithin(folder, opened));
}

function isWithin(inner: string, outer: string): boolean {
  const way = relative(real(outer), real(inner));
  return !isAbsolute(way) && way.split(/[/\\]/)[0] !== "..";
}

/** `path` without links, if it is there. */
function real(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
