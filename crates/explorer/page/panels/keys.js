// A row of keys that code needs and a phone's keyboard hides.

import { make } from "./dom.js";

/** What a key shows, what it types, and what it is called aloud. */
const KEYS = [
  ["{", "{", "opening brace"],
  ["}", "}", "closing brace"],
  ["(", "(", "opening parenthesis"],
  [")", ")", "closing parenthesis"],
  ["[", "[", "opening bracket"],
  ["]", "]", "closing bracket"],
  ["<", "<", "less than"],
  [">", ">", "greater than"],
  ["->", "->", "arrow"],
  ["=>", "=>", "fat arrow"],
  [";", ";", "semicolon"],
  [":", ":", "colon"],
  ["=", "=", "equals"],
  ["_", "_", "underscore"],
  ["\"", "\"", "double quote"],
  ["'", "'", "single quote"],
  ["&", "&", "ampersand"],
  ["|", "|", "bar"],
  ["*", "*", "star"],
  ["/", "/", "slash"],
  ["#", "#", "hash"],
  ["!", "!", "exclamation mark"],
];

/** What a step of indentation is. */
const INDENTATION = "    ";

/**
 * The row. `type(text)` types, `tab()` accepts the grey text and says whether there was
 * any, `move(by)` moves the cursor.
 */
export function keys({ type, tab, move }) {
  const key = (face, name, press) => {
    const button = make("button", { type: "button", ariaLabel: name, onclick: press }, face);
    // Touching it must not move the focus, which would close the phone's keyboard.
    button.addEventListener("pointerdown", (event) => event.preventDefault());
    return button;
  };
  return make(
    "div",
    { className: "keys", role: "group", ariaLabel: "Keys for code" },
    key("Tab", "Tab: accept the grey text, or indent", () => tab() || type(INDENTATION)),
    ...KEYS.map(([face, text, name]) => key(face, name, () => type(text))),
    key("←", "cursor left", () => move(-1)),
    key("→", "cursor right", () => move(1)),
  );
}
