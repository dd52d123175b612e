//! What becomes of inline suggestions, for the statistics.
//!
//! Every suggestion carries a command with its number, which clients run when
//! it is accepted; some clients tell more. Whether it was kept, the server sees.

use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};
use tower_lsp::jsonrpc::{Error, Result};
use tower_lsp::lsp_types::{Command, ExecuteCommandParams, Range};

use super::Backend;
use super::documents::Documents;
use super::position::Encoding;
use crate::statistics::Offer;

/// The command of an accepted suggestion.
pub(super) const ACCEPTED: &str = "lstm-ls.accepted";

/// How long accepted text must stand to count as kept.
const KEPT_FOR: Duration = Duration::from_secs(30);

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
    let number = params.arguments.first().and_then(Value::as_u64);
    let accepted = number.and_then(|number| backend.shared.counter.accepted(number));
    if let Some(offer) = accepted {
        backend.look_for_later(offer);
    }
    Ok(None)
}

impl Backend {
    /// Counts later whether `offer`, accepted just now, still stands in its
    /// document: whether its text is there as often as it is now.
    fn look_for_later(&self, offer: Offer) {
        let documents = Arc::clone(&self.documents);
        let counter = self.shared.counter.clone();
        let Some(now) = occurrences(&documents, &offer) else {
            return;
        };
        tokio::spawn(async move {
            tokio::time::sleep(KEPT_FOR).await;
            // Of a closed document nobody knows.
            if let Some(later) = occurrences(&documents, &offer) {
                counter.looked_for(&offer, later >= now);
            }
        });
    }

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

/// How often what `offer` added stands in its document, if that is open.
fn occurrences(documents: &Documents, offer: &Offer) -> Option<usize> {
    let uri = offer.document.parse().ok()?;
    let snapshot = documents.snapshot(&uri, Range::default(), Encoding::default())?;
    let text = snapshot.document.text.to_string();
    Some(text.matches(&offer.added).count())
}

impl Item {
    /// The number of the suggestion, if it has one of ours.
    fn number(&self) -> Option<u64> {
        let command = self.command.as_ref().filter(|c| c.command == ACCEPTED)?;
        command.arguments.as_ref()?.first()?.as_u64()
    }
}
