// The settings as the user has them, and which of them go to the server.

import * as vscode from "vscode";

/** The section that all settings are in. */
export const SECTION = "lstm-ls";

/** Settings that the server reads, under the same names. */
export const OF_THE_SERVER = [
  "enabled",
  "disabledLanguages",
  "model",
  "candidates",
  "temperature",
  "topP",
  "maxBytes",
  "multiLine",
  "deadlineMs",
  "statistics",
];

/** What the server is told, at the start and after every change. */
export function serverSettings(): Record<string, unknown> {
  const settings = vscode.workspace.getConfiguration(SECTION);
  return Object.fromEntries(
    OF_THE_SERVER.map((key) => [key, settings.get(key)]).map(([key, value]) => [
      key,
      // A text field that was emptied.
      value === "" ? null : value,
    ]),
  );
}

export function serverPath(): string {
  return vscode.workspace.getConfiguration(SECTION).get("server.path", "");
}

export function isServerShared(): boolean {
  return vscode.workspace.getConfiguration(SECTION).get("server.shared", true);
}

export function isEnabled(): boolean {
  return vscode.workspace.getConfiguration(SECTION).get("enabled", true);
}

export function isPopupEnabled(): boolean {
  return vscode.workspace.getConfiguration(SECTION).get("popup", true);
}

export function isLanguageEnabled(language: string): boolean {
  return !disabledLanguages().includes(language);
}

/** Turns suggestions on or off everywhere. */
export function setEnabled(enabled: boolean): Thenable<void> {
  return set("enabled", enabled);
}

/** Turns suggestions on or off for one language. */
export function setLanguageEnabled(language: string, enabled: boolean): Thenable<void> {
  const others = disabledLanguages().filter((other) => other !== language);
  return set("disabledLanguages", enabled ? others : [...others, language]);
}

/** Sets the model file; `undefined` leaves the choice to the server. */
export function setModel(path: string | undefined): Thenable<void> {
  return set("model", path);
}

function disabledLanguages(): string[] {
  return vscode.workspace.getConfiguration(SECTION).get("disabledLanguages", []);
}

/** Where the workspace has a value of its own, that one is changed. */
function set(key: string, value: unknown): Thenable<void> {
  const settings = vscode.workspace.getConfiguration(SECTION);
  const inWorkspace = settings.inspect(key)?.workspaceValue !== undefined;
  const target = inWorkspace
    ? vscode.ConfigurationTarget.Workspace
    : vscode.ConfigurationTarget.Global;
  return settings.update(key, value, target);
}
