// Where else does the unit behave as it does in the selection?

import { Latest } from "../latest.js";
import { ask } from "../program.js";
import { make, progress } from "./dom.js";

export function matchesPanel(desk) {
  const corpus = make("input", { type: "checkbox", checked: true });
  const go = make("button", { type: "button", className: "main", onclick: run }, "Find");
  const bar = progress();
  const what = make("p", { className: "note" });
  const list = make("ul", { className: "matches" });
  const note = make(
    "p",
    { className: "note" },
    "Select a span in the text. Found are stretches on which the unit is on throughout as strongly as there, those of " +
      "like length first.",
  );
  const element = make(
    "div",
    {},
    note,
    make("div", { className: "row" }, make("label", {}, corpus, " also the program’s texts"), go),
    bar.element,
    what,
    list,
  );
  const latest = new Latest();

  function run() {
    let [from, to] = desk.surface.selection;
    // No selection: the character that is looked at.
    if (from === to) [from, to] = [desk.view.at, Math.min(desk.view.at + 1, desk.surface.places.length)];
    const { bytes } = desk.surface.places;
    const { layer, unit } = desk.view;
    const signal = desk.view.signal === "surprise" ? "h" : desk.view.signal;
    const asked = {
      ...desk.text, layer, unit, signal, from: bytes[from], to: bytes[to], corpus: corpus.checked, kilobytes: 64,
    };
    desk.trying(latest.run((abort) => bar.during(async () => show(await ask("matches", asked, { signal: abort, each: bar.each })))));
  }

  function show({ documents, found }) {
    const side = found.level < 0 ? "at or below" : "at or above";
    what.textContent = `${found.count} stretches with the unit ${side} ${found.level.toFixed(3)}.`;
    list.replaceChildren(...found.matches.map((match) => item(match, documents)));
  }

  function item(match, documents) {
    const go = () => desk.show(documents[match.document], match.document, match.start, match.end);
    return make(
      "li",
      {},
      make(
        "button",
        { type: "button", onclick: go, title: `${documents[match.document]}, mean ${match.mean.toFixed(3)}` },
        match.before, make("mark", {}, match.text), match.after,
      ),
    );
  }
  return { element };
}
