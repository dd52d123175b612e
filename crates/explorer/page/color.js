// Numbers as colours, on light and dark alike: −1 red, 0 nothing, +1 blue.

const MINUS = "224 70 50";
const PLUS = "45 110 240";
const SURPRISE = "235 140 0";

/** Where a signal has its full colour: bits of surprise, a cell's value, or 1. */
const FULL = { surprise: 8, c: 3 };

/** A cell state has no bounds: gives its full colour to `value`. True if it had another. */
export function setFullCell(value) {
  const full = Math.max(1, Math.ceil(value * 10) / 10);
  const isNew = full !== FULL.c;
  FULL.c = full;
  return isNew;
}

/** The background of a value of `signal`. */
export function background(signal, value) {
  if (value === undefined || value === null) return "";
  const strength = value / (FULL[signal] ?? 1);
  if (signal === "surprise") return shade(SURPRISE, strength);
  return strength < 0 ? shade(MINUS, -strength) : shade(PLUS, strength);
}

function shade(rgb, strength) {
  const alpha = Math.min(strength, 1) * 0.78;
  return alpha < 0.02 ? "" : `rgb(${rgb} / ${alpha.toFixed(2)})`;
}

/** The whole scale, for a legend: label, gradient, label. */
export function legend(signal) {
  const full = FULL[signal] ?? 1;
  if (signal === "surprise") {
    return ["0", `linear-gradient(90deg, transparent, rgb(${SURPRISE} / .78))`, `${full} bits`];
  }
  const gradient = `linear-gradient(90deg, rgb(${MINUS} / .78), transparent, rgb(${PLUS} / .78))`;
  return [`−${full}`, gradient, `+${full}`];
}

/** Colours of a chart's diverging scale, which knows no transparency. */
export function diverging() {
  const isDark = matchMedia("(prefers-color-scheme: dark)").matches;
  return ["#e0462f", isDark ? "#1d2126" : "#ffffff", "#2d6ef0"];
}

/** A character for people: what cannot be seen is named. */
export function visible(char) {
  const named = { "\n": "↵", "\t": "⇥", " ": "␣", "\r": "␍", "\0": "␀" };
  return named[char] ?? char;
}

/** A byte for people. */
export function visibleByte(byte) {
  if (byte < 0x80 && (byte > 0x20 || byte === 9 || byte === 10 || byte === 32) && byte !== 0x7f) {
    return visible(String.fromCharCode(byte));
  }
  return `\\x${byte.toString(16).padStart(2, "0")}`;
}
