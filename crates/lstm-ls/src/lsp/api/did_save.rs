//! `textDocument/didSave`.

use tracing::warn;

use crate::lsp::backend::Backend;
use crate::lsp::texts::{Raw, SaveParams};
use crate::lsp::uri::{id, place};

impl Backend {
    /// The document is on the disk as it is in the editor, and here too from now on.
    pub(in crate::lsp) async fn did_save(&self, Raw(params): Raw<SaveParams>) {
        let uri = &params.uri;
        let differed = self
            .session
            .saved(&id(uri), &place(uri), params.text.as_deref());
        if differed {
            warn!(%uri, "what was saved is not the text that was here; it is taken over");
        }
    }
}
