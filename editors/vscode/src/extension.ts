// Where VS Code comes in: starts the server and shows how it is doing.

import * as vscode from "vscode";
import { registerCommands } from "./commands.ts";
import { Connection } from "./connection.ts";
import { CursorWatch } from "./cursor.ts";
import { SECTION } from "./settings.ts";
import { StatusBar } from "./statusBar.ts";

let connection: Connection | undefined;

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  connection = new Connection(context.extensionPath);
  const current = connection;
  context.subscriptions.push(
    new StatusBar(current),
    new CursorWatch(current),
    registerCommands(current),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration(`${SECTION}.server`)) {
        void current.restart();
      }
    }),
  );
  await current.restart();
}

/** VS Code waits for it, so that the server can leave in order. */
export async function deactivate(): Promise<void> {
  await connection?.dispose();
}
