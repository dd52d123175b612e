//! What LSP 3.18 has and lsp-types 0.94 lacks, inline completion, and the
//! methods that are our own.

use serde::{Deserialize, Serialize};
use tower_lsp::lsp_types::notification::{
    DidChangeTextDocument, DidOpenTextDocument, DidSaveTextDocument, Notification,
};
use tower_lsp::lsp_types::{Command, ProgressToken, Range, TextDocumentPositionParams};

/// The method that asks for ghost text.
pub(super) const INLINE_COMPLETION: &str = "textDocument/inlineCompletion";

/// The request for the state of things.
pub(crate) const STATUS: &str = "lstm-ls/status";

/// The notification that the state of things has changed.
pub(super) const STATUS_CHANGED: &str = "lstm-ls/statusChanged";

/// The request for why nothing is shown in a document.
pub(super) const EXPLAIN: &str = "lstm-ls/explain";

/// The request to look at the model files again.
pub(super) const RELOAD: &str = "lstm-ls/reload";

/// The request for the text that the server holds.
pub(super) const DOCUMENT: &str = "lstm-ls/document";

/// Notifications about an inline suggestion, as Copilot's clients send them.
pub(super) const DID_SHOW: &str = "textDocument/didShowCompletion";
pub(super) const DID_ACCEPT_PART: &str = "textDocument/didPartiallyAcceptCompletion";

/// The notification that something that takes long is to end.
pub(super) const CANCEL_PROGRESS: &str = "window/workDoneProgress/cancel";

/// The notification that an inline suggestion was dismissed.
pub(super) const DISMISSED: &str = "lstm-ls/dismissed";

/// The notification that the cursor has come to rest somewhere.
pub(super) const CURSOR_MOVED: &str = "lstm-ls/cursorMoved";

/// What [`RELOAD`] is called here when it comes as a notification.
pub(super) const RELOAD_UNANSWERED: &str = "$/lstm-ls/reload";

/// What the notifications of texts are called here. tower-lsp would read their parameters
/// as lsp-types 0.94 has them, and drop a notification that does not fit without a word.
pub(crate) const OPENED: &str = "$/lstm-ls/didOpen";
pub(crate) const CHANGED: &str = "$/lstm-ls/didChange";
pub(crate) const SAVED: &str = "$/lstm-ls/didSave";

/// The server capability that announces [`INLINE_COMPLETION`].
pub(super) const INLINE_COMPLETION_PROVIDER: &str = "inlineCompletionProvider";

/// What `method` is called here, if it is a notification of a text. Its parameters stay
/// the message that they came in, and the handler reads them.
pub(super) fn text_method(method: &str) -> Option<&'static str> {
    match method {
        DidOpenTextDocument::METHOD => Some(OPENED),
        DidChangeTextDocument::METHOD => Some(CHANGED),
        DidSaveTextDocument::METHOD => Some(SAVED),
        _ => None,
    }
}

/// What `method`, a notification, is called here, where that is something else.
pub(super) fn own_name(method: &str) -> Option<&'static str> {
    match method {
        // tower-lsp has one handler a method, for requests or notifications.
        RELOAD => Some(RELOAD_UNANSWERED),
        _ => None,
    }
}

/// Parameters of [`INLINE_COMPLETION`].
#[derive(Clone, Debug, Deserialize)]
pub(super) struct InlineCompletionParams {
    /// Document and cursor.
    #[serde(flatten)]
    pub at: TextDocumentPositionParams,
    /// Why it was asked. Some clients leave it out.
    #[serde(default)]
    pub context: InlineCompletionContext,
}

/// Why and over what an inline completion was asked for.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct InlineCompletionContext {
    /// By hand or by typing.
    #[serde(default)]
    pub trigger_kind: TriggerKind,
    /// What is selected in an open completion list.
    pub selected_completion_info: Option<SelectedCompletionInfo>,
}

/// What asked for an inline completion.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(from = "i64")]
pub(super) enum TriggerKind {
    /// The user, by hand: alternatives are welcome.
    Invoked,
    /// Typing.
    #[default]
    Automatic,
}

impl From<i64> for TriggerKind {
    /// 3.18 counts from 1. Clients from before it count from 0, with 0 for
    /// by hand: their 1 (typing) cannot be told from 3.18's 1 (by hand), and
    /// the standard wins.
    fn from(kind: i64) -> Self {
        match kind {
            0 | 1 => Self::Invoked,
            _ => Self::Automatic,
        }
    }
}

/// The entry selected in an open completion list.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct SelectedCompletionInfo {
    /// What the entry will replace.
    pub range: Range,
    /// The entry's text, which items must extend.
    pub text: String,
}

/// The answer to [`INLINE_COMPLETION`].
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(super) struct InlineCompletionList {
    /// Best first.
    pub items: Vec<InlineCompletionItem>,
}

/// One piece of ghost text.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct InlineCompletionItem {
    /// What `range` is replaced with: plain text, never a snippet.
    pub insert_text: String,
    /// Shown only while the text in `range` is a prefix of this; equal to
    /// `insert_text`, spelt out for clients that do not fall back to it.
    pub filter_text: String,
    /// What is replaced: part of one line, up to the cursor.
    pub range: Range,
    /// What the client runs when it is accepted, if it runs commands.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub command: Option<Command>,
}

/// Parameters of [`CANCEL_PROGRESS`].
#[derive(Debug, Deserialize)]
pub(super) struct CancelParams {
    pub token: ProgressToken,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn parameters_of_old_and_new_clients_are_read() {
        let params = |context: serde_json::Value| -> InlineCompletionParams {
            let mut params = json!({
                "textDocument": {"uri": "file:///a.rs"}, "position": {"line": 0, "character": 1},
            });
            if !context.is_null() {
                params["context"] = context;
            }
            serde_json::from_value(params).expect("it is read")
        };
        let kind = |context| params(context).context.trigger_kind;
        assert_eq!(kind(json!({"triggerKind": 0})), TriggerKind::Invoked);
        assert_eq!(kind(json!({"triggerKind": 1})), TriggerKind::Invoked);
        assert_eq!(kind(json!({"triggerKind": 2})), TriggerKind::Automatic);
        assert_eq!(kind(json!(null)), TriggerKind::Automatic);
    }
}
