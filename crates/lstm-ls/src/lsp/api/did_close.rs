//! `textDocument/didClose`.

use tower_lsp::lsp_types::DidCloseTextDocumentParams;
use tracing::warn;

use crate::lsp::backend::Backend;
use crate::lsp::uri::id;

/// Forgets the document; requests on it are cancelled.
pub(in crate::lsp) fn did_close(backend: &Backend, params: &DidCloseTextDocumentParams) {
    let uri = &params.text_document.uri;
    if !backend.session.close(&id(uri)) {
        warn!(%uri, "a document that is not open was closed");
    }
}
