//! `textDocument/didChange`: incremental or whole.

use assistant::documents::ChangeError;
use tracing::warn;

use crate::lsp::backend::Backend;
use crate::lsp::position;
use crate::lsp::texts::{ChangeParams, Raw};
use crate::lsp::uri::id;

impl Backend {
    /// Applies the changes in order; requests on the old text are cancelled. What can't
    /// be applied is said once, until the text is whole again.
    pub(in crate::lsp) async fn did_change(&self, Raw(params): Raw<ChangeParams>) {
        let encoding = self.encoding();
        let uri = params.text_document.uri.clone();
        let version = params.text_document.version;
        let read = |text: &_, change| position::to_change(text, change?, encoding);
        let changed = self
            .session
            .change(&id(&uri), version, params.changes, read);
        match changed {
            Ok(()) => {}
            Err(ChangeError::NotOpen) => warn!(%uri, "a change to a document that is not open"),
            Err(ChangeError::OutOfStep(why)) => {
                warn!(%uri, "out of step with the editor: {why}");
            }
        }
    }
}
