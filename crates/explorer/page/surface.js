// A text box that is coloured character by character: a box to type in, and
// behind it the same text, invisible, with backgrounds.

import { background } from "./color.js";
import { Places } from "./places.js";

export class Surface {
  #element;
  #paint;
  /** What colours each character. A live list of elements is counted anew after every change. */
  #spans = [];
  #box;
  #at;

  /** `changed()` is called when the user edits, `pointed(char)` when one is looked at. */
  constructor(element, { changed, pointed }) {
    this.#element = element;
    this.#paint = element.querySelector(".paint");
    this.#box = element.querySelector("textarea");
    this.places = new Places("");
    this.#box.addEventListener("input", () => {
      this.#lay(this.#box.value);
      changed();
    });
    element.addEventListener("pointermove", (event) => {
      const char = this.#charUnder(event);
      if (char !== undefined) pointed(char);
    });
    const caret = () => {
      if (document.activeElement === this.#box) pointed(this.caret === 0 ? 0 : this.caret - 1, true);
    };
    document.addEventListener("selectionchange", caret);
    this.#box.addEventListener("keyup", caret);
    this.#box.addEventListener("pointerup", caret);
  }

  get text() {
    return this.places.text;
  }

  set text(text) {
    this.#box.value = text;
    // A text box turns CRLF and CR into LF.
    this.#lay(this.#box.value);
  }

  /** The character behind the cursor. */
  get caret() {
    return this.places.charOfUnit(this.#box.selectionEnd);
  }

  /** First character selected and the one behind the last. */
  get selection() {
    const { selectionStart, selectionEnd } = this.#box;
    return [this.places.charOfUnit(selectionStart), this.places.charOfUnit(selectionEnd)];
  }

  /** Selects characters and brings them into view. */
  select(from, to) {
    this.#box.focus({ preventScroll: true });
    this.#box.setSelectionRange(this.places.units[from], this.places.units[to]);
    this.show(from);
  }

  /** Scrolls the box, and nothing else, until a character is in view. */
  show(char) {
    const span = this.#spans[Math.min(char, this.places.length - 1)];
    if (!span) return;
    const top = span.offsetTop - this.#element.scrollTop;
    const height = this.#element.clientHeight;
    if (top < 0 || top > height - 30) this.#element.scrollTop = span.offsetTop - height / 3;
  }

  /** Puts the cursor before a character without taking the keyboard. */
  place(char) {
    const unit = this.places.units[Math.min(char, this.places.length)];
    this.#box.setSelectionRange(unit, unit);
  }

  /** Colours characters `from` to `to` by what `value(char)` says. */
  color(signal, from, to, value) {
    for (let char = from; char < to; char++) {
      const wanted = background(signal, value(char));
      const style = this.#spans[char].style;
      if (style.backgroundColor !== wanted) style.backgroundColor = wanted;
    }
  }

  /** Frames the character that is spoken of. */
  mark(char) {
    this.#at?.classList.remove("at");
    this.#at = this.#spans[char];
    this.#at?.classList.add("at");
  }

  #lay(text) {
    this.#at?.classList.remove("at");
    this.#at = undefined;
    this.places = new Places(text);
    const { chars } = this.places;
    const spans = this.#spans;
    for (const span of spans.splice(chars.length)) span.remove();
    const added = document.createDocumentFragment();
    chars.forEach((char, index) => {
      // One at the end, so that the last line has its height.
      const shown = char === "\n" && index === chars.length - 1 ? "\n\u200b" : char;
      if (index < spans.length) {
        if (spans[index].textContent !== shown) spans[index].textContent = shown;
        return;
      }
      const span = document.createElement("span");
      span.textContent = shown;
      span.char = index;
      spans.push(span);
      added.append(span);
    });
    this.#paint.append(added);
  }

  #charUnder(event) {
    const under = document.elementsFromPoint(event.clientX, event.clientY);
    return under.find((element) => element.parentNode === this.#paint)?.char;
  }
}
