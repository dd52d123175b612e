// The page: what is chosen, the text, and the view beside it. Everything is
// computed by `program.js`: what served the page, or a worker of its own.

import { legend, setFullCell, visible } from "./color.js";
import { choices, exports_, readFile } from "./controls.js";
import { Latest } from "./latest.js";
import { gatesPanel } from "./panels/gates.js";
import { labPanel } from "./panels/lab.js";
import { layerPanel } from "./panels/layer.js";
import { matchesPanel } from "./panels/matches.js";
import { nextPanel } from "./panels/next.js";
import { quizPanel } from "./panels/quiz.js";
import { searchPanel } from "./panels/search.js";
import { steerPanel } from "./panels/steer.js";
import { tourPanel } from "./panels/tour.js";
import { tryPanel } from "./panels/try.js";
import { unitPanel } from "./panels/unit.js";
import { writePanel } from "./panels/write.js";
import { ask, models, open as openModel } from "./program.js";
import { Surface } from "./surface.js";
import { tabs } from "./tabs.js";
import { Trace } from "./trace.js";
import { View } from "./view.js";

/** Bytes of a text that are shown and computed. */
const MOST_SHOWN = 64 << 10;
/** Bytes that are to be there at once; how long they took is written down. */
const FIRST = 2048;
/** Quiet after a key before the text is read again, and after a move. */
const PAUSE_MS = 120;

const ALL_PANELS = [
  ["unit", "Unit", unitPanel],
  ["next", "Next byte", nextPanel],
  ["layer", "Layer", layerPanel],
  ["gates", "Gates", gatesPanel],
  ["search", "Search", searchPanel],
  ["matches", "Matches", matchesPanel],
  ["steer", "Steer", steerPanel],
  ["write", "Write", writePanel],
  ["quiz", "Quiz", quizPanel],
  ["try", "Try it", tryPanel],
  ["lab", "Lab", labPanel],
  ["tour", "Tour", tourPanel],
];

const element = (id) => document.getElementById(id);

/** Settles once charts can be drawn: what draws them is there when the document is. */
const charts = globalThis.Plot
  ? Promise.resolve()
  : new Promise((ready) => document.addEventListener("DOMContentLoaded", ready, { once: true }));

const view = new View();
view.read(location.hash);
const { list, about } = await start().catch((error) => {
  say(error.message, true);
  throw error;
});
/** Few models have a quiz. */
const PANELS = ALL_PANELS.filter(([id]) => id !== "quiz" || about.quiz.length > 0);
const reading = new Latest();
let trace = new Trace(about.signals, 0);
let name = "text";
let panel = {};

/** What panels see of the page. */
const desk = {
  about,
  models: list,
  view,
  /** What stands in the box to try it. */
  tryText: about.example,
  get surface() {
    return surface;
  },
  /** The text as the program wants it. */
  get text() {
    return { name, text: surface.text };
  },
  /** A signal at a character, once that is read. */
  value(letter, char) {
    return trace.at(letter, surface.places.bytes[char + 1] - 1);
  },
  name(letter) {
    return letter === "surprise" ? "surprise" : about.signals.find((signal) => signal.letter === letter).name;
  },
  /** Looks at another unit or signal. */
  look({ layer = view.layer, unit = view.unit, signal = view.signal }) {
    Object.assign(view, { layer, unit, signal });
    controls.show();
    read();
    panel.chosen?.();
    if (panel.refresh && !panel.chosen && !["try", "next", "tour"].includes(view.panel)) panel.refresh();
  },
  /** Shows bytes of a text of the program. */
  show(wanted, index, from, to) {
    if (wanted !== name) {
      const file = about.documents.findIndex((document) => document.name === wanted);
      if (file < 0) return;
      openFile(file);
    }
    const { places } = surface;
    surface.select(places.charOfByte(from), places.charOfByte(to));
    point(places.charOfByte(from));
  },
  say,
  /** Reports what goes wrong with `work`. */
  async trying(work) {
    try {
      await work;
    } catch (error) {
      say(error.message, true);
    }
  },
};

const surface = new Surface(element("surface"), { changed: edited, pointed: point });
const controls = choices(desk, { openFile, openOwn });
exports_(desk, () => trace);
const showPanel = tabs(PANELS.map(([id, title]) => [id, title]), choosePanel);

element("about").textContent =
  `${about.model}, ${about.parameters.toLocaleString("en").replaceAll(",", " ")} weights, ${about.engine}`;
document.title = `Look inside ${about.model}`;
follow();
addEventListener("hashchange", follow);

/** Loads the model that the link is about, or the first there is. */
async function start() {
  const list = await models();
  const known = list.find(({ name }) => name === view.model) ?? list[0];
  view.model = known.name;
  const loading = ({ progress }) => say(`Loading ${known.title}: ${(progress * 100).toFixed(0)} %`);
  const about = await openModel(known.name, loading);
  say("");
  return { list, about };
}

/** Shows what the link in the address says. A page has one model as long as it lives. */
function follow() {
  const { model } = view;
  const linked = view.read(location.hash);
  if (view.model !== model && list.some(({ name }) => name === view.model)) {
    location.reload();
    return;
  }
  view.model = model;
  if (linked) openOwn(linked.name, linked.text, view.at);
  else if (about.documents.length > 0) openFile(Math.min(view.file ?? 0, about.documents.length - 1), view.at);
  else openOwn("text", "", 0);
  charts.then(() => showPanel(PANELS.some(([id]) => id === view.panel) ? view.panel : "unit"));
}

function say(line, bad = false) {
  const status = element("status");
  status.textContent = line;
  status.classList.toggle("bad", bad);
}

function openFile(index, at = 0) {
  view.file = index;
  const { name: title, text } = about.documents[index];
  open(title, text, at);
}

function openOwn(title, text, at = 0) {
  view.file = undefined;
  open(title, text, at);
}

function open(title, text, at) {
  name = title;
  const whole = new TextEncoder().encode(text).length;
  surface.text = whole > MOST_SHOWN ? cut(text) : text;
  view.at = Math.min(at, Math.max(0, surface.places.length - 1));
  surface.place(view.at + 1);
  surface.show(view.at);
  const size = (whole / 1024).toFixed(0);
  say(whole > MOST_SHOWN ? `${title} has ${size} KB; the first ${MOST_SHOWN >> 10} KB are shown.` : "");
  controls.show();
  read();
  panel.refresh?.();
}

/** The start of a text that has `MOST_SHOWN` bytes at most. */
function cut(text) {
  const bytes = new TextEncoder().encode(text).subarray(0, MOST_SHOWN);
  return new TextDecoder().decode(bytes).replace(/\ufffd+$/, "");
}

let pause;
function edited() {
  view.file = undefined;
  clearTimeout(pause);
  pause = setTimeout(() => {
    controls.show();
    read();
    panel.settled?.();
  }, PAUSE_MS);
}

/** Has the program read the text, and colours it as the answer comes. */
function read() {
  const { places } = surface;
  const begun = performance.now();
  trace = new Trace(about.signals, places.byteLength);
  const mine = trace;
  delete document.body.dataset.read;
  desk.trying(
    reading.run(async (signal) => {
      if (places.length === 0) return;
      const each = (line) => {
        if (line.at === undefined || mine !== trace || places !== surface.places) return;
        const [from, to] = mine.take(line);
        paint(places.charOfByte(from), places.charOfByte(to));
        if (from === 0) tell();
        if (to <= FIRST || document.body.dataset.first === undefined) {
          document.body.dataset.first = (performance.now() - begun).toFixed(0);
          document.body.dataset.shown ??= performance.now().toFixed(0);
        }
      };
      await ask("unit", { ...desk.text, layer: view.layer, unit: view.unit }, { signal, each });
      if (setFullCell(trace.strongest("c"))) desk.repaint();
      document.body.dataset.read = `${view.layer}:${view.unit}:${places.byteLength}`;
      document.body.dataset.millis = (performance.now() - begun).toFixed(0);
      tell();
      panel.pointed?.();
    }),
  );
  view.write(desk.text);
}

function paint(from, to) {
  surface.color(view.signal, from, to, (char) => desk.value(view.signal, char));
}

/** Colours all of it anew, by another signal. */
desk.repaint = () => {
  paint(0, surface.places.length);
  const [low, gradient, high] = legend(view.signal);
  element("scale").style.background = gradient;
  element("scale").previousElementSibling.textContent = low;
  element("scale").nextElementSibling.textContent = high;
};
desk.repaint();

let settling;
/** The character that is looked at: under the pointer, or before the cursor. */
function point(char, isCursor = false) {
  if (char >= surface.places.length && surface.places.length > 0) return;
  if (isCursor || view.panel === "unit" || view.panel === "tour") {
    if (view.at === char && !isCursor) return;
    view.at = char;
    requestAnimationFrame(() => panel.pointed?.());
    clearTimeout(settling);
    settling = setTimeout(() => {
      view.write(desk.text);
      if (isCursor) panel.settled?.();
    }, PAUSE_MS);
  }
  tell(char);
}

/** Says what the unit does at a character. */
function tell(char = view.at) {
  const { places } = surface;
  surface.mark(char);
  if (char >= places.length) return;
  const [line, column] = places.lineAndColumn(char);
  const values = about.signals.map(({ letter }) => `${letter} ${number(desk.value(letter, char))}`);
  const surprise = desk.value("surprise", char);
  const bits = surprise === undefined ? "" : `, ${surprise.toFixed(2)} bits of surprise`;
  element("readout").textContent =
    `${visible(places.chars[char])}  line ${line}, column ${column}${bits}\nlayer ${view.layer}, unit ${view.unit}: ${values.join("  ")}`;
}

function number(value) {
  return value === undefined ? "…" : value.toFixed(3).replace("-", "−");
}

function choosePanel(id) {
  panel.left?.();
  view.panel = id;
  document.body.dataset.panel = id;
  panel = PANELS.find(([known]) => known === id)[2](desk);
  element("panel").replaceChildren(panel.element);
  desk.trying(Promise.resolve(panel.refresh?.()));
  view.write(desk.text);
}

element("open").addEventListener("change", async (event) => {
  const file = event.target.files[0];
  event.target.value = "";
  if (file) await desk.trying(readFile(file, MOST_SHOWN).then(({ text, note }) => {
    openOwn(file.name, text);
    if (note) say(note);
  }));
});
