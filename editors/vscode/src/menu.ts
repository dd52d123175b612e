// The menu behind the status bar: what it offers depends on how things stand.
// Each entry is a command of its own, which the palette has too.

import * as vscode from "vscode";
import type { Connection } from "./connection.ts";
import { currentSituation } from "./statusBar.ts";
import { eagerness } from "./settings.ts";
import { show } from "./status.ts";

interface Entry extends vscode.QuickPickItem {
  command?: string;
}

/** Shows the menu and does what is chosen. */
export async function showMenu(connection: Connection): Promise<void> {
  const situation = await currentSituation(connection);
  const { enabled, language, languageEnabled } = situation;
  const entries: Entry[] = [
    {
      label: enabled ? "$(circle-slash) Turn off" : "$(check) Turn on",
      description: "everywhere",
      command: "lstm-ls.toggle",
    },
  ];
  if (language !== undefined) {
    entries.push({
      label: languageEnabled
        ? `$(circle-slash) Turn off for ${language}`
        : `$(check) Turn on for ${language}`,
      command: "lstm-ls.toggleLanguage",
    });
  }
  entries.push(
    {
      label: "$(question) Why was nothing shown?",
      description: situation.status?.lastReason?.message,
      command: "lstm-ls.why",
    },
    {
      label: "$(dashboard) Eagerness…",
      description: String(eagerness()),
      command: "lstm-ls.eagerness",
    },
    {
      label: "$(file-binary) Model…",
      description: situation.status?.model?.name,
      command: "lstm-ls.chooseModel",
    },
    { label: "$(graph) Statistics", command: "lstm-ls.statistics" },
    { label: "$(gear) Settings", command: "lstm-ls.settings" },
    { label: "", kind: vscode.QuickPickItemKind.Separator },
    {
      label: "$(debug-restart) Restart the server",
      description: situation.server,
      command: "lstm-ls.restart",
    },
    { label: "$(output) Log", command: "lstm-ls.showLog" },
  );
  const chosen = await vscode.window.showQuickPick(entries, {
    title: show(situation).tooltip[0],
    placeHolder: "lstm-ls",
  });
  if (chosen?.command !== undefined) {
    await vscode.commands.executeCommand(chosen.command);
  }
}
