//! `textDocument/didChange`: incremental or whole.

use tower_lsp::lsp_types::DidChangeTextDocumentParams;
use tracing::warn;

use super::Backend;

/// Applies the changes in order; requests on the old text are cancelled.
pub(super) fn did_change(backend: &Backend, params: &DidChangeTextDocumentParams) {
    let document = &params.text_document;
    let encoding = backend.encoding();
    let known = backend.documents.change(
        &document.uri,
        document.version,
        &params.content_changes,
        encoding,
    );
    if !known {
        warn!(uri = %document.uri, "a change to a document that is not open");
    }
}
