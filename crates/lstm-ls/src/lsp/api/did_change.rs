//! `textDocument/didChange`: incremental or whole.

use tower_lsp::lsp_types::DidChangeTextDocumentParams;
use tracing::warn;

use crate::lsp::backend::Backend;
use crate::lsp::position;
use crate::lsp::uri::id;

/// Applies the changes in order; requests on the old text are cancelled.
pub(in crate::lsp) fn did_change(backend: &Backend, params: DidChangeTextDocumentParams) {
    let document = params.text_document;
    let encoding = backend.encoding();
    let known = backend.session.change(
        &id(&document.uri),
        document.version,
        params.content_changes,
        |text, change| position::to_change(text, change, encoding),
    );
    if !known {
        warn!(uri = %document.uri, "a change to a document that is not open");
    }
}
