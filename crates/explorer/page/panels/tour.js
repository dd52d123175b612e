// A tour in ten stops through what the post "Exploring LSTMs" claims, each shown on a
// network of ours. A stop is a link; the numbers in its text are tested.

import { make } from "./dom.js";
import { unitPanel } from "./unit.js";

/** All stops, once they are read. */
let known;

export function tourPanel(desk) {
  const element = make("div", { className: "tour" });
  let shown;

  async function refresh() {
    known ??= await fetch("tour.json").then((response) => response.json());
    const stops = known.filter(({ model }) => desk.models.some(({ name }) => name === model));
    if (stops.length === 0) {
      const note = "The tour is through models that are not here; `lstm-ls explore` has them where no model is named.";
      element.replaceChildren(make("p", { className: "note" }, note));
      return;
    }
    const number = desk.view.stop;
    const stop = stops[number - 1];
    element.replaceChildren(...(stop ? body(stops, number) : contents(stops)));
    if (stop) shown?.refresh();
  }

  function contents(stops) {
    const note =
      "Ten stops through what the blog post “Exploring LSTMs” found in its networks, each on one of ours. A stop " +
      "says what is claimed, shows it, and says where ours do otherwise.";
    return [make("p", { className: "note" }, note), list(stops, 0), step("Begin", stops, 1)];
  }

  function list(stops, current) {
    const item = (stop, index) =>
      make("li", {}, make("a", { href: link(stop, index + 1), ariaCurrent: index + 1 === current ? "step" : "false" }, stop.title));
    return make("ol", {}, ...stops.map(item));
  }

  function body(stops, number) {
    const stop = stops[number - 1];
    shown = unitPanel(desk);
    return [
      make("h2", {}, `${number}. ${stop.title}`),
      make("p", {}, stop.claim),
      make("p", {}, make("strong", {}, "Ours. "), stop.ours),
      make(
        "nav",
        { className: "row", ariaLabel: "Stops" },
        number > 1 ? step("Back", stops, number - 1, "button") : undefined,
        number < stops.length ? step("Next stop", stops, number + 1) : undefined,
        stop.view && make("a", { className: "button", href: link(stop, number, stop.view) }, "Do it"),
        make("a", { className: "button", href: "#panel=tour&stop=0" }, "All stops"),
      ),
      shown.element,
    ];
  }

  function step(title, stops, number, className = "button main") {
    return make("a", { className, href: link(stops[number - 1], number) }, title);
  }

  return { element, refresh: () => desk.trying(refresh()), pointed: () => shown?.pointed() };
}

/** A stop as a link. */
function link({ model, layer, unit, signal, at, name, text }, stop, panel = "tour") {
  return `#${new URLSearchParams({ model, layer, unit, signal, at, name, text, panel, stop })}`;
}
