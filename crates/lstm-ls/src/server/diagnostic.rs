//! `textDocument/diagnostic`: tokens that are unlikely where they stand.
//!
//! Owns: when they are looked for, and how they are shown. Off unless the user
//! has turned it on. Must not know what makes a token unlikely.

use std::sync::Arc;
use std::time::Duration;

use completer::surprise::{self, Surprise};
use completer::{CancelToken, Cancelled, Completer};
use ropey::Rope;
use serde_json::json;
use tower_lsp::jsonrpc::Result;
use tower_lsp::lsp_types::{
    Diagnostic, DiagnosticSeverity, DocumentDiagnosticParams, DocumentDiagnosticReport,
    DocumentDiagnosticReportResult, FullDocumentDiagnosticReport, Range,
    RelatedFullDocumentDiagnosticReport, RelatedUnchangedDocumentDiagnosticReport,
    UnchangedDocumentDiagnosticReport,
};

use super::Backend;
use super::documents::Snapshot;
use super::position::{self, Encoding};
use super::reason::Reason;
use super::scheduler::{JobError, Order, Purpose};
use super::suggest::path;
use code_index::newline;

/// Whose the diagnostics are, for the user.
pub(super) const SOURCE: &str = "lstm-ls";

/// Larger documents are not looked at.
const MOST_BYTES: usize = 200_000;

/// Whoever types faster than this is not finished.
const PAUSE: Duration = Duration::from_millis(300);

/// Answers once nobody has typed for a moment.
///
/// # Errors
/// `ContentModified` if the document has changed meanwhile, invalid parameters
/// if it is not open, an internal error if the work panicked.
pub(super) async fn diagnostic(
    backend: &Backend,
    params: DocumentDiagnosticParams,
) -> Result<DocumentDiagnosticReportResult> {
    let snapshot = backend.snapshot(&params.text_document, Range::default())?;
    let Some(completer) = who_looks(backend, &snapshot).await else {
        return Ok(report(None, Vec::new()));
    };
    let id = snapshot.revision().to_string();
    if params.previous_result_id.as_ref() == Some(&id) {
        return Ok(unchanged(id));
    }
    match look(backend, &snapshot, completer).await {
        Ok(items) => Ok(report(Some(id), items)),
        Err(reason) => reason
            .error()
            .map_or_else(|| Ok(report(None, Vec::new())), Err),
    }
}

/// Who looks; `None` where the user or the document wants none.
async fn who_looks(backend: &Backend, snapshot: &Snapshot) -> Option<Arc<Completer>> {
    let settings = backend.settings();
    let document = &snapshot.document;
    let wanted = settings.surprise
        && settings
            .silence(Some(&snapshot.uri), Some(&document.language))
            .is_none()
        && !document.too_large
        && document.text.len_bytes() <= MOST_BYTES;
    if !wanted {
        return None;
    }
    let models = &backend.shared.models;
    let model = models.get(&document.language, settings.model.as_deref());
    Some(backend.completers.of(&model.await.ok()?))
}

async fn look(
    backend: &Backend,
    snapshot: &Snapshot,
    completer: Arc<Completer>,
) -> std::result::Result<Vec<Diagnostic>, Reason> {
    let running = backend.documents.start(snapshot);
    let order = Order {
        client: backend.id,
        uri: snapshot.uri.clone(),
        purpose: Purpose::Diagnosis,
        token: running.token().clone(),
    };
    let unsaved = backend.documents.unsaved(&snapshot.uri);
    let workspace = Arc::clone(&backend.workspace);
    let (token, encoding) = (running.token().clone(), backend.encoding());
    let job = {
        let snapshot = snapshot.clone();
        move || {
            let path = path(&snapshot);
            let memory = workspace.layer(&path, &snapshot.document.language, unsaved);
            let path = path.to_string_lossy();
            diagnoses(&completer, &snapshot, &path, &memory, (&token, encoding))
        }
    };
    let work = async {
        tokio::time::sleep(PAUSE).await;
        backend.shared.scheduler.run(order, job).await
    };
    let outcome = tokio::select! {
        outcome = work => outcome,
        () = running.cancelled() => Err(JobError::Cancelled),
    };
    if !backend.documents.is_current(snapshot) {
        return Err(Reason::Superseded);
    }
    match outcome {
        Ok(Ok(items)) => Ok(items),
        Err(JobError::Superseded) => Err(Reason::Superseded),
        Ok(Err(Cancelled)) | Err(JobError::Cancelled) => Err(Reason::Cancelled),
        Err(JobError::Panicked) => Err(Reason::Failed),
    }
}

/// On a worker thread.
fn diagnoses(
    completer: &Completer,
    snapshot: &Snapshot,
    path: &str,
    memory: &code_index::Layer,
    (token, encoding): (&CancelToken, Encoding),
) -> std::result::Result<Vec<Diagnostic>, Cancelled> {
    let original = snapshot.document.text.to_string();
    let text = newline::to_lf(&original);
    let document = surprise::Document {
        path,
        text: &text,
        language: &snapshot.document.language,
        memory,
    };
    let surprises = completer.surprises(&document, token)?;
    // Offsets of the line feeds that had a `\r`, as they are without those.
    let returns: Vec<usize> = (original.match_indices("\r\n").enumerate())
        .map(|(before, (at, _))| at - before)
        .collect();
    let at = |offset: usize| offset + returns.partition_point(|&feed| feed < offset);
    let marked = surprises.iter().filter(|surprise| surprise.is_marked());
    let rope = &snapshot.document.text;
    Ok(marked
        .map(|surprise| {
            let range = &surprise.token.range;
            let own = &text[range.clone()];
            shown(
                surprise,
                own,
                rope,
                at(range.start)..at(range.end),
                encoding,
            )
        })
        .collect())
}

fn shown(
    surprise: &Surprise,
    own: &str,
    rope: &Rope,
    range: std::ops::Range<usize>,
    encoding: Encoding,
) -> Diagnostic {
    let position = |offset| position::to_position(rope, offset, encoding);
    let expected = &surprise.expected;
    Diagnostic {
        range: Range::new(position(range.start), position(range.end)),
        severity: Some(DiagnosticSeverity::HINT),
        source: Some(SOURCE.to_owned()),
        message: format!("unlikely here: `{own}`; expected `{expected}`"),
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
