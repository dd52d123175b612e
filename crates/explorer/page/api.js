// Asks the program. Every answer is lines of JSON as they come.

/** What the program wants to hear with every question. It stands in the page's address. */
const token = new URLSearchParams(location.search).get("token") ?? "";

const headers = { Authorization: `Bearer ${token}` };

/** What the program says of itself and its texts. */
export async function about() {
  const response = await fetch("/api/about", { headers });
  return checked(response).then((response) => response.json());
}

/** `response`, if it is an answer; else throws the program's own words. */
async function checked(response) {
  if (response.ok) return response;
  const problem = await response.json().catch(() => ({}));
  throw new Error(problem.error ?? `the program answered ${response.status}`);
}

/**
 * Asks `view`, gives every line to `each`, and returns the last one.
 * `signal` ends it; an error is thrown with the program's own words.
 */
export async function ask(view, question, { signal, each } = {}) {
  const response = await fetch(`/api/${view}`, {
    method: "POST",
    headers: { ...headers, "Content-Type": "application/json" },
    body: JSON.stringify(question),
    signal,
  }).then(checked);
  let last;
  const take = (line) => {
    last = JSON.parse(line);
    if (last.error) throw new Error(last.error);
    each?.(last);
  };
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) break;
    const lines = (rest + value).split("\n");
    rest = lines.pop();
    lines.forEach(take);
  }
  if (last === undefined) throw new Error("the program gave no answer");
  return last;
}

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
