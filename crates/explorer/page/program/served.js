// What computes: the program that served this page. Every answer is lines of JSON as
// they come.

/** What the program wants to hear with every question. It stands in the page's address. */
const token = new URLSearchParams(location.search).get("token") ?? "";

const headers = { Authorization: `Bearer ${token}` };

/** The name of the model that is asked. */
let model = "";

/** The models there are: `name` and `title` of each. */
export async function models() {
  return (await answered("models")).json();
}

/** Asks the model called `name` from now on; what there is to say of it. */
export async function open(name) {
  const about = await (await answered(`about?model=${encodeURIComponent(name)}`)).json();
  model = name;
  return about;
}

/**
 * Asks `view`, gives every line to `each`, and returns the last one.
 * `signal` ends it; an error is thrown with the program's own words.
 */
export async function ask(view, question, { signal, each } = {}) {
  const response = await answered(`${view}?model=${encodeURIComponent(model)}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(question),
    signal,
  });
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

/** A program that many pages ask keeps nothing that one of them brings. */
export const remember = undefined;

/** The answer to a request, if it is one; else throws the program's own words. */
async function answered(path, request = {}) {
  const asked = fetch(`api/${path}`, { ...request, headers: { ...headers, ...request.headers } });
  const response = await asked.catch((error) => {
    if (error.name === "AbortError") throw error;
    throw new Error("The program does not answer; is it still running?");
  });
  if (response.ok) return response;
  const problem = await response.json().catch(() => ({}));
  throw new Error(problem.error ?? `the program answered ${response.status}`);
}
