// What the unit does over the text, as far as the program has said: every
// signal by byte.

export class Trace {
  #columns = new Map();

  constructor(signals, bytes) {
    for (const { letter } of signals) this.#columns.set(letter, new Float32Array(bytes).fill(NaN));
    this.#columns.set("surprise", new Float32Array(bytes).fill(NaN));
  }

  /** Takes over a line of the program; the bytes it is about. */
  take(line) {
    for (const [name, column] of this.#columns) column.set(line[name], line.at);
    return [line.at, line.at + line.surprise.length];
  }

  /** A signal at a byte, if it is known. */
  at(name, byte) {
    const value = this.#columns.get(name)?.[byte];
    return Number.isNaN(value) ? undefined : value;
  }

  /** The strongest value of a signal so far, or 0. */
  strongest(name) {
    return this.#columns.get(name)?.reduce((most, value) => Math.max(most, Math.abs(value) || 0), 0) ?? 0;
  }

  /** Every signal as a list, for export. */
  lists() {
    const round = (value) => Math.round(value * 1e4) / 1e4;
    return Object.fromEntries([...this.#columns].map(([name, column]) => [name, Array.from(column, round)]));
  }
}
