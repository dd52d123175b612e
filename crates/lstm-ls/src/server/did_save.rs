//! `textDocument/didSave`.

use tower_lsp::lsp_types::DidSaveTextDocumentParams;
use tracing::debug;

/// Nothing depends on what is on the disk: open documents are known already.
pub(super) fn did_save(params: &DidSaveTextDocumentParams) {
    debug!(uri = %params.text_document.uri, "saved");
}
