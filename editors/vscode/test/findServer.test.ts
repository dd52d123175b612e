import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join, relative } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { findServer } from "../src/findServer.ts";

let folder = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "find-server-"));
});

afterEach(() => rmSync(folder, { recursive: true }));

/** Puts programs at `paths` and looks with `setting`, with the folders `path` and `workspace`. */
function find(
  paths: string[],
  setting = "",
  path = [join(folder, "one"), join(folder, "two")],
  workspace = [join(folder, "workspace")],
) {
  for (const path of paths) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), "");
    chmodSync(join(folder, path), 0o755);
  }
  return findServer({
    setting,
    path: path.join(delimiter),
    home: join(folder, "home"),
    extension: join(folder, "extension"),
    platform: "linux",
    workspace,
  });
}

test("the extension's own comes first, then the PATH, then cargo's folder", () => {
  const places = ["home/.cargo/bin/lstm-ls", "two/lstm-ls", "extension/server/lstm-ls"];
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

test("a relative folder of the PATH is another one everywhere, and passed over", () => {
  const here = relative(process.cwd(), join(folder, "one"));
  const found = find(["one/lstm-ls"], "", [here, "", "."]);
  assert.ok("problem" in found);
  assert.deepEqual(find(["one/lstm-ls"], "", [here, join(folder, "one")]), {
    server: join(folder, "one/lstm-ls"),
  });
});

test("a program in the workspace is never started, not by way of a link either", () => {
  const program = "workspace/bin/lstm-ls";
  const inside = join(folder, dirname(program));
  find([program]);
  symlinkSync(inside, join(folder, "link"));
  for (const path of [inside, join(folder, "link")]) {
    assert.ok("problem" in find([program], "", [path]));
  }
  // A folder that only begins like the workspace's.
  const beside = "workspaces/lstm-ls";
  assert.deepEqual(find([beside], "", [join(folder, "workspaces")]), {
    server: join(folder, beside),
  });
});

test("who opens the home folder has put its programs there", () => {
  const program = "home/bin/lstm-ls";
  const path = [join(folder, "home/bin")];
  assert.deepEqual(find([program], "", path, [join(folder, "home")]), {
    server: join(folder, program),
  });
});
