// What the server says about itself beyond LSP. Requests it does not know yet
// are answered with `undefined` here, so that any version of it will do.

import { LSPErrorCodes, ResponseError, ErrorCodes } from "vscode-languageclient";
import type { BaseLanguageClient } from "vscode-languageclient";
import type { Status } from "./status.ts";

/** A notification with a `Status`, whenever something in it has changed. */
export const STATUS_CHANGED = "lstm-ls/statusChanged";

/** A notification that the cursor has come to rest somewhere. */
export const CURSOR_MOVED = "lstm-ls/cursorMoved";

/** Why the last request in a document was answered with nothing. */
export interface Reason {
  code: string;
  message: string;
}

/** The server's state, as it is for one document. */
export function requestStatus(client: BaseLanguageClient, uri?: string): Promise<Status | undefined> {
  return request(client, "lstm-ls/status", uri === undefined ? {} : { textDocument: { uri } });
}

/** Why nothing was shown in a document, or `undefined` where something was. */
export async function requestReason(
  client: BaseLanguageClient,
  uri: string,
): Promise<Reason | undefined> {
  const reason = await request<Reason | null>(client, "lstm-ls/explain", { textDocument: { uri } });
  return reason ?? undefined;
}

async function request<T>(
  client: BaseLanguageClient,
  method: string,
  params: object,
): Promise<T | undefined> {
  try {
    return await client.sendRequest<T>(method, params);
  } catch (error) {
    if (error instanceof ResponseError && TOLERATED.includes(error.code)) {
      return undefined;
    }
    throw error;
  }
}

const TOLERATED: number[] = [
  ErrorCodes.MethodNotFound,
  LSPErrorCodes.RequestCancelled,
  LSPErrorCodes.ContentModified,
];
