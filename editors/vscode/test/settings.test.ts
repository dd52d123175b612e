import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { OF_THE_SERVER } from "../src/serverSettings.ts";

/** The JSON file at `path`, from the extension's folder, where npm runs the tests. */
function read(path: string) {
  return JSON.parse(readFileSync(path, "utf8"));
}

test("every setting of the server is one of the extension, with the same default and limits", () => {
  const server = read("../../crates/assistant/settings.schema.json").properties;
  const extension = read("package.json").contributes.configuration.properties;
  assert.deepEqual([...OF_THE_SERVER].sort(), Object.keys(server).sort());
  for (const [key, wanted] of Object.entries<any>(server)) {
    const { type, default: value, minimum, maximum, exclusiveMinimum } = extension[`lstm-ls.${key}`];
    const limits = { type, default: value, minimum, maximum, exclusiveMinimum };
    for (const [name, limit] of Object.entries(limits)) {
      assert.deepEqual(limit, wanted[name], `${key}: ${name}`);
    }
  }
});
