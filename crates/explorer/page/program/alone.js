// What computes: a worker of this page. Nothing that is asked leaves the browser.

/** The models of this site: `name`, `title`, `bytes`, and the `file` and `texts` to load. */
const listed = fetch("models.json").then(
  (response) => (response.ok ? response.json() : undefined),
  () => undefined,
);

const worker = new Worker(new URL("worker.js", import.meta.url), { type: "module" });

/** Who waits for an answer, by the number of the question. */
const waiting = new Map();
let questions = 0;

worker.addEventListener("message", ({ data: { id, line, done, error } }) => {
  const who = waiting.get(id);
  if (!who) return;
  if (line !== undefined) {
    who.last = JSON.parse(line);
    who.each?.(who.last);
    return;
  }
  waiting.delete(id);
  if (error !== undefined) who.reject(new Error(error));
  else who.resolve(done ?? who.last);
});
worker.addEventListener("error", () => {
  for (const { reject } of waiting.values()) reject(new Error("The engine cannot be started here."));
  waiting.clear();
});

let keeping;
/** Has the browser keep the model and the page, which it loads once more for that. */
async function keep() {
  if (!("serviceWorker" in navigator)) return;
  await send({ kept: true });
  await navigator.serviceWorker.register(new URL("offline.js", import.meta.url));
  await navigator.serviceWorker.ready;
  document.body.dataset.offline = "ready";
}

/** The models there are: `name` and `title` of each. */
export async function models() {
  const list = await listed;
  if (!list) throw new Error("The site's models.json cannot be read; is there a network?");
  return list;
}

/** Loads the model called `name`; what there is to say of it. `each` hears how far that is. */
export async function open(name, each) {
  const list = await models();
  const model = list.find((known) => known.name === name);
  return send({ open: model, keep: list.map(({ file }) => file) }, { each });
}

/**
 * Asks `view`, gives every line to `each`, and returns the last one.
 * `signal` ends it; an error is thrown with the engine's own words.
 */
export async function ask(view, question, { signal, each } = {}) {
  try {
    return await send({ view, question: JSON.stringify(question) }, { signal, each });
  } finally {
    // The visitor is served first. A page that is not kept needs its server, as any other.
    keeping ??= keep().catch(() => {});
  }
}

/** Remembers files, pairs of path and text, for *Try it*: how many `files` and `bytes` were kept. */
export async function remember(files) {
  return send({ remember: JSON.stringify(files) });
}

function send(message, { signal, each } = {}) {
  const id = questions++;
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    waiting.set(id, { resolve, reject, each });
    signal?.addEventListener("abort", () => {
      if (!waiting.delete(id)) return;
      worker.postMessage({ id, stop: true });
      reject(signal.reason);
    });
    worker.postMessage({ id, ...message });
  });
}
