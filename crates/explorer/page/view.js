// What is looked at: one unit of one text at one place. A view is a link; it is
// kept in the part of the address that is never sent.

/** A text longer than this is not put into a link. */
const MOST_LINKED = 4000;

export class View {
  /** The model's name. */
  model = "";
  layer = 0;
  unit = 0;
  signal = "h";
  /** Number of a text of the program, or undefined for one of the user's. */
  file = 0;
  /** The character that is looked at. */
  at = 0;
  panel = "unit";
  /** Which stop of the tour, from 1; 0 is what there is to see. */
  stop = 0;

  /** Takes over what a link says; the text it carries, if it does. */
  read(hash) {
    const link = new URLSearchParams(hash.replace(/^#/, ""));
    this.model = link.get("model") ?? this.model;
    const number = (name, otherwise) => {
      const value = Number.parseInt(link.get(name), 10);
      return Number.isInteger(value) && value >= 0 ? value : otherwise;
    };
    this.layer = number("layer", this.layer);
    this.unit = number("unit", this.unit);
    this.at = number("at", this.at);
    this.stop = number("stop", this.stop);
    this.signal = link.get("signal") ?? this.signal;
    this.panel = link.get("panel") ?? this.panel;
    const text = link.get("text");
    this.file = text === null ? number("file", this.file) : undefined;
    return text === null ? undefined : { name: link.get("name") ?? "text", text };
  }

  /** Writes it to the address without a new entry in the history. */
  write(document_) {
    const link = new URLSearchParams();
    for (const name of ["model", "layer", "unit", "signal", "at", "panel"]) link.set(name, this[name]);
    if (this.panel === "tour") link.set("stop", this.stop);
    if (this.file !== undefined) {
      link.set("file", this.file);
    } else if (document_.text.length <= MOST_LINKED) {
      link.set("name", document_.name);
      link.set("text", document_.text);
    }
    history.replaceState(null, "", `#${link}`);
  }
}
