// The server: found, started, restarted when it dies, asked about its state.
// Everything about one server process is here; what the user sees is not.

import { mkdirSync } from "node:fs";
import { homedir } from "node:os";
import { dirname } from "node:path";
import * as vscode from "vscode";
import {
  CloseAction,
  DidChangeConfigurationNotification,
  ErrorAction,
  LanguageClient,
  State,
} from "vscode-languageclient/node";
import type { ErrorHandler, LanguageClientOptions } from "vscode-languageclient/node";
import { findServer, placesHere, socketPath } from "./findServer.ts";
import { CURSOR_MOVED, STATUS_CHANGED, requestReason, requestStatus } from "./protocol.ts";
import type { Reason } from "./protocol.ts";
import { SECTION, isPopupEnabled, isServerShared, serverPath, serverSettings } from "./settings.ts";
import type { Connected, Status } from "./status.ts";

/** The documents that the server is told of. */
const SERVED = ["file", "untitled", "vscode-notebook-cell"].map((scheme) => ({ scheme }));

/** More deaths than this within `DEATHS_WITHIN_MS`, and it stays dead. */
const MOST_DEATHS = 5;
const DEATHS_WITHIN_MS = 180_000;

export class Connection implements vscode.Disposable {
  readonly log: vscode.LogOutputChannel;
  readonly #extension: string;
  readonly #changed = new vscode.EventEmitter<void>();
  #client: LanguageClient | undefined;
  #server: string | undefined;
  #connected: Connected = "starting";
  /** Starts and stops one after the other, however fast they are asked for. */
  #queue: Promise<void> = Promise.resolve();
  #deaths: number[] = [];

  constructor(extension: string) {
    this.#extension = extension;
    this.log = vscode.window.createOutputChannel("lstm-ls", { log: true });
  }

  /** Fires when the connection or the server's state has changed. */
  get onDidChange(): vscode.Event<void> {
    return this.#changed.event;
  }

  get connected(): Connected {
    return this.#connected;
  }

  /** Path of the server that was found. */
  get server(): string | undefined {
    return this.#server;
  }

  /** Starts the server, or another one in its place. */
  restart(): Promise<void> {
    this.#deaths = [];
    return this.#enqueue(async () => {
      await this.#stop();
      await this.#start();
    });
  }

  /** The server's state for the document `uri`. */
  async status(uri: vscode.Uri | undefined): Promise<Status | undefined> {
    const client = this.#running();
    return client && requestStatus(client, uri?.toString());
  }

  /** Why nothing was shown in the document `uri`. */
  async reason(uri: vscode.Uri): Promise<Reason | undefined> {
    const client = this.#running();
    return client && requestReason(client, uri.toString());
  }

  /** The cursor has come to rest at `position`. */
  cursorMoved(document: vscode.TextDocument, position: vscode.Position): void {
    const client = this.#running();
    if (client && vscode.languages.match(SERVED, document) > 0) {
      const converter = client.code2ProtocolConverter;
      const params = converter.asTextDocumentPositionParams(document, position);
      void client.sendNotification(CURSOR_MOVED, params);
    }
  }

  async dispose(): Promise<void> {
    await this.#enqueue(() => this.#stop());
    this.#changed.dispose();
    this.log.dispose();
  }

  #enqueue(work: () => Promise<void>): Promise<void> {
    this.#queue = this.#queue.then(work, work);
    return this.#queue;
  }

  #running(): LanguageClient | undefined {
    return this.#client?.state === State.Running ? this.#client : undefined;
  }

  #become(connected: Connected): void {
    this.#connected = connected;
    this.#changed.fire();
  }

  async #start(): Promise<void> {
    const folders = vscode.workspace.workspaceFolders ?? [];
    const local = folders.filter(({ uri }) => uri.scheme === "file").map(({ uri }) => uri.fsPath);
    const found = findServer(placesHere(serverPath(), this.#extension, local));
    if ("problem" in found) {
      this.#server = undefined;
      this.log.error(found.problem);
      this.#become("absent");
      void tellAbsent(found.problem, found.setting);
      return;
    }
    this.#server = found.server;
    this.log.info(`starting ${found.server}`);
    const client = new LanguageClient(
      SECTION,
      "lstm-ls",
      { command: found.server, args: serverArguments() },
      this.#options(),
    );
    this.#client = client;
    client.onDidChangeState(({ newState }) => {
      if (newState === State.Running) {
        this.#become("running");
      } else if (newState === State.Starting) {
        this.#become("starting");
      } else if (this.#client === client) {
        this.#become("stopped");
      }
    });
    client.onNotification(STATUS_CHANGED, () => this.#changed.fire());
    try {
      await client.start();
    } catch (error) {
      this.log.error(`${found.server} did not start: ${String(error)}`);
      this.#become("stopped");
    }
  }

  async #stop(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    try {
      await client?.dispose();
    } catch (error) {
      // It was dead already.
      this.log.debug(`while stopping: ${String(error)}`);
    }
  }

  #options(): LanguageClientOptions {
    return {
      documentSelector: SERVED,
      initializationOptions: serverSettings(),
      outputChannel: this.log,
      errorHandler: this.#errorHandler(),
      middleware: {
        provideCompletionItem: (document, position, context, token, next) =>
          isPopupEnabled() ? next(document, position, context, token) : null,
        workspace: {
          // The section has settings that are none of the server's business.
          configuration: (params) => params.items.map(() => serverSettings()),
          didChangeConfiguration: () => this.#tellSettings(),
        },
      },
    };
  }

  async #tellSettings(): Promise<void> {
    await this.#running()?.sendNotification(DidChangeConfigurationNotification.type, {
      settings: { [SECTION]: serverSettings() },
    });
    this.#changed.fire();
  }

  #errorHandler(): ErrorHandler {
    return {
      error: () => ({ action: ErrorAction.Continue, handled: true }),
      closed: () => {
        const now = Date.now();
        this.#deaths = [...this.#deaths, now].filter((then) => now - then < DEATHS_WITHIN_MS);
        if (this.#deaths.length < MOST_DEATHS) {
          this.log.warn("the server went away; starting it again");
          return { action: CloseAction.Restart, handled: true };
        }
        this.log.error(`the server went away ${MOST_DEATHS} times in three minutes`);
        void this.#tellDead();
        return { action: CloseAction.DoNotRestart, handled: true };
      },
    };
  }

  async #tellDead(): Promise<void> {
    const restart = "Restart";
    const log = "Show Log";
    const chosen = await vscode.window.showErrorMessage(
      `lstm-ls: the server went away ${MOST_DEATHS} times in three minutes and is left alone now.`,
      restart,
      log,
    );
    if (chosen === restart) {
      await this.restart();
    } else if (chosen === log) {
      this.log.show();
    }
  }
}

/** A server of its own, or a bridge to the one that all windows share. */
function serverArguments(): string[] {
  if (!isServerShared()) {
    return ["--stdio"];
  }
  const socket = socketPath(process.platform, homedir(), process.env);
  mkdirSync(dirname(socket), { recursive: true, mode: 0o700 });
  return ["connect", socket];
}

async function tellAbsent(problem: string, setting: boolean): Promise<void> {
  const install = "How to Install It";
  const choose = "Set Its Path";
  const advice = setting
    ? "Correct the setting or empty it."
    : "Install it, or set lstm-ls.server.path.";
  const chosen = await vscode.window.showErrorMessage(
    `lstm-ls has no server to start: ${problem} ${advice}`,
    ...(setting ? [choose, install] : [install, choose]),
  );
  if (chosen === install) {
    await vscode.commands.executeCommand("extension.open", "lstm-ls.lstm-ls");
  } else if (chosen === choose) {
    await vscode.commands.executeCommand("workbench.action.openSettings", "lstm-ls.server.path");
  }
}
