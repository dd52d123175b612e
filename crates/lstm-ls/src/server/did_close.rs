//! `textDocument/didClose`.

use tower_lsp::lsp_types::DidCloseTextDocumentParams;
use tracing::warn;

use super::Backend;

/// Forgets the document; requests on it are cancelled.
pub(super) fn did_close(backend: &Backend, params: &DidCloseTextDocumentParams) {
    if !backend.documents.close(&params.text_document.uri) {
        warn!(uri = %params.text_document.uri, "a document that is not open was closed");
    }
}
