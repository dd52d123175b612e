//! What becomes of inline suggestions, for the statistics.
//!
//! Every suggestion carries a command with its number, which clients run when
//! it is accepted; some clients tell more.

use serde::Deserialize;
use serde_json::{Value, json};
use tower_lsp::jsonrpc::{Error, Result};
use tower_lsp::lsp_types::{Command, ExecuteCommandParams};

use super::Backend;

/// The command of an accepted suggestion.
pub(super) const ACCEPTED: &str = "lstm-ls.accepted";

/// Parameters of `textDocument/didShowCompletion`, `lstm-ls/dismissed` and
/// `textDocument/didPartiallyAcceptCompletion`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ItemParams {
    item: Item,
    /// UTF-16 units of the item's text.
    #[serde(default)]
    accepted_length: usize,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Item {
    #[serde(default)]
    insert_text: String,
    command: Option<Command>,
}

/// The command that tells that suggestion `number` was accepted.
pub(super) fn command(number: u64) -> Command {
    Command {
        title: "Count an accepted suggestion".to_owned(),
        command: ACCEPTED.to_owned(),
        arguments: Some(vec![json!(number)]),
    }
}

/// `workspace/executeCommand`. Changes nothing but a count.
pub(super) fn execute(backend: &Backend, params: &ExecuteCommandParams) -> Result<Option<Value>> {
    if params.command != ACCEPTED {
        let message = format!("`{}` is not a command of this server", params.command);
        return Err(Error::invalid_params(message));
    }
    if let Some(number) = params.arguments.first().and_then(Value::as_u64) {
        backend.shared.counter.accepted(number);
    }
    Ok(None)
}

impl Backend {
    /// `textDocument/didShowCompletion`.
    pub(super) async fn did_show(&self, params: ItemParams) {
        if let Some(number) = params.item.number() {
            self.shared.counter.shown(number);
        }
    }

    /// `textDocument/didPartiallyAcceptCompletion`.
    pub(super) async fn did_accept_part(&self, params: ItemParams) {
        let units = params.item.insert_text.encode_utf16().count();
        let rest = units.saturating_sub(params.accepted_length);
        if let Some(number) = params.item.number() {
            self.shared.counter.accepted_all_but(number, rest);
        }
    }

    /// `lstm-ls/dismissed`.
    pub(super) async fn dismissed(&self, params: ItemParams) {
        self.documents.dismissed(&params.item.insert_text);
        if let Some(number) = params.item.number() {
            self.shared.counter.dismissed(number);
        }
    }
}

impl Item {
    /// The number of the suggestion, if it has one of ours.
    fn number(&self) -> Option<u64> {
        let command = self.command.as_ref().filter(|c| c.command == ACCEPTED)?;
        command.arguments.as_ref()?.first()?.as_u64()
    }
}
