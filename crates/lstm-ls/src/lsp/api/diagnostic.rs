//! `textDocument/diagnostic`: tokens that are unlikely where they stand.
//!
//! Owns: when they are looked for, and how they are shown. Off unless the user
//! has turned it on. Must not know what makes a token unlikely.

use std::time::Duration;

use assistant::session::{Marked, Snapshot};
use serde_json::json;
use tokio::time::sleep;
use tower_lsp::jsonrpc::Result;
use tower_lsp::lsp_types::{
    Diagnostic, DiagnosticSeverity, DocumentDiagnosticParams, DocumentDiagnosticReport,
    DocumentDiagnosticReportResult, FullDocumentDiagnosticReport, Range,
    RelatedFullDocumentDiagnosticReport, RelatedUnchangedDocumentDiagnosticReport,
    UnchangedDocumentDiagnosticReport,
};

use crate::lsp::backend::{Backend, error};

/// Whose the diagnostics are, for the user.
pub(in crate::lsp) const SOURCE: &str = "lstm-ls";

/// A typist who pauses for less is not finished.
const PAUSE: Duration = Duration::from_millis(300);

/// Answers once the document has not changed for a moment.
///
/// # Errors
/// `ContentModified` if the document has changed meanwhile, invalid parameters
/// if it is not open, an internal error if the work panicked.
pub(in crate::lsp) async fn diagnostic(
    backend: &Backend,
    params: DocumentDiagnosticParams,
) -> Result<DocumentDiagnosticReportResult> {
    let snapshot = backend.snapshot(&params.text_document, Range::default())?;
    let Some(looker) = backend.session.looker(&snapshot).await else {
        return Ok(report(None, Vec::new()));
    };
    let id = snapshot.revision.number.to_string();
    if params.previous_result_id.as_ref() == Some(&id) {
        return Ok(unchanged(id));
    }
    let looked = backend.session.surprises(&snapshot, looker, sleep(PAUSE));
    let marked = looked.await.map_err(|reason| error(&reason))?;
    let shown = marked
        .iter()
        .map(|marked| shown(backend, &snapshot, marked));
    Ok(report(Some(id), shown.collect()))
}

fn shown(backend: &Backend, snapshot: &Snapshot, marked: &Marked) -> Diagnostic {
    let Marked {
        token, expected, ..
    } = marked;
    Diagnostic {
        range: backend.to_range(snapshot, &marked.range),
        severity: Some(DiagnosticSeverity::HINT),
        source: Some(SOURCE.to_owned()),
        message: format!("unlikely here: `{token}`; expected `{expected}`"),
        // What the quick fix puts in; comes back with the request for it.
        data: Some(json!({"expected": expected})),
        ..Diagnostic::default()
    }
}

fn report(result_id: Option<String>, items: Vec<Diagnostic>) -> DocumentDiagnosticReportResult {
    let full = FullDocumentDiagnosticReport { result_id, items };
    let report = DocumentDiagnosticReport::Full(RelatedFullDocumentDiagnosticReport {
        related_documents: None,
        full_document_diagnostic_report: full,
    });
    report.into()
}

fn unchanged(result_id: String) -> DocumentDiagnosticReportResult {
    let unchanged = UnchangedDocumentDiagnosticReport { result_id };
    let report = DocumentDiagnosticReport::Unchanged(RelatedUnchangedDocumentDiagnosticReport {
        related_documents: None,
        unchanged_document_diagnostic_report: unchanged,
    });
    report.into()
}
