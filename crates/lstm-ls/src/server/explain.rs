//! `lstm-ls/explain`: why nothing is shown in a document.

use serde::Deserialize;
use tower_lsp::jsonrpc::Result;
use tower_lsp::lsp_types::TextDocumentIdentifier;

use super::Backend;
use super::reason::ReasonBody;

/// Parameters of the request.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ExplainParams {
    text_document: TextDocumentIdentifier,
}

impl Backend {
    /// Answers with what keeps the document from being served, or else with why
    /// the last request brought nothing; null if it brought something.
    pub(super) async fn explain(&self, params: ExplainParams) -> Result<Option<ReasonBody>> {
        let standing = self.standing(Some(&params.text_document.uri));
        Ok(standing.reason.map(|reason| reason.body()))
    }
}
