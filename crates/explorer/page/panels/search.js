// Which units track a property?

import { Latest } from "../latest.js";
import { ask } from "../program.js";
import { choice, make, progress } from "./dom.js";

export function searchPanel(desk) {
  const known = desk.about.properties.map(({ name, title }) => [name, title]);
  const more = [["all", "all of these"], ["pattern", "a regular expression"], ["spans", "spans I select"]];
  const [property, select] = choice("Property", [...known, ...more], { onchange: extras });
  const pattern = make("input", { type: "text", placeholder: "fn \\w+", spellcheck: false, autocapitalize: "off", ariaLabel: "Regular expression" });
  let spans = [];
  const spanCount = make("span", { className: "note" });
  const addSpan = make("button", { type: "button", onclick: add }, "Add selection");
  const clearSpans = make("button", { type: "button", onclick: () => { spans = []; extras(); } }, "Clear");
  const ofPattern = make("span", { hidden: true }, pattern);
  const ofSpans = make("span", { hidden: true, className: "group" }, addSpan, clearSpans, spanCount);
  const corpus = make("input", { type: "checkbox", checked: true });
  const [size, kilobytes] = choice("Read", [["8", "8 KB"], ["24", "24 KB"], ["48", "48 KB"], ["160", "160 KB"], ["1024", "1 MB"]], { value: "24" });
  const go = make("button", { type: "submit", className: "main" }, "Search");
  const form = make(
    "form",
    { className: "row", onsubmit: (event) => { event.preventDefault(); run(); } },
    property, ofPattern, ofSpans, size,
    make("label", {}, corpus, " also the program’s texts"), go,
  );
  const bar = progress();
  const results = make("div", { id: "results" });
  const note = make(
    "p",
    { className: "note" },
    "Every unit is held against the property on two thirds of the text; the best are checked on the rest, which had no say.",
  );
  const element = make("div", {}, note, form, bar.element, results);
  const latest = new Latest();

  function extras() {
    ofPattern.hidden = select.value !== "pattern";
    ofSpans.hidden = select.value !== "spans";
    spanCount.textContent = spans.length === 1 ? "1 span" : `${spans.length} spans`;
  }

  function add() {
    const [from, to] = desk.surface.selection;
    const { bytes } = desk.surface.places;
    if (to > from) spans.push([bytes[from], bytes[to]]);
    extras();
    if (to === from) desk.say("Select some text first.");
  }

  function run() {
    const asked = { ...desk.text, corpus: corpus.checked, kilobytes: Number(kilobytes.value) };
    if (select.value === "pattern") asked.pattern = pattern.value;
    else if (select.value === "spans") asked.spans = spans;
    else if (select.value !== "all") asked.properties = [select.value];
    go.disabled = true;
    desk.trying(
      latest
        .run((signal) =>
          bar.during(async () => show(await ask("search", asked, { signal, each: bar.each }))),
        )
        .finally(() => (go.disabled = false)),
    );
  }

  function show({ found, picked_on, checked_on }) {
    results.replaceChildren(
      make("p", { className: "note" }, `Picked on ${kb(picked_on)}, held out ${kb(checked_on)}.`),
      ...found.map(table),
    );
  }

  function table({ title, measure, units, probe }) {
    const shown = found(units);
    const rows = shown.map((unit) =>
      make(
        "tr",
        {},
        make("td", {}, make("button", { type: "button", onclick: () => desk.look(unit) }, `${unit.layer}:${unit.unit}`)),
        make("td", {}, desk.name(unit.signal)),
        make("td", { className: "number" }, score(unit.picked)),
        make("td", { className: "number" }, score(unit.held_out)),
      ),
    );
    const head = ["unit", "signal", `${measure}, picked`, "held out"];
    const numbers = (index) => (index > 1 ? { className: "number", scope: "col" } : { scope: "col" });
    if (units.length === 0) rows.push(make("tr", {}, make("td", { colSpan: 4 }, "It does not vary in this text.")));
    rows.push(make("tr", {}, make("td", { colSpan: 3 }, "all hidden states, linear probe"), make("td", { className: "number" }, score(probe))));
    return make(
      "section",
      {},
      make("h2", {}, title),
      make("div", { className: "scroll", tabIndex: 0, role: "group", ariaLabel: title }, make(
        "table",
        {},
        make("thead", {}, make("tr", {}, ...head.map((name, index) => make("th", numbers(index), name)))),
        make("tbody", {}, ...rows),
      )),
    );
  }

  return { element };
}

/** Every property at once needs only the best. */
function found(units) {
  return units.slice(0, 8);
}

function score(value) {
  return value === null || value === undefined ? "–" : value.toFixed(3).replace("-", "−");
}

function kb(bytes) {
  return bytes < 2048 ? `${bytes} bytes` : `${(bytes / 1024).toFixed(0)} KB`;
}
