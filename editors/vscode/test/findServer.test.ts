import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { findServer } from "../src/findServer.ts";

let folder = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "find-server-"));
});

afterEach(() => rmSync(folder, { recursive: true }));

/** Puts programs at `paths` and looks with `setting`. */
function find(paths: string[], setting = "") {
  for (const path of paths) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), "");
    chmodSync(join(folder, path), 0o755);
  }
  return findServer({
    setting,
    path: `${join(folder, "one")}:${join(folder, "two")}`,
    home: join(folder, "home"),
    extension: join(folder, "extension"),
    platform: "linux",
  });
}

test("the PATH comes first, then cargo's folder, then the extension", () => {
  const places = ["extension/server/lstm-ls", "home/.cargo/bin/lstm-ls", "two/lstm-ls"];
  for (const place of places) {
    assert.deepEqual(find([place]), { server: join(folder, place) });
  }
});

test("a path that is set is used, with ~ for the home folder", () => {
  const set = "home/mine/server";
  assert.deepEqual(find([set, "one/lstm-ls"], "~/mine/server"), { server: join(folder, set) });
});

test("a path that is set is never replaced by another", () => {
  const found = find(["one/lstm-ls"], "/no/such/server");
  assert.deepEqual(found, {
    problem: "lstm-ls.server.path is /no/such/server, which is not a program.",
    setting: true,
  });
});

test("where there is none, it says where was looked", () => {
  mkdirSync(join(folder, "one/lstm-ls"), { recursive: true });
  const found = find([]);
  assert.ok("problem" in found && found.problem.includes("PATH"));
});
