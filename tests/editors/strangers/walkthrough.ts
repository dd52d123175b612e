// A page of a stranger in the user's browser, and every listener of the product: an LSP
// server on TCP and the page of `lstm-ls explore`. The page tries all that a page can, also
// under a name that leads to this machine. It must read nothing and change nothing. A
// daemon's socket is a file, which no page can reach.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { connect } from "node:net";
import { join } from "node:path";
import { ARGUMENTS, driver, variable, waitFor } from "../browser.ts";

const home = variable("LSTM_LS_TEST_HOME");
const server = variable("LSTM_LS_SERVER");
const environment = { ...process.env, XDG_STATE_HOME: join(home, "state") };

/** Stands in the user's text, and nowhere on the page of the stranger. */
const SECRET = "swordfish_of_the_user";
/** The name of a document that the stranger opens. */
const EVIL = "file:///evil.rs";

writeFileSync(join(home, "secret.rs"), `fn ${SECRET}() {}\n`.repeat(50));

const programs: ChildProcess[] = [];
const tcp = /on ([\d.:]+),/.exec(await start(["serve", "--tcp", "127.0.0.1:0"], /with the token/))![1]!;
const printed = (await start(["explore", "--port", "0", "secret.rs"], /http:/)).trim();
const explorer = new URL(printed);
const token = readFileSync(join(home, "state/lstm-ls/tcp-token"), "utf8").trim();

const stranger = createServer((_, response) => {
  response.setHeader("Content-Type", "text/html");
  response.end("<!doctype html><title>a stranger</title><iframe name=frame></iframe>");
});
await new Promise<void>((listening) => stranger.listen(0, "127.0.0.1", listening));
const { port } = stranger.address() as AddressInfo;

const browser = await driver(variable("LSTM_LS_VSCODE")).launch({
  executablePath: variable("LSTM_LS_CHROMIUM"),
  args: [...ARGUMENTS, "--host-resolver-rules=MAP *.example 127.0.0.1"],
});
/** What the stranger got to see, as far as it is not its own. */
const seen: string[] = [];
try {
  for (const origin of [`http://127.0.0.1:${port}/`, `http://evil.example:${port}/`]) {
    const page = await browser.newPage();
    await page.goto(origin);
    // What is tried does show something where there is something to be seen.
    const own: string[] = await page.evaluate(tries, { target: origin, body: lsp() });
    assert.ok(own.filter((what) => what.includes("a stranger")).length > 10, own.join("\n"));
    for (const target of [`http://${tcp}/`, `${explorer.origin}/`]) {
      step(`${origin} tries ${target}`);
      for (const name of ["127.0.0.1", "localhost", "rebound.example"]) {
        await attack(page, target.replace("127.0.0.1", name));
      }
    }
    await page.close();
  }
  await rebound(explorer.port);
  await rebound(tcp.split(":")[1]!);
  step("nothing was read");
  assert.deepEqual(seen, []);
  await nothingChanged();
} finally {
  await browser.close();
  stranger.close();
  programs.forEach((program) => program.kill());
}

/** Starts `lstm-ls` and waits until it says where it listens. */
async function start(words: string[], says: RegExp): Promise<string> {
  const program = spawn(server, words, {
    cwd: home,
    env: environment,
    stdio: ["ignore", "pipe", "inherit"],
  });
  programs.push(program);
  let said = "";
  program.stdout.on("data", (text) => (said += text));
  return waitFor("a listener", async () => (says.test(said) && said.endsWith("\n") ? said : undefined));
}

/** Messages that open a document, in the text of another protocol. */
function lsp(): string {
  const frame = (message: object) => {
    const body = JSON.stringify({ jsonrpc: "2.0", ...message });
    return `Content-Length: ${body.length}\r\n\r\n${body}`;
  };
  const textDocument = { uri: EVIL, languageId: "rust", version: 1, text: "evil" };
  return [
    frame({ id: 1, method: "initialize", params: { capabilities: {} } }),
    frame({ method: "textDocument/didOpen", params: { textDocument } }),
    frame({ id: 2, method: "lstm-ls/status", params: {} }),
  ].join("");
}

/** All that a page can do to `target`; notes what it got to see. */
async function attack(page: any, target: string): Promise<void> {
  const got: string[] = await page.evaluate(tries, { target, body: lsp() });
  seen.push(...got.map((what) => `${target}: ${what}`));
}

/** Runs within the page. */
async function tries({ target, body }: { target: string; body: string }): Promise<string[]> {
  const got: string[] = [];
  const note = (how: string, what: unknown) => {
    if (what !== undefined && what !== "") got.push(`${how}: ${what}`);
  };
  const within = <T>(work: Promise<T>) =>
    Promise.race([work, new Promise<undefined>((done) => setTimeout(done, 3000))]);
  const paths = ["", "api/about", "api/unit", "main.js"];
  for (const path of paths) {
    for (const init of [
      {},
      { mode: "no-cors" },
      { mode: "no-cors", method: "POST", body },
      { method: "POST", body },
      { method: "POST", body: "{}", headers: { "Content-Type": "application/json", Authorization: "Bearer guessed" } },
    ] as RequestInit[]) {
      const answer = fetch(target + path, init).then((response) => response.text());
      note(`fetch ${path} ${JSON.stringify(init).slice(0, 60)}`, await within(answer.catch(() => undefined)));
    }
  }
  navigator.sendBeacon(target, body);
  const socket = new WebSocket(target.replace("http", "ws"));
  const opened = new Promise<string | undefined>((done) => {
    socket.onopen = () => done("open");
    socket.onmessage = ({ data }) => done(String(data));
    socket.onerror = () => done(undefined);
  });
  note("WebSocket", await within(opened));
  for (const [kind, path] of [["script", "main.js"], ["img", "icon.svg"], ["script", "api/about"]] as const) {
    const element = document.createElement(kind) as HTMLScriptElement;
    const loaded = new Promise<string | undefined>((done) => {
      element.onload = () => done("loaded");
      element.onerror = () => done(undefined);
    });
    element.src = target + path;
    document.body.append(element);
    note(`${kind} ${path}`, await within(loaded));
  }
  const form = document.createElement("form");
  Object.assign(form, { method: "post", enctype: "text/plain", action: target, target: "frame" });
  const field = document.createElement("textarea");
  Object.assign(field, { name: "a", value: body });
  form.append(field);
  document.body.append(form);
  const frame = document.querySelector("iframe")!;
  const sent = new Promise<void>((done) => (frame.onload = () => done()));
  form.submit();
  await within(sent);
  let text: string | undefined;
  try {
    text = frame.contentDocument?.body?.innerText;
  } catch {
    text = undefined;
  }
  note("form", text);
  return got;
}

/** A page whose own name leads to this machine, so that the browser thinks it is its own. */
async function rebound(port_: string): Promise<void> {
  step(`a name that leads to port ${port_} of this machine`);
  const page = await browser.newPage();
  const answer = await page.goto(`http://rebound.example:${port_}/`).catch(() => undefined);
  if (answer !== undefined) {
    assert.equal(answer.status(), 403);
    const statuses = await page.evaluate(async () => {
      const ask = (path: string, init: RequestInit) =>
        fetch(path, { headers: { Authorization: "Bearer guessed", "Content-Type": "application/json" }, ...init });
      const answers = [await ask("/api/about", {}), await ask("/api/unit", { method: "POST", body: "{}" })];
      return Promise.all(answers.map(async (one) => `${one.status} ${await one.text()}`));
    });
    for (const status of statuses) {
      assert.match(status, /^403 /);
      assert.ok(!status.includes(SECRET));
    }
  }
  await page.close();
}

/** The user has all to itself that the stranger tried to get at. */
async function nothingChanged(): Promise<void> {
  step("nothing was changed: the user is alone, and the stranger's document is not there");
  const [host, number] = tcp.split(":");
  const stream = connect(Number(number), host);
  let said = "";
  stream.on("data", (text) => (said += text));
  const ask = async (id: number, method: string, params: object) => {
    const body = JSON.stringify({ jsonrpc: "2.0", id, method, params });
    stream.write(`Content-Length: ${body.length}\r\n\r\n${body}`);
    return waitFor(`the answer to ${method}`, async () =>
      said.split(/Content-Length: \d+\r\n\r\n/).find((one) => one.includes(`"id":${id}`) && one.endsWith("}")),
    );
  };
  await ask(71, "initialize", { capabilities: {}, initializationOptions: { token } });
  assert.equal(JSON.parse(await ask(72, "lstm-ls/status", {})).result.clients, 1);
  const document = await ask(73, "lstm-ls/document", { textDocument: { uri: EVIL } });
  assert.match(document, /not an open document/);
  stream.destroy();
  const headers = { Authorization: `Bearer ${explorer.searchParams.get("token")}` };
  const about = await fetch(new URL("/api/about", explorer), { headers });
  assert.ok((await about.text()).includes(SECRET));
}

function step(what: string): void {
  console.log(`- ${what}`);
}
