// The row of choices on top: text, layer, unit, colour; link and export.

import { ask } from "./program.js";

const element = (id) => document.getElementById(id);

/** Fills the choices and keeps them and the view together. */
export function choices(desk, { openFile, openOwn }) {
  const { about, view } = desk;
  const [model, file, layer, unit, signal] = ["model", "file", "layer", "unit", "signal"].map(element);
  model.append(...desk.models.map(({ name, title }) => new Option(title, name)));
  model.parentElement.hidden = desk.models.length < 2;
  file.append(...about.documents.map(({ name }, index) => new Option(name, index)));
  file.append(new Option("my own", "own"));
  layer.append(...Array.from({ length: about.layers }, (_, index) => new Option(index, index)));
  unit.max = about.units - 1;
  signal.append(...about.signals.map(({ letter, name }) => new Option(`${name} ${letter}`, letter)));
  signal.append(new Option("surprise", "surprise"));

  model.addEventListener("change", () => (location.hash = `model=${encodeURIComponent(model.value)}&panel=${view.panel}`));
  file.addEventListener("change", () => {
    if (file.value === "own") openOwn("text", desk.surface.text);
    else openFile(Number(file.value));
  });
  layer.addEventListener("change", () => desk.look({ layer: Number(layer.value) }));
  unit.addEventListener("input", () => {
    const chosen = Number.parseInt(unit.value, 10);
    if (chosen >= 0 && chosen < about.units) desk.look({ unit: chosen });
  });
  unit.addEventListener("change", () => (unit.value = view.unit));
  signal.addEventListener("change", () => {
    view.signal = signal.value;
    desk.repaint();
    desk.look({});
  });
  document.getElementById("choices").addEventListener("submit", (event) => event.preventDefault());

  return {
    /** Shows what is chosen; what a link asks for may not be there. */
    show() {
      view.layer = Math.min(view.layer, about.layers - 1);
      view.unit = Math.min(view.unit, about.units - 1);
      const known = view.signal === "surprise" || about.signals.some(({ letter }) => letter === view.signal);
      if (!known) view.signal = "h";
      file.value = view.file === undefined ? "own" : view.file;
      model.value = view.model;
      layer.value = view.layer;
      if (document.activeElement !== unit) unit.value = view.unit;
      if (signal.value !== view.signal) {
        signal.value = view.signal;
      }
      desk.repaint?.();
    },
  };
}

/** Link, SVG and JSON. */
export function exports_(desk, trace) {
  const title = () => `${desk.about.model} ${desk.view.layer}-${desk.view.unit}`.replaceAll(" ", "-");
  element("link").addEventListener("click", () =>
    desk.trying(navigator.clipboard.writeText(location.href).then(() => desk.say("The link is copied."))),
  );
  element("svg").addEventListener("click", () => {
    const { bytes, length } = desk.surface.places;
    let [from, to] = desk.surface.selection;
    if (from === to) [from, to] = [0, Math.min(length, 4000)];
    const { layer, unit } = desk.view;
    const signal = desk.view.signal === "surprise" ? "h" : desk.view.signal;
    const asked = { ...desk.text, layer, unit, signal, from: bytes[from], to: bytes[to] };
    desk.trying(ask("picture", asked).then(({ svg }) => save(`${title()}.svg`, "image/svg+xml", svg)));
  });
  element("json").addEventListener("click", () => {
    const { model, language } = desk.about;
    const { layer, unit } = desk.view;
    const all = { model, language, layer, unit, ...desk.text, signals: trace().lists() };
    save(`${title()}.json`, "application/json", JSON.stringify(all));
  });
}

/** Reads a file of the user's as text, the start of a large one. */
export async function readFile(file, most) {
  const bytes = await file.slice(0, most).arrayBuffer();
  let text;
  try {
    // A character that is cut at the end is left out.
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: true });
  } catch {
    throw new Error(`${file.name} is not UTF-8 text.`);
  }
  if (text.includes("\0")) throw new Error(`${file.name} is not text.`);
  const size = file.size < 1e6 ? `${(file.size / 1e3).toFixed(0)} KB` : `${(file.size / 1e6).toFixed(1)} MB`;
  const note = file.size > most ? `${file.name} has ${size}; the first ${most >> 10} KB are shown.` : "";
  return { text: text.replaceAll("\r\n", "\n"), note };
}

function save(name, type, content) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([content], { type }));
  link.download = name;
  link.click();
  // The browser has taken it over by the next turn.
  setTimeout(() => URL.revokeObjectURL(link.href), 0);
}
