// The item in the status bar: always about the active editor.

import * as vscode from "vscode";
import type { Connection } from "./connection.ts";
import { isEnabled, isLanguageEnabled } from "./settings.ts";
import { show } from "./status.ts";
import type { Situation } from "./status.ts";

/** Latency is asked for this long after the last edit, when no request for ghost text is under way. */
const PAUSE_MS = 400;

export class StatusBar implements vscode.Disposable {
  readonly #connection: Connection;
  readonly #item: vscode.StatusBarItem;
  readonly #subscriptions: vscode.Disposable[];
  #pause: NodeJS.Timeout | undefined;
  /** Counts updates, so that an answer that was overtaken is dropped. */
  #update = 0;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#item = vscode.window.createStatusBarItem("lstm-ls", vscode.StatusBarAlignment.Right, 100);
    this.#item.name = "lstm-ls";
    this.#item.command = "lstm-ls.menu";
    this.#subscriptions = [
      connection.onDidChange(() => this.update()),
      vscode.window.onDidChangeActiveTextEditor(() => this.update()),
      vscode.workspace.onDidChangeConfiguration(() => this.update()),
      vscode.workspace.onDidChangeTextDocument(({ document }) => {
        if (document === vscode.window.activeTextEditor?.document) {
          clearTimeout(this.#pause);
          this.#pause = setTimeout(() => this.update(), PAUSE_MS);
        }
      }),
    ];
    this.#item.show();
    this.update();
  }

  /** Shows how things stand now. */
  update(): void {
    void this.#refresh();
  }

  dispose(): void {
    clearTimeout(this.#pause);
    vscode.Disposable.from(...this.#subscriptions, this.#item).dispose();
  }

  async #refresh(): Promise<void> {
    this.#update += 1;
    const update = this.#update;
    const situation = await currentSituation(this.#connection);
    if (update !== this.#update) {
      return;
    }
    const shown = show(situation);
    this.#item.text = shown.text;
    this.#item.tooltip = shown.tooltip.join("\n");
    this.#item.accessibilityInformation = { label: shown.tooltip[0] ?? "lstm-ls" };
    this.#item.backgroundColor = shown.warning
      ? new vscode.ThemeColor("statusBarItem.warningBackground")
      : undefined;
  }
}

/** How things stand for the active editor. */
export async function currentSituation(connection: Connection): Promise<Situation> {
  const document = vscode.window.activeTextEditor?.document;
  const status = await connection.status(document?.uri).catch(() => undefined);
  return {
    connected: connection.connected,
    enabled: isEnabled(),
    language: document?.languageId,
    languageEnabled: document === undefined || isLanguageEnabled(document.languageId),
    server: connection.server,
    status,
  };
}
