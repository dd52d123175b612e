// One text counted three ways: in characters, in bytes of UTF-8 (as the program
// counts) and in UTF-16 units (as a text box counts).

export class Places {
  constructor(text) {
    this.text = text;
    this.chars = Array.from(text);
    const count = this.chars.length;
    /** Where each character starts, and the end. */
    this.bytes = new Uint32Array(count + 1);
    this.units = new Uint32Array(count + 1);
    for (let index = 0; index < count; index++) {
      const code = this.chars[index].codePointAt(0);
      const length = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
      this.bytes[index + 1] = this.bytes[index] + length;
      this.units[index + 1] = this.units[index] + (code < 0x10000 ? 1 : 2);
    }
  }

  get length() {
    return this.chars.length;
  }

  get byteLength() {
    return this.bytes[this.chars.length];
  }

  /** The character that holds a byte, or the end. */
  charOfByte(byte) {
    return find(this.bytes, byte);
  }

  /** The character that holds a UTF-16 unit, or the end. */
  charOfUnit(unit) {
    return find(this.units, unit);
  }

  /** Line and column of a character, from 1. */
  lineAndColumn(char) {
    const before = this.chars.slice(0, char);
    const start = before.lastIndexOf("\n") + 1;
    const line = before.reduce((lines, c) => lines + (c === "\n" ? 1 : 0), 1);
    return [line, char - start + 1];
  }
}

/** The last index whose start is at or before `place`. */
function find(starts, place) {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (starts[middle] <= place) low = middle;
    else high = middle - 1;
  }
  return low;
}
