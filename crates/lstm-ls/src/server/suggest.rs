//! From a snapshot to suggestions, for every method that shows some.
//!
//! Owns: which thread, how long, when an answer is out of date, what is done in
//! the pause after it. Must not know how the answer is shown.

use std::borrow::Cow;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use completer::{Before, Cancelled, Completer, Completion, Options, Request, opens_block};
use tower_lsp::jsonrpc::{Error, ErrorCode, Result};
use tower_lsp::lsp_types::{Range, TextDocumentIdentifier};
use tracing::Span;

use super::Backend;
use super::document::Document;
use super::documents::Snapshot;
use super::position;
use super::settings::Settings;
use super::workers::JobError;

/// Bytes after the cursor that suggestions are trimmed against.
const LOOK_AHEAD: usize = 4096;

/// Suggestions and where they go.
#[derive(Debug)]
pub(super) struct Suggested {
    /// Texts, best first.
    pub(super) texts: Vec<Text>,
    /// What each of them replaces: part of one line.
    pub(super) range: Range,
}

/// One suggestion.
#[derive(Debug)]
pub(super) struct Text {
    /// What to put in place of the range.
    pub(super) text: String,
    /// Probability that the model gives to what is added, 0–1.
    pub(super) probability: f64,
    /// Whether it is the text that typing would bring.
    pub(super) likeliest: bool,
}

impl Backend {
    /// The document at `range`, which is empty for a mere cursor.
    ///
    /// # Errors
    /// Invalid parameters, if it is not open.
    pub(super) fn snapshot(
        &self,
        document: &TextDocumentIdentifier,
        range: Range,
    ) -> Result<Snapshot> {
        let snapshot = self
            .documents
            .snapshot(&document.uri, range, self.encoding());
        let snapshot = snapshot.ok_or_else(|| {
            Error::invalid_params(format!("{} is not an open document", document.uri))
        })?;
        Span::current().record("version", snapshot.document.version);
        Ok(snapshot)
    }

    /// Completes at `snapshot`. Empty for a language without a model.
    ///
    /// # Errors
    /// `ContentModified` if the document has changed meanwhile, an internal
    /// error if the work panicked.
    pub(super) async fn suggest(&self, snapshot: Snapshot, options: Options) -> Result<Suggested> {
        let settings = self.settings();
        let mut suggested = Suggested {
            texts: Vec::new(),
            range: self.to_range(&snapshot, snapshot.at.start),
        };
        // A model that cannot be loaded has been reported at the start.
        let Ok(completer) = self.model.get(settings.model).await else {
            return Ok(suggested);
        };
        if completer.engine().config().language != snapshot.document.language {
            return Ok(suggested);
        }
        let options = Options {
            deadline: Some(Instant::now() + settings.deadline),
            ..options
        };
        let running = self.documents.start(&snapshot);
        let token = running.token().clone();
        let job = {
            let (completer, snapshot) = (Arc::clone(&completer), snapshot.clone());
            move || {
                with_request(&completer, &snapshot, &options, |request| {
                    completer.complete(request, &token)
                })
            }
        };
        let outcome = tokio::select! {
            outcome = self.workers.run(running.token().clone(), job) => outcome,
            // Answered now; the thread notices at its next byte.
            () = running.cancelled() => Err(JobError::Cancelled),
        };
        if !self.documents.is_current(&snapshot) {
            return Err(Error::content_modified());
        }
        let completion = match outcome {
            Ok(Ok(completion)) => completion,
            // The text is as it was, so it was the end of the session.
            Ok(Err(Cancelled)) | Err(JobError::Cancelled) => return Err(Error::request_cancelled()),
            Err(error @ JobError::Panicked) => {
                return Err(Error {
                    message: error.to_string().into(),
                    ..Error::new(ErrorCode::InternalError)
                });
            }
        };
        record(&completion);
        suggested.range = self.to_range(&snapshot, snapshot.at.start - completion.replaces);
        suggested.texts = completion
            .suggestions
            .into_iter()
            .map(|suggestion| Text {
                probability: suggestion.log_prob.exp(),
                likeliest: suggestion.likeliest,
                text: suggestion.text,
            })
            .collect();
        self.catch_up(completer, snapshot);
        Ok(suggested)
    }

    /// Has a worker prepare for the keystrokes to come, unless one comes first.
    /// Nobody waits for it.
    fn catch_up(&self, completer: Arc<Completer>, snapshot: Snapshot) {
        let running = self.documents.start(&snapshot);
        let workers = self.workers.clone();
        let token = running.token().clone();
        let job = move || {
            with_request(&completer, &snapshot, &Options::default(), |request| {
                completer.catch_up(request, &token)
            })
        };
        tokio::spawn(async move {
            // How far it got shows in the time of a later answer.
            let _ = workers.run(running.token().clone(), job).await;
        });
    }

    fn to_range(&self, snapshot: &Snapshot, start: usize) -> Range {
        let at = |offset| position::to_position(&snapshot.document.text, offset, self.encoding());
        Range::new(at(start), at(snapshot.at.end))
    }
}

/// Options as the user set them.
pub(super) fn options(settings: &Settings) -> Options {
    Options {
        candidates: settings.candidates,
        temperature: settings.temperature,
        top_p: settings.top_p,
        max_bytes: settings.max_bytes,
        heal_word: true,
        ..Options::default()
    }
}

/// Whether several lines may be suggested at `at`: at the end of a line that
/// opens a block, or on a blank line. Never inside a line.
pub(super) fn several_lines_fit(document: &Document, at: &std::ops::Range<usize>) -> bool {
    let text = &document.text;
    let line = text.byte_to_line(at.start);
    let before = text.byte_slice(text.line_to_byte(line)..at.start);
    let rest = text.byte_slice(at.end..).chars();
    let mut rest = rest.take_while(|c| !matches!(c, '\n' | '\r'));
    if rest.any(|c| !c.is_whitespace()) {
        return false;
    }
    let before = Cow::from(before);
    before.trim().is_empty() || opens_block(&document.language, before.as_bytes())
}

/// Calls `ask` with the request for `snapshot`; on a worker thread.
fn with_request<T>(
    completer: &Completer,
    snapshot: &Snapshot,
    options: &Options,
    ask: impl FnOnce(&Request<'_>) -> T,
) -> T {
    let reach = completer.engine().config().window_rule().reach();
    let tail = snapshot.document.tail(snapshot.at.start, reach);
    ask(&Request {
        path: &path(snapshot),
        before: Before {
            text: tail.text.as_bytes(),
            start: tail.start,
        },
        after: &snapshot.document.head(snapshot.at.end, LOOK_AHEAD),
        options,
    })
}

fn path(snapshot: &Snapshot) -> String {
    let file = snapshot.uri.to_file_path();
    let file = file.unwrap_or_else(|()| PathBuf::from(snapshot.uri.path()));
    file.to_string_lossy().into_owned()
}

fn record(completion: &Completion) {
    let span = Span::current();
    let bytes: usize = completion.suggestions.iter().map(|s| s.bytes).sum();
    span.record("bytes", bytes);
    span.record("prefix_us", completion.micros.prefix);
    span.record("decode_us", completion.micros.decode);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(fixture: &str, expected: bool) {
        check_of("rust", fixture, expected);
    }

    #[track_caller]
    fn check_of(language: &str, fixture: &str, expected: bool) {
        let cursor = fixture.find("$0").expect("a cursor");
        let document = Document::new(&fixture.replace("$0", ""), 1, language.to_owned());
        assert_eq!(several_lines_fit(&document, &(cursor..cursor)), expected);
    }

    #[test]
    fn several_lines_fit_where_a_block_opens_or_nothing_is() {
        check("fn f() {$0", true);
        check("fn f() { $0 \n}", true);
        check("fn f() {\r\n    $0\r\n}", true);
        check("$0", true);
        check("call($0\n", true);
    }

    #[test]
    fn several_lines_never_fit_inside_a_line() {
        check("fn f() {$0}", false);
        check("    $0let a = 1;", false);
        check("let a = $0\n", false);
        check("a;$0", false);
    }

    #[test]
    fn a_colon_fits_several_lines_only_where_it_opens_a_block() {
        check("let v = Vec::$0\n", false);
        check("let x: $0\n", false);
        check_of("python", "def f():$0\n", true);
    }
}
