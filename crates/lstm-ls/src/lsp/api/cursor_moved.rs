//! `lstm-ls/cursorMoved`: where something may be typed next.

use tower_lsp::lsp_types::{Range, TextDocumentPositionParams};

use crate::lsp::backend::Backend;

impl Backend {
    /// Reads in the background what the first suggestion there needs.
    pub(in crate::lsp) async fn cursor_moved(&self, params: TextDocumentPositionParams) {
        let cursor = Range::new(params.position, params.position);
        // A document that is not open is no cause to speak up: the cursor is in many.
        if let Ok(snapshot) = self.snapshot(&params.text_document, cursor) {
            self.session.arrived(snapshot).await;
        }
    }
}
