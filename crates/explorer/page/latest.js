// One question at a time.

/** Runs one question at a time: a new one ends the one before it. */
export class Latest {
  #controller;

  /** Runs `work(signal)`; true if it was not overtaken. Other errors go on. */
  async run(work) {
    this.#controller?.abort();
    const controller = new AbortController();
    this.#controller = controller;
    try {
      await work(controller.signal);
      return !controller.signal.aborted;
    } catch (error) {
      if (controller.signal.aborted) return false;
      throw error;
    }
  }

  stop() {
    this.#controller?.abort();
  }
}
