//! From a snapshot to suggestions, for every method that shows some.
//!
//! Owns: which thread, how long, when an answer is out of date. Must not know
//! how the answer is shown.

use std::path::PathBuf;
use std::time::Instant;

use completer::{Before, CancelToken, Cancelled, Completer, Completion, Options, Request};
use ropey::Rope;
use tower_lsp::jsonrpc::{Error, ErrorCode, Result};
use tower_lsp::lsp_types::{Range, TextDocumentIdentifier};
use tracing::Span;

use super::Backend;
use super::document;
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
        Span::current().record("version", snapshot.version);
        Ok(snapshot)
    }

    /// Completes at `snapshot`, once for each of `passes`; suggestions of an
    /// earlier pass come first. Empty for a language without a model.
    ///
    /// # Errors
    /// `ContentModified` if the document has changed meanwhile, an internal
    /// error if the work panicked.
    pub(super) async fn suggest(
        &self,
        snapshot: Snapshot,
        passes: Vec<Options>,
    ) -> Result<Suggested> {
        let settings = self.settings();
        let mut suggested = Suggested {
            texts: Vec::new(),
            range: self.to_range(&snapshot, snapshot.at.start),
        };
        // A model that cannot be loaded has been reported at the start.
        let Ok(completer) = self.model.get(settings.model).await else {
            return Ok(suggested);
        };
        if completer.engine().config().language != snapshot.language {
            return Ok(suggested);
        }
        let deadline = Instant::now() + settings.deadline;
        let running = self.documents.start(&snapshot);
        let token = running.token().clone();
        let job = {
            let snapshot = snapshot.clone();
            move || complete(&completer, &snapshot, passes, deadline, &token)
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
                text: suggestion.text,
            })
            .collect();
        Ok(suggested)
    }

    fn to_range(&self, snapshot: &Snapshot, start: usize) -> Range {
        let at = |offset| position::to_position(&snapshot.text, offset, self.encoding());
        Range::new(at(start), at(snapshot.at.end))
    }
}

/// Options for one pass, as the user set them.
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
pub(super) fn several_lines_fit(text: &Rope, at: &std::ops::Range<usize>) -> bool {
    let line = text.byte_to_line(at.start);
    let before = text.byte_slice(text.line_to_byte(line)..at.start);
    let rest = text.byte_slice(at.end..).chars();
    let mut rest = rest.take_while(|c| !matches!(c, '\n' | '\r'));
    if rest.any(|c| !c.is_whitespace()) {
        return false;
    }
    let mut backwards = before.chars_at(before.len_chars()).reversed();
    let last = backwards.find(|c| !c.is_whitespace());
    last.is_none_or(|c| matches!(c, '{' | '(' | '[' | ':'))
}

/// The work of one request, on a worker thread.
fn complete(
    completer: &Completer,
    snapshot: &Snapshot,
    passes: Vec<Options>,
    deadline: Instant,
    token: &CancelToken,
) -> std::result::Result<Completion, Cancelled> {
    let reach = completer.engine().config().window_rule().reach();
    let tail = document::tail(&snapshot.text, snapshot.at.start, reach);
    let after = document::head(&snapshot.text, snapshot.at.end, LOOK_AHEAD);
    let path = path(snapshot);
    let mut merged: Option<Completion> = None;
    for pass in passes {
        let options = Options {
            deadline: Some(deadline),
            ..pass
        };
        let request = Request {
            path: &path,
            before: Before {
                text: tail.text.as_bytes(),
                start: tail.start,
            },
            after: &after,
            options: &options,
        };
        let completion = completer.complete(&request, token)?;
        merged = Some(match merged {
            None => completion,
            Some(earlier) => merge(earlier, completion),
        });
    }
    Ok(merged.expect("every method makes at least one pass"))
}

fn merge(mut earlier: Completion, later: Completion) -> Completion {
    for suggestion in later.suggestions {
        let known = earlier
            .suggestions
            .iter()
            .any(|s| s.text == suggestion.text);
        if !known {
            earlier.suggestions.push(suggestion);
        }
    }
    earlier.micros.prefix += later.micros.prefix;
    earlier.micros.decode += later.micros.decode;
    earlier
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
        let cursor = fixture.find("$0").expect("a cursor");
        let text = Rope::from_str(&fixture.replace("$0", ""));
        assert_eq!(several_lines_fit(&text, &(cursor..cursor)), expected);
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
}
