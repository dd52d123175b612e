// All signals of the unit around the place that is looked at: side by side as
// coloured text, and as curves.

import { background } from "../color.js";
import { coloredText, figure, make } from "./dom.js";

/** Characters on either side of the place. */
const REACH = 90;

export function unitPanel(desk) {
  const sides = make("div", { className: "sides" });
  const curves = figure("All signals of the unit around the cursor");
  const element = make(
    "div",
    {},
    make("p", { className: "note" }, "Every signal of the unit around the cursor, side by side and as curves."),
    sides,
    curves.element,
  );

  function draw() {
    const { places } = desk.surface;
    const from = Math.max(0, desk.view.at - REACH);
    const to = Math.min(places.length, desk.view.at + REACH);
    const chars = places.chars.slice(from, to);
    const signals = desk.about.signals;
    sides.replaceChildren(
      ...signals.map(({ letter, name }) =>
        make(
          "div",
          {},
          make("h3", {}, `${name} ${letter}`),
          coloredText(chars, (index) => background(letter, desk.value(letter, from + index))),
        ),
      ),
    );
    const points = signals.flatMap(({ letter, name }) =>
      chars.map((char, index) => ({ char, place: from + index, signal: name, value: desk.value(letter, from + index) })),
    );
    const known = points.filter((point) => point.value !== undefined);
    if (known.length === 0) return;
    const { Plot } = globalThis;
    curves.draw({
      height: 240,
      marginLeft: 36,
      x: { label: "character", tickFormat: "d" },
      y: { label: null, grid: true },
      color: { legend: true, domain: signals.map((signal) => signal.name), scheme: "Observable10" },
      marks: [
        Plot.ruleY([0]),
        Plot.ruleX([desk.view.at], { stroke: "currentColor", strokeOpacity: 0.4 }),
        Plot.lineY(known, { x: "place", y: "value", stroke: "signal", strokeWidth: 1.4 }),
        Plot.tip(known, Plot.pointerX({ x: "place", y: "value", stroke: "signal", title: tip })),
      ],
    });
  }
  return { element, refresh: draw, pointed: draw };
}

function tip(point) {
  return `${JSON.stringify(point.char)} ${point.signal} ${point.value.toFixed(3)}`;
}
