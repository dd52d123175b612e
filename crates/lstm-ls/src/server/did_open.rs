//! `textDocument/didOpen`.

use tower_lsp::lsp_types::DidOpenTextDocumentParams;

use super::Backend;
use super::document::Document;

/// Takes the document over from the disk.
pub(super) fn did_open(backend: &Backend, params: DidOpenTextDocumentParams) {
    let opened = params.text_document;
    backend.journal.turn_to(&opened.language_id);
    let document = Document::new(&opened.text, opened.version, opened.language_id);
    backend.documents.open(opened.uri, document);
}
