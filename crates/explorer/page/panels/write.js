// The model writes on from a start, live: each character takes its colour as it comes.

import { background } from "../color.js";
import { Latest } from "../latest.js";
import { ask } from "../program.js";
import { make } from "./dom.js";

/** Characters of a start that its button shows. */
const SHOWN = 28;

export function writePanel(desk) {
  const start = make("textarea", {
    id: "start", rows: 3, spellcheck: false, autocapitalize: "off", autocomplete: "off", ariaLabel: "What the model writes on from",
    value: desk.writeText ?? desk.about.starts[0] ?? "", oninput: () => (desk.writeText = start.value),
  });
  const starts = make("div", { className: "ways", role: "group", ariaLabel: "Starts" }, ...desk.about.starts.map(offered));
  const number = (name, given) => make("input", { type: "number", ariaLabel: name, ...given });
  const temperature = number("Temperature", { min: 0, max: 10, step: 0.1, value: 0.7 });
  const topP = number("Top-p", { min: 0, max: 1, step: 0.05, value: 0.95 });
  const seed = number("Seed", { min: 0, step: 1, value: 1 });
  const length = number("Bytes", { min: 1, max: 20000, step: 1, value: 2000 });
  const go = make("button", { type: "submit", className: "main" }, "Write on");
  const stop = make("button", { type: "button", disabled: true, onclick: () => latest.stop() }, "Stop");
  const form = make(
    "form",
    { onsubmit: (event) => { event.preventDefault(); run(); } },
    make("label", { className: "start" }, "Begin with", start),
    starts,
    make("div", { className: "row" }, make("label", {}, "Temperature ", temperature), make("label", {}, "Top-p ", topP), make("label", {}, "Seed ", seed), make("label", {}, "Bytes ", length)),
    make("div", { className: "row" }, go, stop),
  );
  const output = make("pre", { className: "sample", id: "written", tabIndex: 0, ariaLabel: "What the model writes" });
  const said = make("p", { className: "note", role: "status" });
  const note = make(
    "p",
    { className: "note" },
    "Colours are the signal and the unit chosen on top. The same seed writes the same text again.",
  );
  const element = make("div", { className: "write" }, note, form, output, said);
  const latest = new Latest();
  let runs = 0;

  function offered(text) {
    const face = text.trim().replace(/\s+/g, " ") || "␣";
    return make(
      "button",
      { type: "button", ariaLabel: `Begin with ${text}`, onclick: () => { start.value = desk.writeText = text; run(); } },
      face.length > SHOWN ? `${face.slice(0, SHOWN)}…` : face,
    );
  }

  function run() {
    const mine = ++runs;
    const { layer, unit, signal } = desk.view;
    const watched = signal === "surprise" ? "h" : signal;
    const asked = {
      name: desk.text.name, text: start.value, layer, unit, signal: watched, seed: Number(seed.value),
      length: Number(length.value), temperature: Number(temperature.value), top_p: Number(topP.value),
    };
    output.replaceChildren(make("span", { className: "given" }, start.value));
    output.dataset.state = "writing";
    said.textContent = "";
    stop.disabled = false;
    // A character of several bytes comes with its last.
    const decoder = new TextDecoder();
    let written = 0;
    const each = ({ bytes, values, surprise }) => {
      bytes?.forEach((byte, index) => {
        const text = decoder.decode(Uint8Array.of(byte), { stream: true });
        if (text === "") return;
        const span = make("span", {}, text);
        span.style.backgroundColor = background(signal, signal === "surprise" ? surprise[index] : values[index]);
        output.append(span);
      });
      written += bytes?.length ?? 0;
    };
    desk.trying(
      latest
        .run(async (abort) => {
          const { ended } = await ask("write", asked, { signal: abort, each });
          said.textContent = ended ? `It ended the text itself, after ${written} bytes.` : `${written} bytes.`;
        })
        .finally(() => {
          if (mine !== runs) return;
          stop.disabled = true;
          output.dataset.state = "done";
        }),
    );
  }

  // Who looks elsewhere does not wait for the rest.
  return { element, left: () => latest.stop() };
}
