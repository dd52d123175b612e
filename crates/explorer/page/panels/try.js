// A box to type in, with ghost text from the completer that editors use, the ways to go
// on beside it, and a row of keys for a phone.

import { Latest } from "../latest.js";
import { ask, remember } from "../program.js";
import { make } from "./dom.js";
import { folder } from "./folder.js";
import { keys } from "./keys.js";

/** Characters of a way to go on that a chip shows. */
const SHOWN = 28;

export function tryPanel(desk) {
  if (!desk.about.completes) {
    return { element: make("p", { className: "note" }, "This model cannot complete: completion runs the cell lstm alone.") };
  }
  const paint = make("pre", { className: "paint", ariaHidden: "true" });
  const box = make("textarea", {
    id: "try", wrap: "off", spellcheck: false, autocapitalize: "off", autocomplete: "off", ariaLabel: "Type here; Tab accepts the grey text",
    value: desk.tryText,
  });
  const surface = make("div", { className: "surface" }, make("div", { className: "sheet" }, paint, box));
  const accept = make("button", { type: "button", className: "main", disabled: true }, "Accept (Tab)");
  const word = make("button", { type: "button", disabled: true }, "Accept a word");
  const ways = make("div", { className: "ways", role: "group", ariaLabel: "Ways to go on" });
  const said = make("span", { className: "hidden", role: "status", ariaLive: "polite" });
  const note = make("p", { className: "note" }, "Type. The grey text is what an editor would offer; Tab accepts it, Escape dismisses it.");
  const row = keys({
    type: (text) => insert(text),
    tab: () => ghost !== "" && (insert(ghost), true),
    move(by) {
      const at = Math.max(0, box.selectionEnd + by);
      box.focus();
      box.setSelectionRange(at, at);
      suggest();
    },
  });
  const element = make(
    "div",
    { className: "try" },
    note,
    surface,
    make("div", { className: "offers" }, ways, make("div", { className: "row" }, accept, word), row),
    remember && folder(desk, remember, () => suggest()),
    said,
  );
  const latest = new Latest();
  let ghost = "";

  function show(text) {
    ghost = text;
    const at = box.selectionEnd;
    const span = make("span", { className: "ghost" }, ghost);
    // The last line has its height even when it is empty.
    paint.replaceChildren(box.value.slice(0, at), span, `${box.value.slice(at)}\u200b`);
    accept.disabled = word.disabled = ghost === "";
    said.textContent = ghost === "" ? "" : `Offered: ${ghost}`;
    desk.tryText = box.value;
    // A long ghost text may reach below what is seen; the cursor may not.
    const top = span.offsetTop - surface.scrollTop;
    if (top < 0 || top > surface.clientHeight - 40) surface.scrollTop = span.offsetTop - surface.clientHeight / 2;
  }

  function offer(list) {
    ways.replaceChildren(...list.map(({ text }) => {
      const face = text.trim().replace(/\s+/g, " ");
      const chip = make(
        "button",
        { type: "button", ariaLabel: `Insert ${text}`, onclick: () => insert(text) },
        face.length > SHOWN ? `${face.slice(0, SHOWN)}…` : face,
      );
      return held(chip);
    }));
  }

  function suggest() {
    show("");
    // They stay where they are until there are others, so that nothing jumps.
    for (const chip of ways.children) chip.disabled = true;
    if (box.selectionStart !== box.selectionEnd) return;
    const at = box.selectionEnd;
    const question = { name: desk.text.name, before: box.value.slice(0, at), after: box.value.slice(at) };
    const each = (line) => {
      if (line.ways) offer(line.ways);
      else show(line.text ?? "");
    };
    desk.trying(latest.run((signal) => ask("ghost", question, { signal, each })));
  }

  function insert(text) {
    if (text === "") return;
    box.focus({ preventScroll: true });
    box.setRangeText(text, box.selectionEnd, box.selectionEnd, "end");
    suggest();
  }

  /** On a phone, touching a button must not move the focus and close the keyboard. */
  function held(button) {
    button.addEventListener("pointerdown", (event) => event.preventDefault());
    return button;
  }

  box.addEventListener("input", suggest);
  box.addEventListener("keydown", (event) => {
    if (event.key === "Tab" && ghost !== "" && !event.shiftKey) {
      event.preventDefault();
      insert(ghost);
    } else if (event.key === "Escape") {
      latest.stop();
      show("");
      offer([]);
    }
  });
  box.addEventListener("keyup", (event) => {
    if (event.key.startsWith("Arrow") || event.key === "Home" || event.key === "End") suggest();
  });
  box.addEventListener("pointerup", suggest);
  [accept, word].forEach(held);
  accept.addEventListener("click", () => insert(ghost));
  word.addEventListener("click", () => insert(/^\s*(\w+|[^\w\s]+)?/.exec(ghost)?.[0] || ghost));

  return {
    element,
    refresh() {
      box.setSelectionRange(box.value.length, box.value.length);
      suggest();
    },
  };
}
