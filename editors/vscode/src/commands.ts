// The commands of the palette and of the menu.

import { execFile } from "node:child_process";
import { promisify } from "node:util";
import * as vscode from "vscode";
import type { Connection } from "./connection.ts";
import { showMenu } from "./menu.ts";
import {
  SECTION,
  eagerness,
  isEnabled,
  isLanguageEnabled,
  setEagerness,
  setEnabled,
  setLanguageEnabled,
  setModel,
} from "./settings.ts";
import { show } from "./status.ts";
import { currentSituation } from "./statusBar.ts";

/** Registers them all. */
export function registerCommands(connection: Connection): vscode.Disposable {
  const commands: Record<string, () => unknown> = {
    menu: () => showMenu(connection),
    toggle: () => setEnabled(!isEnabled()),
    toggleLanguage,
    why: () => why(connection),
    eagerness: chooseEagerness,
    chooseModel,
    statistics: () => statistics(connection),
    settings: () =>
      vscode.commands.executeCommand("workbench.action.openSettings", "@ext:lstm-ls.lstm-ls"),
    restart: () => connection.restart(),
    showLog: () => connection.log.show(),
  };
  const registered = Object.entries(commands).map(([name, run]) =>
    vscode.commands.registerCommand(`${SECTION}.${name}`, run),
  );
  return vscode.Disposable.from(...registered);
}

async function toggleLanguage(): Promise<void> {
  const language = vscode.window.activeTextEditor?.document.languageId;
  if (language === undefined) {
    void vscode.window.showInformationMessage("lstm-ls: open a file of the language first.");
    return;
  }
  await setLanguageEnabled(language, !isLanguageEnabled(language));
}

async function why(connection: Connection): Promise<void> {
  const situation = await currentSituation(connection);
  let message = show(situation).tooltip[0] ?? "lstm-ls";
  let command = "lstm-ls.settings";
  const document = vscode.window.activeTextEditor?.document;
  // A switch that is off, or a server that is not there, is all there is to say.
  if (
    document !== undefined &&
    situation.connected === "running" &&
    situation.enabled &&
    situation.languageEnabled
  ) {
    const reason = await connection.reason(document.uri);
    message =
      reason === undefined
        ? "lstm-ls: the last request was answered with a suggestion."
        : `lstm-ls showed nothing: ${reason.message}`;
    if (reason?.code === "not-worth-a-look") {
      command = "lstm-ls.eagerness";
    }
  }
  const action = command === "lstm-ls.eagerness" ? "Eagerness…" : "Settings";
  if ((await vscode.window.showInformationMessage(message, action)) === action) {
    await vscode.commands.executeCommand(command);
  }
}

async function chooseEagerness(): Promise<void> {
  const now = eagerness();
  const levels: [number, string][] = [
    [0, "Only what is all but certain"],
    [0.25, "Little"],
    [0.5, "As much as saves most"],
    [0.75, "Much"],
    [1, "Wherever it may help"],
  ];
  const chosen = await vscode.window.showQuickPick(
    levels.map(([value, label]) => ({
      label,
      description: value === now ? `${value}, as it is` : String(value),
      value,
    })),
    { title: "lstm-ls: how readily ghost text is shown" },
  );
  if (chosen !== undefined) {
    await setEagerness(chosen.value);
  }
}

async function chooseModel(): Promise<void> {
  const inside = "The model inside the server";
  const file = "A file…";
  const chosen = await vscode.window.showQuickPick([inside, file], { title: "lstm-ls: model" });
  if (chosen === inside) {
    await setModel(undefined);
  } else if (chosen === file) {
    const [model] =
      (await vscode.window.showOpenDialog({
        title: "lstm-ls: model",
        filters: { "Model files": ["safetensors"] },
      })) ?? [];
    if (model !== undefined) {
      await setModel(model.fsPath);
    }
  }
}

/** Shows what `lstm-ls stats` prints. */
async function statistics(connection: Connection): Promise<void> {
  if (connection.server === undefined) {
    void vscode.window.showErrorMessage("lstm-ls: there is no server to ask.");
    return;
  }
  try {
    const { stdout } = await promisify(execFile)(connection.server, ["stats"], { timeout: 10_000 });
    const document = await vscode.workspace.openTextDocument({
      content: stdout,
      language: "plaintext",
    });
    await vscode.window.showTextDocument(document, { preview: true });
  } catch (error) {
    connection.log.error(`lstm-ls stats: ${String(error)}`);
    void vscode.window.showErrorMessage("lstm-ls: this server keeps no statistics; see the log.");
  }
}
