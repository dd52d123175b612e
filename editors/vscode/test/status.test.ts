import assert from "node:assert/strict";
import { test } from "node:test";
import { milliseconds, show } from "../src/status.ts";
import type { Situation } from "../src/status.ts";

const running: Situation = {
  connected: "running",
  enabled: true,
  language: "rust",
  languageEnabled: true,
  server: "/bin/lstm-ls",
  status: { state: "ready", lastLatencyMicros: 3210, version: "1.0" },
};

/** The text of the status bar for `running` with `changes`. */
function text(changes: Partial<Situation>): string {
  return show({ ...running, ...changes }).text;
}

test("ready shows the last latency", () => {
  assert.equal(text({}), "$(sparkle) lstm-ls 3.2 ms");
  assert.equal(text({ status: undefined }), "$(sparkle) lstm-ls");
});

test("a server that is not there or has died is a warning", () => {
  assert.equal(text({ connected: "absent" }), "$(error) lstm-ls: no server");
  assert.equal(text({ connected: "stopped" }), "$(error) lstm-ls: stopped");
  assert.ok(show({ ...running, connected: "stopped" }).warning);
  assert.ok(!show(running).warning);
});

test("what is turned off says so, and where", () => {
  assert.equal(text({ enabled: false }), "$(circle-slash) lstm-ls: off");
  assert.equal(text({ languageEnabled: false }), "$(circle-slash) lstm-ls: off for rust");
  assert.equal(text({ status: { state: "off" } }), "$(circle-slash) lstm-ls: off here");
});

test("a language without a model is named in the tooltip", () => {
  const shown = show({ ...running, language: "cobol", status: { state: "memory only" } });
  assert.equal(shown.text, "$(sparkle) lstm-ls");
  assert.match(shown.tooltip[0] ?? "", /no model for cobol/);
});

test("reading the workspace shows how far that is", () => {
  const workspace = { reading: true, percent: 40, files: 12, bytes: 340_000 };
  const shown = show({ ...running, status: { state: "ready", workspace } });
  assert.equal(shown.text, "$(sync~spin) lstm-ls: indexing 40 %");
  assert.ok(shown.tooltip.includes("Workspace: 12 files, 0.3 MB remembered"));
  const read = { state: "ready", workspace: { ...workspace, reading: false } } as const;
  assert.equal(text({ status: read }), "$(sparkle) lstm-ls");
});

test("the tooltip says what found no room", () => {
  const noRoom = { files: 812, bytes: 4_100_000, folders: ["/p/node_modules"] };
  const workspace = { reading: false, percent: 100, files: 12, bytes: 340_000, noRoom };
  const { tooltip } = show({ ...running, status: { state: "ready", workspace } });
  assert.ok(tooltip.includes("No room for 812 files, 4.1 MB, most of it in /p/node_modules"));
  const all = { ...workspace, noRoom: null };
  const without = show({ ...running, status: { state: "ready", workspace: all } }).tooltip;
  assert.ok(!without.some((line) => line.startsWith("No room")));
});

test("a model that cannot be used is a warning", () => {
  assert.ok(show({ ...running, status: { state: "failed" } }).warning);
});

test("the tooltip says why nothing was shown", () => {
  const lastReason = { code: "deadline", message: "Time was up." };
  const { tooltip } = show({ ...running, status: { state: "ready", lastReason } });
  assert.ok(tooltip.includes("Nothing was shown: Time was up."));
});

test("short times have a decimal", () => {
  assert.equal(milliseconds(850), "0.8 ms");
  assert.equal(milliseconds(12_345), "12 ms");
});
