// All units of a layer at once over a passage; a click looks at one.

import { Latest } from "../latest.js";
import { ask } from "../program.js";
import { diverging } from "../color.js";
import { figure, make } from "./dom.js";

/** Bytes on either side of the place. */
const REACH = 128;

export function layerPanel(desk) {
  const what = make("p", { className: "note" });
  const map = figure("All units of the layer over a passage");
  const element = make("div", {}, what, map.element);
  const latest = new Latest();

  async function refresh() {
    const { places } = desk.surface;
    const { layer, at } = desk.view;
    const signal = desk.view.signal === "surprise" ? "h" : desk.view.signal;
    const from = places.bytes[Math.max(0, at - REACH)];
    const to = places.bytes[Math.min(places.length, at + REACH)];
    const { units } = desk.about;
    await latest.run(async (abort) => {
      const columns = [];
      const question = { ...desk.text, layer, signal, from, to };
      const each = (line) => line.values && columns.push(line.values);
      await ask("layer", question, { signal: abort, each });
      what.textContent =
        `${desk.name(signal)} of all ${units} units of layer ${layer} (rows) over ${columns.length} bytes around the ` +
        `cursor (columns)${signal === "c" ? ", each by its own strongest" : ""}. Click a row to look at that unit.`;
      if (columns.length > 0) draw(columns, units, from);
    });
  }

  function draw(columns, units, from) {
    const { Plot } = globalThis;
    const width = columns.length;
    const values = new Float32Array(width * units);
    columns.forEach((column, x) => column.forEach((value, unit) => (values[unit * width + x] = value / 127)));
    const { places } = desk.surface;
    const chart = map.draw({
      height: Math.min(760, Math.max(200, units * 1.4)),
      marginLeft: 40,
      x: { label: "byte", domain: [0, width], tickFormat: (x) => `${from + x}` },
      y: { label: "unit", domain: [0, units], reverse: false },
      color: { domain: [-1, 0, 1], range: diverging(), type: "linear" },
      marks: [
        Plot.raster(values, { width, height: units, x1: 0, y1: 0, x2: width, y2: units, interpolate: "none", imageRendering: "pixelated" }),
        Plot.ruleY([desk.view.unit + 0.5], { stroke: "currentColor", strokeOpacity: 0.5 }),
        Plot.ruleX([places.bytes[desk.view.at] - from + 0.5], { stroke: "currentColor", strokeOpacity: 0.5 }),
      ],
    });
    const unitUnder = (event) => {
      const box = chart.getBoundingClientRect();
      const scale = chart.viewBox.baseVal.height / box.height;
      const unit = Math.floor(chart.scale("y").invert((event.clientY - box.top) * scale));
      return unit >= 0 && unit < units ? unit : undefined;
    };
    chart.style.cursor = "pointer";
    chart.addEventListener("pointermove", (event) => {
      const unit = unitUnder(event);
      chart.setAttribute("aria-label", unit === undefined ? "" : `unit ${unit}`);
    });
    chart.addEventListener("click", (event) => {
      const unit = unitUnder(event);
      if (unit !== undefined) desk.look({ unit });
    });
  }
  return { element, refresh, settled: refresh };
}
