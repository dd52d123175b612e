//! `textDocument/didOpen`.

use assistant::documents::Document;
use tower_lsp::lsp_types::DidOpenTextDocumentParams;

use crate::lsp::backend::{Backend, id, place};

/// Takes the document over from the disk.
pub(in crate::lsp) fn did_open(backend: &Backend, params: DidOpenTextDocumentParams) {
    let opened = params.text_document;
    let document = Document::new(&opened.text, opened.version, opened.language_id);
    let uri = &opened.uri;
    backend.session.open(id(uri), place(uri), document);
}
