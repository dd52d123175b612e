// Tells the server where the cursor has come to rest, so that it has read the text before
// that place when something is typed there.

import * as vscode from "vscode";
import type { Connection } from "./connection.ts";

/** Time without a move. */
const REST_MS = 50;

export class CursorWatch implements vscode.Disposable {
  readonly #connection: Connection;
  readonly #subscriptions: vscode.Disposable[];
  #rest: NodeJS.Timeout | undefined;
  /** The text at the last move: typing moves the cursor too, and asks by itself. */
  #seen: { document: vscode.TextDocument; version: number } | undefined;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#subscriptions = [
      vscode.window.onDidChangeTextEditorSelection(({ textEditor }) => this.#moved(textEditor)),
      vscode.window.onDidChangeActiveTextEditor((editor) => editor && this.#moved(editor)),
    ];
  }

  dispose(): void {
    clearTimeout(this.#rest);
    this.#subscriptions.forEach((subscription) => subscription.dispose());
  }

  #moved(editor: vscode.TextEditor): void {
    clearTimeout(this.#rest);
    const { document } = editor;
    const typed = this.#seen?.document === document && this.#seen.version !== document.version;
    this.#seen = { document, version: document.version };
    if (!typed && editor.selections.length === 1) {
      this.#rest = setTimeout(() => this.#tell(editor), REST_MS);
    }
  }

  #tell(editor: vscode.TextEditor): void {
    if (editor === vscode.window.activeTextEditor) {
      this.#connection.cursorMoved(editor.document, editor.selection.active);
    }
  }
}
