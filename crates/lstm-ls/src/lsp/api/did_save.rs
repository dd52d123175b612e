//! `textDocument/didSave`.

use tower_lsp::lsp_types::DidSaveTextDocumentParams;

use crate::lsp::backend::Backend;
use crate::lsp::uri::{id, place};

/// The document is on the disk as it is in the editor.
pub(in crate::lsp) fn did_save(backend: &Backend, params: &DidSaveTextDocumentParams) {
    let uri = &params.text_document.uri;
    backend.session.saved(&id(uri), &place(uri));
}
