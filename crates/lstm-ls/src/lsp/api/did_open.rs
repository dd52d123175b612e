//! `textDocument/didOpen`.

use assistant::documents::Document;
use tower_lsp::lsp_types::DidOpenTextDocumentParams;

use crate::lsp::backend::Backend;
use crate::lsp::uri::{id, place};

/// Takes the document over from the disk.
pub(in crate::lsp) fn did_open(backend: &Backend, params: DidOpenTextDocumentParams) {
    let opened = params.text_document;
    let uri = &opened.uri;
    let place = place(uri);
    let language = language::id_of_document(&opened.language_id, &place.path);
    let document = Document::new(&opened.text, opened.version, language);
    backend.session.open(id(uri), place, document);
}
