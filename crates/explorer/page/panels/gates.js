// How often each unit's gates stand open or shut: the saturation scatter.

import { Latest } from "../latest.js";
import { ask } from "../program.js";
import { choice, figure, make, progress } from "./dom.js";

/** Characters that are read; more change the shares by little. */
const READ = 8192;

export function gatesPanel(desk) {
  const gates = desk.about.signals.filter((signal) => signal.gate);
  const options = gates.map(({ letter, name }) => [letter, name]);
  const [label, select] = choice("Gate", options, { onchange: () => draw() });
  const bar = progress();
  const scatter = figure("How often gates are open and shut");
  const note = make(
    "p",
    { className: "note" },
    "A point a unit: how often the gate is above 0.9 (to the right) and below 0.1 (upwards). A forget gate that is " +
      "always open far to the right keeps its cell. Click a point to look at that unit.",
  );
  const none = make("p", { className: "note" }, "This cell has no gates.");
  const element = gates.length === 0
    ? make("div", {}, none)
    : make("div", {}, make("div", { className: "row" }, label), note, bar.element, scatter.element);
  const latest = new Latest();
  let all = [];

  async function refresh() {
    if (gates.length === 0) return;
    await latest.run((signal) =>
      bar.during(async () => {
        const text = desk.text.text.slice(0, READ);
        const answer = await ask("gates", { ...desk.text, text }, { signal, each: bar.each });
        all = answer.gates;
        draw();
      }),
    );
  }

  function draw() {
    const points = all
      .filter((gate) => gate.gate === select.value)
      .flatMap(({ layer, open, shut }) => open.map((share, unit) => ({ layer, unit, open: share, shut: shut[unit] })));
    const { layer, unit } = desk.view;
    const { Plot } = globalThis;
    const layers = desk.about.layers;
    const chart = scatter.draw({
      height: layers > 1 ? 300 : 360,
      x: { label: "share of steps open", domain: [0, 1], percent: false, ticks: 4 },
      y: { label: "share of steps shut", domain: [0, 1], ticks: 4 },
      fx: { label: "layer" },
      grid: true,
      marks: [
        Plot.frame({ strokeOpacity: 0.25 }),
        Plot.dot(points, { fx: "layer", x: "open", y: "shut", r: 2.5, fill: "#4f8cf0", fillOpacity: 0.55 }),
        Plot.dot(points.filter((point) => point.layer === layer && point.unit === unit), {
          fx: "layer", x: "open", y: "shut", r: 6, stroke: "currentColor", strokeWidth: 2,
        }),
        Plot.tip(points, Plot.pointer({
          fx: "layer", x: "open", y: "shut",
          title: (point) => `layer ${point.layer}, unit ${point.unit}\nopen ${percent(point.open)}, shut ${percent(point.shut)}`,
        })),
      ],
    });
    chart.style.cursor = "pointer";
    chart.addEventListener("click", () => {
      if (chart.value) desk.look({ layer: chart.value.layer, unit: chart.value.unit });
    });
  }
  return { element, refresh, chosen: () => all.length > 0 && draw() };
}

function percent(share) {
  return `${(share * 100).toFixed(0)} %`;
}
