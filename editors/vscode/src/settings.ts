// The settings as the user has them, and which of them go to the server.

import * as vscode from "vscode";
import { OF_THE_SERVER } from "./serverSettings.ts";

/** The section that all settings are in. */
export const SECTION = "lstm-ls";

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

/** How readily ghost text is shown, from 0 to 1. */
export function eagerness(): number {
  return vscode.workspace.getConfiguration(SECTION).get("eagerness", 0.5);
}

/** Sets how readily ghost text is shown. */
export function setEagerness(eagerness: number): Thenable<void> {
  return set("eagerness", eagerness);
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
