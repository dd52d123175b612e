//! From a request to ranked suggestions.

use std::sync::Arc;
use std::time::Duration;

use code_index::{Memory, Prefix, PrefixCache, Scorer};
use lstm_format::{Engine, Session};
use parking_lot::Mutex;

use crate::cancel::{CancelToken, Cancelled, Clock, Limits};
use crate::completion::{Completion, Micros, Stop};
use crate::decode::StopRules;
use crate::decode::{Predictor, Recall, Task, decode};
use crate::fitted::Fitted;
use crate::names_after::{self, NamesAfter};
use crate::options::{Before, Options, Reach, Request};
use crate::show::{self, Ignored};
use crate::states::{Feeder, Memo, MemoSession, StateCache, Windows};
use crate::suggest::{Seam, Site, best_first, drafts, rank};
use crate::surprise::{Document, Finder, Surprise};
use crate::surroundings::{self, Brackets, Surroundings};

/// One part in so many of that memory is for the steps of decoding.
const MEMO_SHARE: usize = 3;

/// Completes with one model, for one client: what it has computed is kept until
/// there is too much of it. Share it between threads; each request opens its own
/// session of the engine.
pub struct Completer {
    engine: Option<Arc<dyn Engine>>,
    cache: Mutex<StateCache>,
    memo: Mutex<Memo>,
    prefixes: PrefixCache,
    fitted: Fitted,
}

impl Completer {
    /// Bytes of states that one client's typing profits from: 4.5 MiB.
    pub const CACHE_BYTES: usize = 9 << 19;

    /// A completer with an empty cache of [`CACHE_BYTES`](Self::CACHE_BYTES).
    pub fn new(engine: Arc<dyn Engine>) -> Self {
        Self::with_cache_bytes(engine, Self::CACHE_BYTES)
    }

    /// A completer that keeps at most `bytes` bytes of states. 0 keeps none,
    /// which costs time and changes nothing else.
    pub fn with_cache_bytes(engine: Arc<dyn Engine>, bytes: usize) -> Self {
        let completer = Self {
            fitted: Fitted::of(engine.fits()),
            engine: Some(engine),
            ..Self::of_memory()
        };
        completer.set_cache_bytes(bytes);
        completer
    }

    /// A completer for languages without a model: it knows what
    /// [`Request::memory`] holds, and without that nothing. Where that is little,
    /// it could only babble; so without a [`Options::glance_cost`] it takes the
    /// default one.
    pub fn of_memory() -> Self {
        Self {
            engine: None,
            fitted: Fitted::default(),
            cache: Mutex::new(StateCache::new(0)),
            memo: Mutex::new(Memo::new(0)),
            prefixes: PrefixCache::default(),
        }
    }

    /// Keeps at most `bytes` bytes of states from now on, and forgets those that were
    /// used longest ago where there are more. Changes no answer.
    pub fn set_cache_bytes(&self, bytes: usize) {
        let memo = bytes / MEMO_SHARE;
        self.memo.lock().set_limit(memo);
        self.cache.lock().set_limit(bytes - memo);
    }

    /// Bytes around a cursor that a completion can depend on.
    pub fn reach(&self) -> Reach {
        let engine = self.engine.as_ref();
        let window = engine.map_or(0, |engine| engine.config().window_rule().reach());
        Reach {
            before: window
                .max(Prefix::REACH)
                .max(names_after::REACH)
                .max(surroundings::REACH),
            after: names_after::REACH,
        }
    }

    /// The model, if there is one.
    pub fn engine(&self) -> Option<&dyn Engine> {
        self.engine.as_deref()
    }

    /// Completes at one cursor. Reads the window that ends there and nothing
    /// else; [`catch_up`](Self::catch_up) is for what comes after it.
    ///
    /// A deadline that passes is no error: what there is by then comes back,
    /// with [`Stop::Deadline`].
    ///
    /// # Errors
    /// [`Cancelled`] if `cancel` is set before the candidates are decoded; it is
    /// looked at before every decoded byte.
    pub fn complete(
        &self,
        request: &Request<'_>,
        cancel: &CancelToken,
    ) -> Result<Completion, Cancelled> {
        let clock = request.clock;
        let started = clock();
        let options = request.options;
        let limits = Limits {
            cancel,
            clock,
            deadline: options.deadline,
        };
        let mut session = self.session();
        let state = match (self.engine(), &mut session) {
            (Some(engine), Some(session)) => {
                let windows = Windows::new(
                    engine.config(),
                    request.path,
                    request.language,
                    request.before,
                );
                let mut feeder = self.feeder(engine, session, limits);
                windows.state(&mut feeder)?.map(Some)
            }
            _ => Some(None),
        };
        let prefix = request.memory.map(|_| self.prefix(request.before));
        let memory = prefix.as_ref().zip(request.memory);
        let memory = memory.map(|(prefix, workspace)| Memory {
            prefix,
            workspace,
            stops: &self.fitted.stops,
            scorer: Some(Scorer::built_in()),
        });
        let mut predictor = Predictor {
            session: session.map(|session| Box::new(session) as Box<dyn Session>),
            memory: memory.map(|memory| Recall::new(memory, &self.fitted.gate)),
        };
        let surroundings = Surroundings::new(request.before.text, request.after);
        let word = if options.heal_word {
            surroundings.word
        } else {
            ""
        };
        let mut completion = Completion {
            suggestions: Vec::new(),
            replaces: word.len(),
            micros: Micros {
                prefix: micros_since(clock, started),
                decode: 0,
            },
            stop: Stop::Deadline,
        };
        let Some(state) = state else {
            return Ok(completion);
        };

        let cursor = predictor.head(state, request.before.text);

        let decoding = clock();
        let must = options.must_start_with.as_deref().unwrap_or_default();
        let Some(forced) = forced_after(word, must) else {
            completion.stop = Stop::NothingToAdd;
            return Ok(completion);
        };
        if options.candidates == 0 {
            completion.stop = Stop::Finished;
            return Ok(completion);
        }
        let language = language::row(request.language);
        let text = request.before.text;
        let brackets = Brackets::new(language, text, surroundings.rest);
        let rules = StopRules::new(&surroundings, &brackets, language, options);
        let task = Task {
            rules: &rules,
            forced: forced.as_bytes(),
            limits,
            options,
        };
        let decoded = decode(&mut predictor, cursor.clone(), &task)?;
        let default = || show::glance_cost(show::DEFAULT_EAGERNESS);
        let cost = options.glance_cost;
        let cost = cost.or_else(|| self.engine.is_none().then(default));
        let site = Site {
            surroundings: &surroundings,
            brackets: &brackets,
            whole_words: cost.is_none(),
        };
        let mut stop = decoded.stop();
        let mut candidates = decoded.candidates();
        if options.rescoring {
            let names = NamesAfter::new(text, request.after);
            let weights = self.fitted.names;
            let weighed = candidates.into_iter().map(|c| c.weighed(&names, weights));
            candidates = weighed.collect();
        }
        let mut drafts = drafts(candidates, site, forced.len());
        if let Some(seam) = Seam::new(&surroundings, &brackets, language) {
            drafts = match seam.fitting(drafts, &mut predictor, &cursor, limits)? {
                Some(fitting) => fitting,
                None => {
                    stop = Stop::Deadline;
                    Vec::new()
                }
            };
        }
        let ranked = rank(drafts, word, options.candidates);
        let some = !ranked.is_empty();
        let percent = show::percent(&ranked);
        let mut suggestions = match cost {
            Some(cost) => show::worth_a_look(ranked, word.len(), cost, &options.ignored),
            None => ranked,
        };
        if options.unasked {
            show::likely_enough(&mut suggestions, brackets.mode());
        }
        completion.suggestions = match cost {
            Some(_) => suggestions,
            None => best_first(suggestions),
        };
        completion.stop = match stop {
            Stop::Finished if !some => Stop::NothingToAdd,
            Stop::Finished if completion.suggestions.is_empty() => Stop::NotWorthALook { percent },
            stop => stop,
        };
        completion.micros.decode = micros_since(clock, decoding);
        Ok(completion)
    }

    /// Completes where the cursor will be once `text` is accepted, so that this
    /// suggestion is there by then. For the time in which the typist reads the
    /// suggestion `text`; changes no answer.
    ///
    /// # Errors
    /// [`Cancelled`] if `cancel` is set, which is looked at as in
    /// [`complete`](Self::complete).
    pub fn look_ahead(
        &self,
        request: &Request<'_>,
        text: &str,
        cancel: &CancelToken,
    ) -> Result<(), Cancelled> {
        let before = [request.before.text, text.as_bytes()].concat();
        let options = Options {
            just_accepted: true,
            ignored: Ignored::default(),
            deadline: None,
            must_start_with: None,
            ..request.options.clone()
        };
        let ahead = Request {
            before: Before {
                text: &before,
                start: request.before.start,
            },
            options: &options,
            ..*request
        };
        self.complete(&ahead, cancel).map(drop)
    }

    /// Reads what a completion at this cursor needs, so that the first one here costs no
    /// more than any other. For a cursor that has come to rest at a place where nothing was
    /// typed yet; changes no answer.
    ///
    /// # Errors
    /// [`Cancelled`] if `cancel` is set, which is looked at every 256 bytes.
    pub fn warm_up(&self, request: &Request<'_>, cancel: &CancelToken) -> Result<(), Cancelled> {
        if let (Some(engine), Some(mut session)) = (self.engine(), self.session()) {
            let windows = Windows::new(
                engine.config(),
                request.path,
                request.language,
                request.before,
            );
            let limits = Limits::without_deadline(cancel, request.clock);
            windows.approach(&mut self.feeder(engine, &mut session, limits))?;
        }
        let options = Options {
            candidates: 0,
            deadline: None,
            must_start_with: None,
            ..request.options.clone()
        };
        let here = Request {
            options: &options,
            ..*request
        };
        self.complete(&here, cancel).map(drop)
    }

    /// Reads of the windows that will follow the one at the cursor so much that crossing
    /// into them costs no more than any other edit: the more, the closer that is. For the
    /// pauses between a typist's completions; changes no answer.
    ///
    /// # Errors
    /// [`Cancelled`] if `cancel` is set, which is looked at before every window.
    pub fn catch_up(&self, request: &Request<'_>, cancel: &CancelToken) -> Result<(), Cancelled> {
        let Some(engine) = self.engine() else {
            return Ok(());
        };
        let windows = Windows::new(
            engine.config(),
            request.path,
            request.language,
            request.before,
        );
        let following = windows.following();
        if following.is_empty() {
            return Ok(());
        }
        let Some(mut session) = self.session() else {
            return Ok(());
        };
        let limits = Limits::without_deadline(cancel, request.clock);
        let mut feeder = self.feeder(engine, &mut session, limits);
        for (window, away) in following {
            feeder.bring_nearer(&window, away)?;
        }
        Ok(())
    }

    /// The tokens of `document` that are unlikely where they stand, in order.
    /// None without a model.
    ///
    /// # Errors
    /// [`Cancelled`] if `cancel` is set, which is looked at before every byte.
    pub fn surprises(
        &self,
        document: &Document<'_>,
        cancel: &CancelToken,
    ) -> Result<Vec<Surprise>, Cancelled> {
        let Some(engine) = self.engine() else {
            return Ok(Vec::new());
        };
        let finder = Finder {
            engine,
            fitted: &self.fitted,
        };
        finder.find(document, cancel)
    }

    fn session(&self) -> Option<MemoSession<'_>> {
        let engine = self.engine()?;
        Some(MemoSession::new(engine.session(), &self.memo))
    }

    fn feeder<'a>(
        &'a self,
        engine: &'a dyn Engine,
        session: &'a mut dyn Session,
        limits: Limits<'a>,
    ) -> Feeder<'a> {
        Feeder {
            session,
            config: engine.config(),
            cache: &self.cache,
            limits,
        }
    }

    /// The text before a cursor as a memory.
    fn prefix(&self, before: Before<'_>) -> Prefix {
        Prefix::ending(before.text, before.start, &self.prefixes)
    }
}

/// What must be decoded after `word` for the whole to start with `must`;
/// `None` if that cannot be.
fn forced_after<'a>(word: &str, must: &'a str) -> Option<&'a str> {
    must.strip_prefix(word)
        .or_else(|| word.starts_with(must).then_some(""))
}

fn micros_since(clock: Clock<'_>, start: Duration) -> u64 {
    u64::try_from(clock().saturating_sub(start).as_micros()).unwrap_or(u64::MAX)
}
