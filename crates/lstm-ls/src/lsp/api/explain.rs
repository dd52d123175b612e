//! `lstm-ls/explain`: why nothing is shown in a document.

use assistant::session::Reason;
use serde::{Deserialize, Serialize};
use tower_lsp::jsonrpc::Result;
use tower_lsp::lsp_types::TextDocumentIdentifier;

use crate::lsp::backend::Backend;
use crate::lsp::uri::{id, place};

/// Parameters of the request.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::lsp) struct ExplainParams {
    text_document: TextDocumentIdentifier,
}

/// A reason as it is sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(in crate::lsp) struct ReasonBody {
    code: &'static str,
    message: String,
}

impl From<Reason> for ReasonBody {
    fn from(reason: Reason) -> Self {
        Self {
            code: reason.code(),
            message: reason.message(),
        }
    }
}

impl Backend {
    /// Answers with what keeps the document from being served, or else with why
    /// the last request brought nothing; null if it brought something.
    pub(in crate::lsp) async fn explain(
        &self,
        params: ExplainParams,
    ) -> Result<Option<ReasonBody>> {
        let uri = &params.text_document.uri;
        let standing = self.session.standing(Some((&id(uri), &place(uri).path)));
        Ok(standing.reason.map(ReasonBody::from))
    }
}
