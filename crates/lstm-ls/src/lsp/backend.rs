//! What the handlers of one client share, and how they reach the assistant.

use std::collections::HashSet;
use std::sync::{Arc, OnceLock};

use assistant::session::{Reason, Session, Snapshot};
use parking_lot::Mutex;
use serde_json::Value;
use tokio::sync::watch;
use tower_lsp::Client;
use tower_lsp::jsonrpc::{Error, Result};
use tower_lsp::lsp_types::{Range, TextDocumentIdentifier};
use tracing::Span;

use super::peer::Peer;
use super::position::{self, Encoding};
use super::retraining::Retraining;
use super::transport::{Ending, Link};
use super::uri::id;

/// What the handlers of one client share.
pub(super) struct Backend {
    pub(super) client: Client,
    pub(super) session: Arc<Session>,
    pub(super) link: Link,
    pub(super) peer: Arc<OnceLock<Peer>>,
    pub(super) ending: Arc<watch::Sender<Ending>>,
    pub(super) retraining: Retraining,
    /// What the client was last told of the state of things; null before that.
    pub(super) told: Mutex<Option<Value>>,
    /// What the client called languages that seem to be others, as was said already.
    pub(super) doubted: Mutex<HashSet<(String, &'static str)>>,
}

impl Backend {
    /// What positions count.
    pub(super) fn encoding(&self) -> Encoding {
        let peer = self.peer.get();
        peer.map(|peer| peer.encoding).unwrap_or_default()
    }

    /// The document at `range`, which is empty for a mere cursor.
    ///
    /// # Errors
    /// Invalid parameters, if it is not open.
    pub(super) fn snapshot(
        &self,
        document: &TextDocumentIdentifier,
        range: Range,
    ) -> Result<Snapshot> {
        let place = |text: &_| position::to_offsets(text, range, self.encoding());
        let snapshot = self.session.snapshot(&id(&document.uri), place);
        let snapshot = snapshot.ok_or_else(|| {
            Error::invalid_params(format!("{} is not an open document", document.uri))
        })?;
        Span::current().record("version", snapshot.document.version);
        Ok(snapshot)
    }

    /// Bytes of the snapshot's document as the client counts them.
    pub(super) fn to_range(&self, snapshot: &Snapshot, bytes: &std::ops::Range<usize>) -> Range {
        let at = |offset| position::to_position(&snapshot.document.text, offset, self.encoding());
        Range::new(at(bytes.start), at(bytes.end))
    }
}

/// The error that answers a request that came to nothing for this `reason`.
pub(super) fn error(reason: &Reason) -> Error {
    match reason {
        Reason::Superseded => Error::content_modified(),
        Reason::Cancelled => Error::request_cancelled(),
        other => Error {
            message: other.message().into(),
            ..Error::internal_error()
        },
    }
}
