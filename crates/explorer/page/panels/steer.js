// Hold the unit, or push it, and let the model write on: what changes?

import { Latest } from "../latest.js";
import { ask } from "../program.js";
import { background } from "../color.js";
import { choice, make } from "./dom.js";

export function steerPanel(desk) {
  const states = desk.about.signals.filter(({ letter }) => letter === "h" || letter === "c");
  const [state, target] = choice("State", states.map(({ letter, name }) => [letter, name]), { onchange: reach });
  const [manner, how] = choice("", [["set", "hold at"], ["add", "push by"]], { ariaLabel: "How it is changed" });
  const amount = make("input", { type: "range", min: -1, max: 1, step: 0.05, value: 1, ariaLabel: "Amount", oninput: shown });
  const output = make("output", {}, "1.00");
  const temperature = make("input", { type: "number", min: 0, max: 10, step: 0.1, value: 0.6, ariaLabel: "Temperature" });
  const seed = make("input", { type: "number", min: 0, step: 1, value: 1, ariaLabel: "Seed" });
  const length = make("input", { type: "number", min: 1, max: 2000, step: 1, value: 240, ariaLabel: "Bytes" });
  const go = make("button", { type: "submit", className: "main" }, "Write on from the cursor");
  const form = make(
    "form",
    { onsubmit: (event) => { event.preventDefault(); run(); } },
    make("div", { className: "row" }, state, manner, make("label", {}, amount, " ", output)),
    make("div", { className: "row" }, make("label", {}, "Temperature ", temperature), make("label", {}, "Seed ", seed), make("label", {}, "Bytes ", length), go),
  );
  const results = make("div", { id: "samples" });
  const note = make(
    "p",
    { className: "note" },
    "Both samples use the same random numbers, so they differ only where the unit made them. Colours are the state that is changed.",
  );
  const element = make("div", {}, note, form, results);
  const latest = new Latest();

  function reach() {
    const most = target.value === "c" ? 8 : 1;
    amount.min = -most;
    amount.max = most;
    shown();
  }

  function shown() {
    output.textContent = Number(amount.value).toFixed(2).replace("-", "−");
  }

  function run() {
    const { places } = desk.surface;
    const { layer, unit } = desk.view;
    const char = Math.min(desk.view.at + 1, places.length);
    const change = { layer, unit, signal: target.value, how: how.value, amount: Number(amount.value) };
    const asked = {
      ...desk.text, at: places.bytes[char], length: Number(length.value), temperature: Number(temperature.value),
      seed: Number(seed.value), changes: [change],
    };
    desk.trying(latest.run(async (signal) => show(await ask("steer", asked, { signal }), char)));
  }

  function show({ plain, changed, same, extra_bits }, char) {
    const given = desk.surface.places.chars.slice(Math.max(0, char - 60), char).join("");
    const cost = `What the model wrote by itself costs ${extra_bits.toFixed(2)} bits a byte more with the unit changed.`;
    results.replaceChildren(
      make("h3", {}, "as the model is"),
      sample(given, plain, same),
      make("h3", {}, `with unit ${desk.view.layer}:${desk.view.unit} changed`),
      sample(given, changed, same),
      make("p", { className: "note" }, same >= plain.values.length ? `Both are the same. ${cost}` : cost),
    );
  }

  /** Bytes are coloured, so a character of several takes the colour of its last. */
  function sample(given, { text, values }, same) {
    const pre = make("pre", { className: "sample" }, make("span", { className: "given" }, given));
    const encoder = new TextEncoder();
    let byte = 0;
    for (const char of text) {
      byte += char === "\ufffd" ? 1 : encoder.encode(char).length;
      const span = make("span", {}, char);
      span.style.backgroundColor = background(target.value, values[Math.min(byte, values.length) - 1]);
      if (byte > same) span.className = "differs";
      pre.append(span);
    }
    return pre;
  }
  return { element };
}
