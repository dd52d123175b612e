//! What becomes of inline suggestions, for the statistics.
//!
//! Every suggestion carries a command with its number, which clients run when
//! it is accepted; some clients tell more. Whether it was kept, the server sees.

use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};
use tower_lsp::jsonrpc::{Error, Result};
use tower_lsp::lsp_types::{Command, ExecuteCommandParams};

use crate::lsp::backend::Backend;

/// The command of an accepted suggestion.
pub(in crate::lsp) const ACCEPTED: &str = "lstm-ls.accepted";

/// How long accepted text must stand to count as kept.
const KEPT_FOR: Duration = Duration::from_secs(30);

/// Parameters of `textDocument/didShowCompletion`, `lstm-ls/dismissed` and
/// `textDocument/didPartiallyAcceptCompletion`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::lsp) struct ItemParams {
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
pub(in crate::lsp) fn command(number: u64) -> Command {
    Command {
        title: "Count an accepted suggestion".to_owned(),
        command: ACCEPTED.to_owned(),
        arguments: Some(vec![json!(number)]),
    }
}

/// `workspace/executeCommand`. Changes nothing but a count.
pub(in crate::lsp) fn execute(
    backend: &Backend,
    params: &ExecuteCommandParams,
) -> Result<Option<Value>> {
    if params.command != ACCEPTED {
        let message = format!("`{}` is not a command of this server", params.command);
        return Err(Error::invalid_params(message));
    }
    let number = params.arguments.first().and_then(Value::as_u64);
    if let Some(accepted) = number.and_then(|number| backend.session.accepted(number)) {
        // A client that has left by then is gone: its documents are not looked at.
        let session = Arc::downgrade(&backend.session);
        tokio::spawn(async move {
            tokio::time::sleep(KEPT_FOR).await;
            if let Some(session) = session.upgrade() {
                session.look_for(&accepted);
            }
        });
    }
    Ok(None)
}

impl Backend {
    /// `textDocument/didShowCompletion`.
    pub(in crate::lsp) async fn did_show(&self, params: ItemParams) {
        if let Some(number) = params.item.number() {
            self.session.shown(number);
        }
    }

    /// `textDocument/didPartiallyAcceptCompletion`.
    pub(in crate::lsp) async fn did_accept_part(&self, params: ItemParams) {
        let units = params.item.insert_text.encode_utf16().count();
        let rest = units.saturating_sub(params.accepted_length);
        if let Some(number) = params.item.number() {
            self.session.accepted_all_but(number, rest);
        }
    }

    /// `lstm-ls/dismissed`.
    pub(in crate::lsp) async fn dismissed(&self, params: ItemParams) {
        let item = params.item;
        self.session.dismissed(&item.insert_text, item.number());
    }
}

impl Item {
    /// The number of the suggestion, if it has one of ours.
    fn number(&self) -> Option<u64> {
        let command = self.command.as_ref().filter(|c| c.command == ACCEPTED)?;
        command.arguments.as_ref()?.first()?.as_u64()
    }
}
