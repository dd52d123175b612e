// A box to type in, with ghost text from the completer that editors use.

import { Latest, ask } from "../api.js";
import { make } from "./dom.js";

export function tryPanel(desk) {
  if (!desk.about.completes) {
    return { element: make("p", { className: "note" }, "This model cannot complete: completion runs the cell lstm alone.") };
  }
  const paint = make("pre", { className: "paint", ariaHidden: "true" });
  const box = make("textarea", {
    id: "try", wrap: "off", spellcheck: false, autocapitalize: "off", autocomplete: "off", ariaLabel: "Type here; Tab accepts the grey text",
    value: desk.tryText,
  });
  const accept = make("button", { type: "button", className: "main", disabled: true }, "Accept (Tab)");
  const word = make("button", { type: "button", disabled: true }, "Accept a word");
  const note = make("p", { className: "note" }, "Type. The grey text is what an editor would offer; Tab accepts it, Escape dismisses it.");
  const element = make(
    "div",
    { className: "try" },
    note,
    make("div", { className: "surface" }, make("div", { className: "sheet" }, paint, box)),
    make("div", { className: "row" }, accept, word),
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
    desk.tryText = box.value;
  }

  function suggest() {
    show("");
    if (box.selectionStart !== box.selectionEnd) return;
    const at = box.selectionEnd;
    const question = { name: desk.text.name, before: box.value.slice(0, at), after: box.value.slice(at) };
    desk.trying(
      latest.run(async (signal) => {
        const { text } = await ask("ghost", question, { signal });
        if (!signal.aborted) show(text ?? "");
      }),
    );
  }

  function insert(text) {
    if (text === "") return;
    box.focus();
    box.setRangeText(text, box.selectionEnd, box.selectionEnd, "end");
    suggest();
  }

  box.addEventListener("input", suggest);
  box.addEventListener("keydown", (event) => {
    if (event.key === "Tab" && ghost !== "" && !event.shiftKey) {
      event.preventDefault();
      insert(ghost);
    } else if (event.key === "Escape") {
      latest.stop();
      show("");
    }
  });
  box.addEventListener("keyup", (event) => {
    if (event.key.startsWith("Arrow") || event.key === "Home" || event.key === "End") suggest();
  });
  box.addEventListener("pointerup", suggest);
  // On a phone, touching the button must not move the focus and close the keyboard.
  for (const button of [accept, word]) button.addEventListener("pointerdown", (event) => event.preventDefault());
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
