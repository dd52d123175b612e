// The worker that computes: holds one model and answers one page. A question is worked on
// in slices, so that the worker hears in between that it is no longer wanted, or that there
// is another.

import initialize, { Engine } from "./engine/web.js";

/** How long a slice takes. */
const SLICE_MS = 12;

/** Where this site's models are kept, so that each is fetched once. A page that is not secure has none. */
const KEPT = `models ${new URL(".", self.location)}`;

const started = initialize();
let engine;

/** Settles once the model is kept, or cannot be. */
let keeping = Promise.resolve();

/** Questions that are no longer wanted. */
const stopped = new Set();
const answering = new Set();

self.addEventListener("message", ({ data }) => {
  if (data.stop) {
    if (answering.has(data.id)) stopped.add(data.id);
    return;
  }
  answering.add(data.id);
  handle(data)
    .then(
      (done) => self.postMessage({ id: data.id, done }),
      (error) => self.postMessage({ id: data.id, error: told(error) }),
    )
    .finally(() => {
      answering.delete(data.id);
      stopped.delete(data.id);
    });
});

function handle(message) {
  if (message.open) return open(message);
  if (message.kept) return keeping;
  if (message.remember) return started.then(() => JSON.parse(engine.remember(message.remember)));
  return answer(message);
}

async function open({ id, open: model, keep }) {
  const [bytes, texts] = await Promise.all([
    fetched(model, keep, (progress) => self.postMessage({ id, line: JSON.stringify({ progress }) })),
    fetch(model.texts).then((response) => response.text()),
  ]);
  await started;
  const begun = performance.now();
  engine?.free();
  engine = new Engine(new Uint8Array(bytes), texts);
  return { ...JSON.parse(engine.about()), millis: Math.round(performance.now() - begun) };
}

async function answer({ id, view, question }) {
  // Another message may already say that it is not wanted.
  await turn();
  if (stopped.has(id)) return undefined;
  const answer = engine.ask(view, question, { take: (line) => self.postMessage({ id, line }) });
  try {
    while (!stopped.has(id)) {
      const end = performance.now() + SLICE_MS;
      let isDone = false;
      while (!isDone && performance.now() < end) isDone = answer.advance();
      if (isDone) break;
      await turn();
    }
  } finally {
    answer.free();
  }
  return undefined;
}

/** The bytes of a model, from where models are kept if they are there. */
async function fetched(model, keep, progress) {
  const kept = await self.caches?.open(KEPT);
  const known = await kept?.match(model.file);
  if (known) return known.arrayBuffer();
  const response = await fetch(model.file).catch(() => undefined);
  if (!response?.ok) throw new Error(`${model.title} is not here; it is fetched once there is a network.`);
  const bytes = new Uint8Array(model.bytes);
  let length = 0;
  for await (const piece of pieces(response.body)) {
    if (length + piece.length > bytes.length) throw new Error(`${model.file} is longer than it should be.`);
    bytes.set(piece, length);
    length += piece.length;
    progress(length / bytes.length);
  }
  if (length < bytes.length) throw new Error(`${model.file} ended too soon.`);
  // What no model of the site is any more only takes room. That there is none is no trouble.
  const store = async (copy) => {
    for (const request of await kept.keys()) {
      if (!keep.some((file) => new URL(file, self.location).href === request.url)) await kept.delete(request);
    }
    await kept.put(model.file, copy);
  };
  // Who waits for the model does not wait for that.
  if (kept) keeping = store(new Response(bytes)).catch(() => {});
  return bytes.buffer;
}

/** Safari cannot go through a stream by itself. */
async function* pieces(stream) {
  const reader = stream.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    yield value;
  }
}

/** Lets other messages be heard; timers would wait for longer. */
function turn() {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
}

/** The engine's own words are text; all else is a trap of the machine below. */
function told(error) {
  if (typeof error === "string") return error;
  if (error instanceof WebAssembly.RuntimeError) return "Something went wrong in the engine; load the page again.";
  return error.message;
}
