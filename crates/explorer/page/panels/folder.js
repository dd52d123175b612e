// "Remember this folder": files of the visitor's that *Try it* knows the names of. They
// are read into memory and go nowhere else.

import { make } from "./dom.js";

/** Larger files are left out, and what is beyond so many bytes in all. */
const MOST_FILE = 256 << 10;
const MOST_ALL = 4 << 20;

/** Folders of what others made, or programs did. */
const FOREIGN = new Set([".git", "node_modules", "target", "dist", "build", "vendor", "__pycache__", ".venv"]);

/** A row to choose a folder; `remember(files)` takes pairs of path and text. */
export function folder(desk, remember, changed) {
  const said = make("span", { className: "note", role: "status" });
  // Browsers that cannot open a folder choose many files.
  const input = make("input", { type: "file", multiple: true, className: "hidden", id: "folder", tabIndex: -1, ariaHidden: "true" });
  input.webkitdirectory = !matchMedia("(pointer: coarse)").matches;
  const open = make("button", { type: "button", onclick: choose }, "Remember a folder…");
  const forget = make("button", { type: "button", hidden: true, onclick: () => desk.trying(keep([])) }, "Forget it");
  input.addEventListener("change", () => desk.trying(keep(chosen([...input.files]))));

  function choose() {
    if (!globalThis.showDirectoryPicker) {
      input.click();
      return;
    }
    const picked = showDirectoryPicker({ mode: "read" }).then(
      (handle) => keep(below(handle, "")),
      (error) => {
        if (error.name !== "AbortError") throw error;
      },
    );
    desk.trying(picked);
  }

  /** Has `files` remembered, as far as there is room. */
  async function keep(files) {
    const texts = [];
    let room = MOST_ALL;
    for await (const [path, file] of files) {
      if (file.size > Math.min(MOST_FILE, room)) continue;
      const text = await file.text();
      // What is no text is none of the model's languages.
      if (text.includes("\0")) continue;
      texts.push([path, text]);
      room -= file.size;
    }
    const kept = await remember(texts);
    forget.hidden = kept.files === 0;
    said.textContent =
      kept.files > 0
        ? `${kept.files} ${kept.files === 1 ? "file" : "files"}, ${(kept.bytes / 1024).toFixed(0)} KB: remembered until the page is closed.`
        : texts.length > 0
          ? `None of these files is in ${desk.about.language}.`
          : "";
    changed();
  }

  return make("div", { className: "row" }, open, input, forget, said);
}

/** Files that were chosen, by their paths. */
function chosen(files) {
  const named = files.map((file) => [file.webkitRelativePath || file.name, file]);
  return named.filter(([path]) => !path.split("/").some((part) => FOREIGN.has(part)));
}

/** The files below a folder. */
async function* below(handle, path) {
  for await (const entry of handle.values()) {
    const inside = path === "" ? entry.name : `${path}/${entry.name}`;
    if (entry.kind === "file") yield [inside, await entry.getFile()];
    else if (!FOREIGN.has(entry.name)) yield* below(entry, inside);
  }
}
