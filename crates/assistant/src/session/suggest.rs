//! From a snapshot to suggestions.
//!
//! Owns: which model, how long, when an answer is out of date, what is done in the
//! pause after it. Must not know how the answer is shown.

use std::future::ready;
use std::sync::Arc;
use std::time::Instant;

use completer::{
    Before, Completer, Completion, MultiLine, Options, Request, Strategy, Suggestion, show,
};
use tracing::Span;

use super::discretion::keep_secrets;
use super::{Reason, Session, Snapshot};
use crate::models::Model;
use crate::scheduler::Purpose;
use crate::settings::Settings;

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ask {
    /// Candidates of one line each, for a list.
    List {
        /// Whether the user asked for it; if not, what is unlikely stays away.
        by_hand: bool,
    },
    /// Ghost text.
    Ghost {
        /// Whether the user asked for it, and so wants alternatives and to see even
        /// what is unlikely.
        by_hand: bool,
        /// Text of the entry that is selected in the editor's own list, which takes
        /// the place of the snapshot's range; suggestions begin with it.
        selected: Option<String>,
    },
}

/// Suggestions and where they go.
pub struct Suggested {
    /// Texts, best first.
    pub texts: Vec<Text>,
    /// Bytes of the document that each of them replaces: part of one line.
    pub range: std::ops::Range<usize>,
    /// Whose ideas they are; `None` where nothing was asked of a model.
    pub model: Option<Arc<Model>>,
}

/// One suggestion.
#[derive(Debug)]
pub struct Text {
    /// What to put in place of the range.
    pub text: String,
    /// Probability that the model gives to what is added, 0–1.
    pub probability: f64,
    /// How many bytes of it, at its end, are new.
    pub added: usize,
    /// Whether it is the text that typing would bring.
    pub likeliest: bool,
}

impl Text {
    /// What it adds to the text that is there.
    pub fn new_part(&self) -> &str {
        let old = self.text.len().saturating_sub(self.added);
        self.text.get(old..).unwrap_or(&self.text)
    }
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

impl Ask {
    fn purpose(&self) -> Purpose {
        match self {
            Self::List { .. } => Purpose::Popup,
            Self::Ghost { .. } => Purpose::Ghost,
        }
    }
}

impl Session {
    /// Completes at `snapshot`, and remembers how that went. Empty where the
    /// user wants nothing; a language without a model is completed from memory.
    ///
    /// # Errors
    /// [`Reason::Superseded`], [`Reason::Cancelled`] or [`Reason::Failed`]: there is no
    /// answer to this snapshot any more.
    pub async fn suggest(&self, snapshot: Snapshot, ask: Ask) -> Result<Suggested, Reason> {
        let started = snapshot.asked;
        let language = snapshot.document.language.clone();
        self.journal.turn_to(&language);
        let purpose = ask.purpose();
        let nothing = Suggested {
            texts: Vec::new(),
            range: snapshot.at.clone(),
            model: None,
        };
        let statistics = snapshot.settings.statistics;
        let outcome = self.complete(snapshot, ask).await;
        let micros = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX);
        let (reason, answer) = match outcome {
            Ok((completion, range, model)) => {
                if statistics {
                    let counter = &self.shared.counter;
                    counter.answered(&language, model.name(), micros);
                }
                let empty = completion.suggestions.is_empty();
                let mut texts: Vec<Text> =
                    completion.suggestions.into_iter().map(Text::from).collect();
                if purpose == Purpose::Ghost {
                    // First what typing would bring too, then the others by rank.
                    texts.sort_by_key(|text| !text.likeliest);
                }
                let suggested = Suggested {
                    texts,
                    range,
                    model: Some(model),
                };
                (empty.then(|| Reason::of(completion.stop)), Ok(suggested))
            }
            Err(reason) if reason.leaves_no_answer() => (Some(reason.clone()), Err(reason)),
            Err(reason) => (Some(reason), Ok(nothing)),
        };
        self.journal.answered(purpose, micros, reason);
        answer
    }

    /// Notes that ghost text was asked for where there can be none, for this `reason`.
    pub fn declined(&self, reason: Reason) {
        self.journal.answered(Purpose::Ghost, 0, Some(reason));
    }

    /// The completion, the bytes that it replaces and whose it is, or why there is none.
    async fn complete(
        &self,
        snapshot: Snapshot,
        ask: Ask,
    ) -> Result<(Completion, std::ops::Range<usize>, Arc<Model>), Reason> {
        let purpose = ask.purpose();
        let options = self.options(&snapshot, ask);
        let (question, model) = self.question(snapshot, options).await?;
        let snapshot = &question.snapshot;
        let job = {
            let question = question.clone();
            move |token: &_| {
                question.put(|completer, request| {
                    let mut completion = completer.complete(request, token)?;
                    let reach = completer.reach();
                    let snapshot = &question.snapshot;
                    keep_secrets(&mut completion, snapshot, reach.before, reach.after);
                    Ok(completion)
                })
            }
        };
        let completion = self.run(snapshot, purpose, ready(()), job).await?;
        record(&completion);
        let range = snapshot.at.start - completion.replaces..snapshot.at.end;
        let shown = completion.suggestions.first();
        let shown = shown.filter(|_| purpose == Purpose::Ghost);
        let shown = shown.and_then(|shown| shown.text.get(completion.replaces..));
        let shown = shown.map(str::to_owned);
        if let Some(shown) = &shown {
            self.documents
                .shown(&snapshot.revision, snapshot.at.start, shown);
        }
        self.prepare(question, shown);
        Ok((completion, range, model))
    }

    /// The cursor has come to `snapshot`: what completing there needs is read when no other
    /// work waits, so that the first key there is answered as soon as any other. Does
    /// nothing where nothing would be suggested, or no power is to be spent on it.
    pub async fn arrived(&self, snapshot: Snapshot) {
        if !snapshot.settings.read_ahead {
            return;
        }
        let options = options(&snapshot.settings);
        let Ok((question, _)) = self.question(snapshot, options).await else {
            return;
        };
        let snapshot = question.snapshot.clone();
        let shared = Arc::clone(&self.shared);
        self.run_later(&snapshot, Purpose::Arrival, move |token| {
            match shared.batteries.are_low() {
                true => Ok(()),
                false => question.put(|completer, request| completer.warm_up(request, token)),
            }
        });
    }

    /// What is to be asked at `snapshot` and of which model, or why there is no answer.
    async fn question(
        &self,
        snapshot: Snapshot,
        options: Options,
    ) -> Result<(Question, Arc<Model>), Reason> {
        let settings = &snapshot.settings;
        let language = &snapshot.document.language;
        let silence = settings.silence(Some(&snapshot.place.path), Some(language));
        if let Some(silence) = silence {
            return Err(silence.into());
        }
        if let Some(reason) = Reason::without_text(&snapshot.document) {
            return Err(reason);
        }
        let waiting = Instant::now();
        let models = &self.shared.models;
        let model = match models.get(language, settings.model.as_deref()).await {
            Ok(model) => model,
            Err(absent) => match Reason::absent(absent) {
                Some(reason) => return Err(reason),
                None => models.of_memory(language),
            },
        };
        let question = Question {
            completer: self.guest.completers().of(&model),
            options: Options {
                deadline: Some(settings.deadline),
                ..options
            },
            // A model is read once a process; the wait for that does not count.
            asked: snapshot.asked + waiting.elapsed(),
            snapshot,
        };
        Ok((question, model))
    }

    /// Has a worker prepare for what may come next, unless an edit comes first:
    /// the keystrokes to come and, where ghost text is `shown`, its being accepted.
    fn prepare(&self, question: Question, shown: Option<String>) {
        let snapshot = question.snapshot.clone();
        self.run_later(&snapshot, Purpose::Later, move |token| {
            question.put(|completer, request| {
                completer.catch_up(request, token)?;
                shown.map_or(Ok(()), |shown| completer.look_ahead(request, &shown, token))
            })
        });
    }

    /// How to complete at `snapshot`, as the user set it.
    fn options(&self, snapshot: &Snapshot, ask: Ask) -> Options {
        let settings = &snapshot.settings;
        let options = options(settings);
        let (by_hand, selected) = match ask {
            Ask::List { by_hand } => {
                return Options {
                    unasked: !by_hand,
                    ..options
                };
            }
            Ask::Ghost { by_hand, selected } => (by_hand, selected),
        };
        let ghost = self
            .documents
            .ghost(&snapshot.revision.id, snapshot.at.start);
        let options = Options {
            multi_line: match settings.multi_line {
                true => MultiLine::Auto,
                false => MultiLine::Off,
            },
            just_accepted: ghost.accepted,
            ignored: ghost.ignored,
            // The range of a selected entry holds the half-typed word already.
            heal_word: selected.is_none(),
            must_start_with: selected,
            ..options
        };
        match by_hand {
            true => options,
            false => Options {
                strategy: Strategy::Greedy,
                candidates: 1,
                glance_cost: Some(show::glance_cost(settings.eagerness)),
                ..options
            },
        }
    }
}

/// Options as the user set them.
fn options(settings: &Settings) -> Options {
    Options {
        candidates: settings.candidates,
        temperature: settings.temperature,
        top_p: settings.top_p,
        max_bytes: settings.max_bytes,
        heal_word: true,
        ..Options::default()
    }
}

/// What is asked of a completer, with all that its answer depends on.
#[derive(Clone)]
struct Question {
    completer: Arc<Completer>,
    snapshot: Snapshot,
    options: Options,
    /// Where the deadline counts from.
    asked: Instant,
}

impl Question {
    /// Calls `ask` with completer and request; on a worker thread.
    fn put<T>(&self, ask: impl FnOnce(&Completer, &Request<'_>) -> T) -> T {
        let (completer, snapshot) = (&*self.completer, &self.snapshot);
        let document = &snapshot.document;
        let memory = snapshot.memory();
        let reach = completer.reach();
        let tail = snapshot.tail(reach.before);
        let request = Request {
            path: &snapshot.place.path.to_string_lossy(),
            before: Before {
                text: tail.text.as_bytes(),
                start: tail.start,
            },
            after: &document.head(snapshot.at.end, reach.after),
            language: &document.language,
            memory: Some(&memory),
            options: &self.options,
            clock: &|| self.asked.elapsed(),
        };
        ask(completer, &request)
    }
}

fn record(completion: &Completion) {
    let span = Span::current();
    let bytes: usize = completion.suggestions.iter().map(|s| s.bytes).sum();
    span.record("bytes", bytes);
    span.record("prefix_us", completion.micros.prefix);
    span.record("decode_us", completion.micros.decode);
}
