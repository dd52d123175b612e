//! From a snapshot to suggestions, for every method that shows some.
//!
//! Owns: which thread, how long, when an answer is out of date, what is done in
//! the pause after it. Must not know how the answer is shown.

use std::borrow::Cow;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use completer::{Before, Cancelled, Completer, Completion, Options, Request, Suggestion};
use tower_lsp::jsonrpc::{Error, Result};
use tower_lsp::lsp_types::{Range, TextDocumentIdentifier, Url};
use tracing::Span;

use super::Backend;
use super::document::Document;
use super::documents::{Running, Snapshot};
use super::models::Model;
use super::position;
use super::reason::Reason;
use super::scheduler::{JobError, Order, Purpose};
use super::settings::Settings;
use super::workspace::Workspace;

/// Bytes after the cursor that suggestions are scored by and trimmed against.
const LOOK_AHEAD: usize = 4096;

/// Suggestions and where they go.
pub(super) struct Suggested {
    /// Texts, best first.
    pub(super) texts: Vec<Text>,
    /// What each of them replaces: part of one line.
    pub(super) range: Range,
    /// Whose ideas they are.
    pub(super) model: Option<Arc<Model>>,
}

/// One suggestion.
#[derive(Debug)]
pub(super) struct Text {
    /// What to put in place of the range.
    pub(super) text: String,
    /// Probability that the model gives to what is added, 0–1.
    pub(super) probability: f64,
    /// How many bytes of it, at its end, are new.
    pub(super) added: usize,
    /// Whether it is the text that typing would bring.
    pub(super) likeliest: bool,
}

impl From<Suggestion> for Text {
    fn from(suggestion: Suggestion) -> Self {
        Self {
            probability: suggestion.log_prob.exp(),
            added: suggestion.bytes,
            likeliest: suggestion.likeliest,
            text: suggestion.text,
        }
    }
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

    /// Completes at `snapshot`, and remembers how that went. Empty where the
    /// user wants nothing; a language without a model is completed from memory.
    ///
    /// # Errors
    /// `ContentModified` if the document has changed or a newer request has
    /// come meanwhile, an internal error if the work panicked.
    pub(super) async fn suggest(
        &self,
        snapshot: Snapshot,
        options: Options,
        purpose: Purpose,
    ) -> Result<Suggested> {
        let started = Instant::now();
        let language = snapshot.document.language.clone();
        self.journal.turn_to(&language);
        let mut suggested = Suggested {
            texts: Vec::new(),
            range: self.to_range(&snapshot, snapshot.at.start),
            model: None,
        };
        let outcome = self.complete(snapshot, options, purpose).await;
        let micros = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX);
        let (reason, answer) = match outcome {
            Ok((completion, range, model)) => {
                if self.settings().statistics {
                    let counter = &self.shared.counter;
                    counter.answered(&language, model.name(), micros);
                }
                suggested.model = Some(model);
                let nothing = completion.suggestions.is_empty();
                suggested.range = range;
                suggested.texts = completion.suggestions.into_iter().map(Text::from).collect();
                (nothing.then(|| Reason::of(completion.stop)), Ok(suggested))
            }
            Err(reason) => {
                let answer = reason.error().map_or(Ok(suggested), Err);
                (Some(reason), answer)
            }
        };
        self.journal.answered(purpose, micros, reason);
        answer
    }

    /// The completion, the range that it replaces and whose it is, or why there is none.
    async fn complete(
        &self,
        snapshot: Snapshot,
        options: Options,
        purpose: Purpose,
    ) -> std::result::Result<(Completion, Range, Arc<Model>), Reason> {
        let settings = self.settings();
        let language = &snapshot.document.language;
        if let Some(reason) = settings.silence(Some(&snapshot.uri), Some(language)) {
            return Err(reason);
        }
        if snapshot.document.too_large {
            return Err(Reason::TooLarge);
        }
        let models = &self.shared.models;
        let model = match models.get(language, settings.model.as_deref()).await {
            Ok(model) => model,
            Err(absent) => match Reason::absent(absent) {
                Some(reason) => return Err(reason),
                None => models.of_memory(language),
            },
        };
        let options = Options {
            deadline: Some(Instant::now() + settings.deadline),
            ..options
        };
        let running = self.documents.start(&snapshot);
        let question = Question {
            completer: self.completers.of(&model),
            snapshot: snapshot.clone(),
            options,
            workspace: Arc::clone(&self.workspace),
            unsaved: self.documents.unsaved(&snapshot.uri),
        };
        let job = {
            let (question, token) = (question.clone(), running.token().clone());
            move || question.put(|completer, request| completer.complete(request, &token))
        };
        let order = self.order(&snapshot, purpose, &running);
        let outcome = tokio::select! {
            outcome = self.shared.scheduler.run(order, job) => outcome,
            // Answered now; the thread notices at its next byte.
            () = running.cancelled() => Err(JobError::Cancelled),
        };
        if !self.documents.is_current(&snapshot) {
            return Err(Reason::Superseded);
        }
        let completion = match outcome {
            Ok(Ok(completion)) => completion,
            Err(JobError::Superseded) => return Err(Reason::Superseded),
            // The text is as it was, so it was the end of the session.
            Ok(Err(Cancelled)) | Err(JobError::Cancelled) => return Err(Reason::Cancelled),
            Err(JobError::Panicked) => return Err(Reason::Failed),
        };
        record(&completion);
        let range = self.to_range(&snapshot, snapshot.at.start - completion.replaces);
        let shown = completion.suggestions.first();
        let shown = shown.filter(|_| purpose == Purpose::Ghost);
        let shown = shown.and_then(|shown| shown.text.get(completion.replaces..));
        let shown = shown.map(str::to_owned);
        if let Some(shown) = &shown {
            self.documents.shown(&snapshot, shown);
        }
        self.prepare(question, shown);
        Ok((completion, range, model))
    }

    /// Has a worker prepare for what may come next, unless an edit comes first:
    /// the keystrokes to come and, where ghost text is `shown`, its being
    /// accepted. Nobody waits for it.
    fn prepare(&self, question: Question, shown: Option<String>) {
        let running = self.documents.start(&question.snapshot);
        let order = self.order(&question.snapshot, Purpose::Later, &running);
        let scheduler = self.shared.scheduler.clone();
        let token = running.token().clone();
        let job = move || {
            question.put(|completer, request| {
                completer.catch_up(request, &token)?;
                shown.map_or(Ok(()), |shown| {
                    completer.look_ahead(request, &shown, &token)
                })
            })
        };
        tokio::spawn(async move {
            // How far it got shows in the time of a later answer.
            let _ = scheduler.run(order, job).await;
            drop(running);
        });
    }

    fn order(&self, snapshot: &Snapshot, purpose: Purpose, running: &Running) -> Order {
        Order {
            client: self.id,
            uri: snapshot.uri.clone(),
            purpose,
            token: running.token().clone(),
        }
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

/// Whether several lines may be suggested at `at`, where a suggestion may have
/// been `just_accepted`.
pub(super) fn several_lines_fit(
    document: &Document,
    at: &std::ops::Range<usize>,
    just_accepted: bool,
) -> bool {
    let text = &document.text;
    let line = text.byte_to_line(at.start);
    let before = text.byte_slice(text.line_to_byte(line)..at.start);
    let rest = text.byte_slice(at.end..).chars();
    let rest: String = rest.take_while(|c| !matches!(c, '\n' | '\r')).collect();
    completer::several_lines_fit(
        &document.language,
        Cow::from(before).as_bytes(),
        &rest,
        just_accepted,
    )
}

/// What is asked of a completer, with all that its answer depends on.
#[derive(Clone)]
struct Question {
    completer: Arc<Completer>,
    snapshot: Snapshot,
    options: Options,
    workspace: Arc<Workspace>,
    /// The client's other documents that are not saved.
    unsaved: Vec<(Url, u64, Document)>,
}

impl Question {
    /// Calls `ask` with completer and request; on a worker thread.
    fn put<T>(&self, ask: impl FnOnce(&Completer, &Request<'_>) -> T) -> T {
        let (completer, snapshot) = (&*self.completer, &self.snapshot);
        let document = &snapshot.document;
        let path = path(snapshot);
        let memory = self
            .workspace
            .layer(&path, &document.language, self.unsaved.clone());
        let tail = document.tail(snapshot.at.start, completer.reach());
        let request = Request {
            path: &path.to_string_lossy(),
            before: Before {
                text: tail.text.as_bytes(),
                start: tail.start,
            },
            after: &document.head(snapshot.at.end, LOOK_AHEAD),
            language: &document.language,
            memory: Some(&memory),
            options: &self.options,
        };
        ask(completer, &request)
    }
}

/// Where the document lies, or would if it were a file.
pub(super) fn path(snapshot: &Snapshot) -> PathBuf {
    let file = snapshot.uri.to_file_path();
    file.unwrap_or_else(|()| PathBuf::from(snapshot.uri.path()))
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
        assert_eq!(
            several_lines_fit(&document, &(cursor..cursor), false),
            expected
        );
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
