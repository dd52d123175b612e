//! `lstm-ls/document`: the text as the server holds it, so that a client can check that
//! both agree.

use serde::{Deserialize, Serialize};
use tower_lsp::jsonrpc::Result;
use tower_lsp::lsp_types::{Range, TextDocumentIdentifier};

use crate::lsp::backend::Backend;

/// Parameters of the request.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::lsp) struct DocumentParams {
    text_document: TextDocumentIdentifier,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::lsp) struct DocumentBody {
    version: i32,
    language_id: String,
    text: String,
    /// Why the text is not known to be the client's; there is none then.
    #[serde(skip_serializing_if = "Option::is_none")]
    out_of_step: Option<String>,
}

impl Backend {
    /// Answers with version, language and text.
    pub(in crate::lsp) async fn document(&self, params: DocumentParams) -> Result<DocumentBody> {
        let document = self
            .snapshot(&params.text_document, Range::default())?
            .document;
        Ok(DocumentBody {
            version: document.version,
            out_of_step: document.out_of_step().map(str::to_owned),
            language_id: document.language,
            text: document.text.to_string(),
        })
    }
}
