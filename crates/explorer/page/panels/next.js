// What the model expects behind the cursor.

import { Latest } from "../latest.js";
import { ask } from "../program.js";
import { visibleByte } from "../color.js";
import { figure, make } from "./dom.js";

const SHOWN = 20;

export function nextPanel(desk) {
  const what = make("p", { className: "note" });
  const bars = figure("Probabilities of the next byte");
  const element = make("div", {}, what, bars.element);
  const latest = new Latest();

  async function refresh() {
    const { places } = desk.surface;
    const char = Math.min(desk.view.at + 1, places.length);
    await latest.run(async (signal) => {
      const question = { ...desk.text, at: places.bytes[char] };
      const { probabilities } = await ask("next", question, { signal });
      const bytes = probabilities.map((probability, byte) => ({ byte, probability, name: visibleByte(byte) }));
      bytes.sort((a, b) => b.probability - a.probability);
      const entropy = probabilities.reduce((sum, p) => (p > 0 ? sum - p * Math.log2(p) : sum), 0);
      const [line, column] = places.lineAndColumn(char);
      const followed = char < places.length ? `; what follows is ${JSON.stringify(places.chars[char])}` : "";
      what.textContent = `Behind line ${line}, column ${column}: ${entropy.toFixed(2)} bits of uncertainty${followed}.`;
      const { Plot } = globalThis;
      const top = bytes.slice(0, SHOWN);
      bars.draw({
        height: 40 + SHOWN * 19,
        marginLeft: 46,
        marginRight: 56,
        x: { label: "probability", percent: true, grid: true },
        y: { label: null, domain: top.map((byte) => byte.name) },
        marks: [
          Plot.barX(top, { x: "probability", y: "name", fill: "#4f8cf0" }),
          Plot.text(top, {
            x: "probability",
            y: "name",
            text: (byte) => `${(byte.probability * 100).toFixed(1)} %`,
            textAnchor: "start",
            dx: 4,
          }),
        ],
      });
    });
  }
  return { element, refresh, settled: refresh };
}
