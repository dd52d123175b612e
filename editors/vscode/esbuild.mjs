// Bundles the extension and the language client into one file.

import { build } from "esbuild";

await build({
  entryPoints: ["src/extension.ts"],
  outfile: "dist/extension.js",
  bundle: true,
  minify: true,
  platform: "node",
  format: "cjs",
  target: "node20",
  // VS Code itself provides it.
  external: ["vscode"],
});
