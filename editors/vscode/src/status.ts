// What the status bar says, as a function of what is known. Knows nothing of
// VS Code, so that every state can be tested.

/** The server's answer to `lstm-ls/status`; older servers leave fields out. */
export interface Status {
  version?: string;
  languages?: string[];
  model?: { name: string; language?: string; path?: string | null; embedded?: boolean } | null;
  enabled?: boolean;
  state?: "ready" | "loading" | "memory only" | "failed" | "off";
  workspace?: {
    reading: boolean;
    percent: number;
    files: number;
    bytes: number;
    noRoom?: { files: number; bytes: number; folders: string[] } | null;
  } | null;
  lastLatencyMicros?: number | null;
  lastReason?: { code: string; message: string } | null;
  clients?: number;
}

/** How the connection to the server stands. */
export type Connected = "starting" | "running" | "stopped" | "absent";

/** All that the status bar depends on. */
export interface Situation {
  connected: Connected;
  /** `lstm-ls.enabled`. */
  enabled: boolean;
  /** Language identifier of the active editor. */
  language?: string;
  /** Whether `lstm-ls.disabledLanguages` leaves that language on. */
  languageEnabled: boolean;
  /** Path of the running server. */
  server?: string;
  status?: Status;
}

/** What the status bar shows. */
export interface Shown {
  /** With VS Code's `$(icon)`. */
  text: string;
  /** Lines of plain text. */
  tooltip: string[];
  warning: boolean;
}

/** Renders `situation`. */
export function show(situation: Situation): Shown {
  const [text, says, warning] = headline(situation);
  const { status } = situation;
  const tooltip = [`lstm-ls: ${says}`];
  if (status?.model) {
    const origin = status.model.embedded ? "inside the server" : status.model.path;
    tooltip.push(`Model: ${status.model.name}${origin ? ` (${origin})` : ""}`);
  }
  if (status?.workspace) {
    const { files, bytes, noRoom } = status.workspace;
    tooltip.push(`Workspace: ${files} files, ${megabytes(bytes)} remembered`);
    if (noRoom) {
      const most = noRoom.folders[0] === undefined ? "" : `, most of it in ${noRoom.folders[0]}`;
      tooltip.push(`No room for ${noRoom.files} files, ${megabytes(noRoom.bytes)}${most}`);
    }
  }
  if (isNumber(status?.lastLatencyMicros)) {
    tooltip.push(`Last answer: ${milliseconds(status.lastLatencyMicros)}`);
  }
  if (status?.lastReason) {
    tooltip.push(`Nothing was shown: ${status.lastReason.message}`);
  }
  if (situation.server) {
    const version = status?.version ? `${status.version}, ` : "";
    tooltip.push(`Server: ${version}${situation.server}`);
  }
  return { text, tooltip, warning };
}

/** Icon and text, the same in words, whether something is wrong. */
function headline(situation: Situation): [string, string, boolean] {
  const { connected, enabled, language, languageEnabled, status } = situation;
  switch (connected) {
    case "absent":
      return ["$(error) lstm-ls: no server", "there is no server to start", true];
    case "stopped":
      return ["$(error) lstm-ls: stopped", "the server has stopped", true];
    case "starting":
      return ["$(loading~spin) lstm-ls", "starting", false];
    case "running":
      break;
  }
  if (!enabled) {
    return ["$(circle-slash) lstm-ls: off", "turned off", false];
  }
  if (language !== undefined && !languageEnabled) {
    return [`$(circle-slash) lstm-ls: off for ${language}`, `turned off for ${language}`, false];
  }
  switch (status?.state) {
    case "loading":
      return ["$(loading~spin) lstm-ls", "loading the model", false];
    case "off":
      return ["$(circle-slash) lstm-ls: off here", "turned off for this file", false];
    case "failed":
      return ["$(error) lstm-ls: model failed", "the model cannot be used", true];
  }
  if (status?.workspace?.reading) {
    const { percent } = status.workspace;
    return [`$(sync~spin) lstm-ls: indexing ${percent} %`, "reading the workspace", false];
  }
  const latency = status?.lastLatencyMicros;
  return [
    isNumber(latency) ? `$(sparkle) lstm-ls ${milliseconds(latency)}` : "$(sparkle) lstm-ls",
    status?.state === "memory only"
      ? `no model for ${language ?? "this file"}, suggestions come from the workspace alone`
      : "ready",
    false,
  ];
}

/** `850 µs` as `0.9 ms`, `12 345 µs` as `12 ms`. */
export function milliseconds(micros: number): string {
  const ms = micros / 1000;
  return `${ms < 9.95 ? ms.toFixed(1) : ms.toFixed(0)} ms`;
}

function isNumber(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
