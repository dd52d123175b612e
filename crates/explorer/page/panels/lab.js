// What small networks of each cell learn: the comparison that `lstm-train lab
// compare` made, as it lies in models/lab.

import { make } from "./dom.js";

export function labPanel(desk) {
  const note = make(
    "p",
    { className: "note" },
    "Five cells, ten units a layer, learn to count, to count some letters only, to keep one and to copy three. A " +
      "sequence is right if every byte of it is; a row is the middle one of three runs. The picture has all three, and " +
      "in orange the sizes that were not trained on.",
  );
  const table = make("table");
  const picture = make("img", {
    src: "lab/compare.svg",
    alt: "Share of sequences that are right, for five cells, four tasks and every size",
  });
  const element = make("div", {}, note, make("div", { className: "scroll", tabIndex: 0, role: "group", ariaLabel: "The comparison" }, table), make("figure", {}, picture));

  async function refresh() {
    if (table.rows.length > 0) return;
    const response = await fetch("lab/compare.md");
    const lines = (await response.text()).split("\n").filter((line) => line.startsWith("| ") && !line.startsWith("| --"));
    const rows = lines.map((line) => line.slice(2, -2).split(" | "));
    rows.forEach((cells, index) => {
      const kind = index === 0 ? "th" : "td";
      table.append(make("tr", {}, ...cells.map((cell) => make(kind, { textContent: cell }))));
    });
  }
  return { element, refresh: () => desk.trying(refresh()), chosen: () => {} };
}
