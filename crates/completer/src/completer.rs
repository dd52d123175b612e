//! From a request to ranked suggestions.

use std::sync::{Arc, Mutex};
use std::time::Instant;

use lstm_format::Engine;

use crate::cancel::{CancelToken, Cancelled, Limits};
use crate::completion::{Completion, Micros, Stop};
use crate::decode::{Task, decode};
use crate::memo::{Memo, MemoSession};
use crate::options::{Before, Options, Request};
use crate::prefix::{Feeder, Windows};
use crate::state_cache::StateCache;
use crate::stop_rules::StopRules;
use crate::suggest::{Draft, rank};
use crate::surroundings::Surroundings;

/// Memory for states, unless [`Completer::with_cache_bytes`] says otherwise.
const DEFAULT_CACHE_BYTES: usize = 16 << 20;

/// One part in so many of that memory is for the steps of decoding.
const MEMO_SHARE: usize = 4;

/// Completes with one model. Share it between threads; each request opens its
/// own session of the engine.
pub struct Completer {
    engine: Arc<dyn Engine>,
    cache: Mutex<StateCache>,
    memo: Mutex<Memo>,
}

impl Completer {
    /// A completer with an empty cache of 16 MiB.
    pub fn new(engine: Arc<dyn Engine>) -> Self {
        Self::with_cache_bytes(engine, DEFAULT_CACHE_BYTES)
    }

    /// A completer that keeps at most `bytes` bytes of states. 0 keeps none,
    /// which costs time and changes nothing else.
    pub fn with_cache_bytes(engine: Arc<dyn Engine>, bytes: usize) -> Self {
        Self {
            engine,
            cache: Mutex::new(StateCache::new(bytes - bytes / MEMO_SHARE)),
            memo: Mutex::new(Memo::new(bytes / MEMO_SHARE)),
        }
    }

    /// The model.
    pub fn engine(&self) -> &dyn Engine {
        &*self.engine
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
        let started = Instant::now();
        let options = request.options;
        let limits = Limits {
            cancel,
            deadline: options.deadline,
        };
        let mut session = self.session();
        let config = self.engine.config();
        let windows = Windows::new(config, request.path, request.before);
        let mut feeder = Feeder {
            session: &mut session,
            config,
            cache: &self.cache,
            limits,
        };
        let state = windows.state(&mut feeder)?;
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
                prefix: micros_since(started),
                decode: 0,
            },
            stop: Stop::Deadline,
        };
        let Some(state) = state else {
            return Ok(completion);
        };

        let decoding = Instant::now();
        let must = options.must_start_with.as_deref().unwrap_or_default();
        completion.stop = match forced_after(word, must) {
            Some(forced) if options.candidates > 0 => {
                let language = &config.language;
                let rules = StopRules::new(&surroundings, language, options.multi_line);
                let task = Task {
                    rules: &rules,
                    forced: forced.as_bytes(),
                    limits,
                    options,
                };
                let decoded = decode(&mut *feeder.session, state, &task)?;
                let draft = Draft {
                    surroundings: &surroundings,
                    word,
                    must,
                    most: options.candidates,
                };
                let stop = decoded.stop();
                completion.suggestions = rank(decoded.candidates(), &draft);
                match stop {
                    Stop::Finished if completion.suggestions.is_empty() => Stop::NothingToAdd,
                    stop => stop,
                }
            }
            Some(_) => Stop::Finished,
            None => Stop::NothingToAdd,
        };
        completion.micros.decode = micros_since(decoding);
        Ok(completion)
    }

    /// Completes where the cursor will be once `text` is accepted, so that this
    /// suggestion is there by then. For the time in which someone reads the
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

    /// Brings the windows that will follow the one at the cursor at most 32
    /// bytes nearer each, so that crossing into them costs no more than any
    /// other keystroke. For the pauses between completions of someone who
    /// types; changes no answer.
    ///
    /// # Errors
    /// [`Cancelled`] if `cancel` is set, which is looked at before every window.
    pub fn catch_up(&self, request: &Request<'_>, cancel: &CancelToken) -> Result<(), Cancelled> {
        let config = self.engine.config();
        let windows = Windows::new(config, request.path, request.before);
        let following = windows.following();
        if following.is_empty() {
            return Ok(());
        }
        let mut session = self.session();
        let mut feeder = Feeder {
            session: &mut session,
            config,
            cache: &self.cache,
            limits: Limits {
                cancel,
                deadline: None,
            },
        };
        for window in following {
            feeder.bring_nearer(&window)?;
        }
        Ok(())
    }

    fn session(&self) -> MemoSession<'_> {
        MemoSession::new(self.engine.session(), &self.memo)
    }
}

/// What must be decoded after `word` for the whole to start with `must`;
/// `None` if that cannot be.
fn forced_after<'a>(word: &str, must: &'a str) -> Option<&'a str> {
    must.strip_prefix(word)
        .or_else(|| word.starts_with(must).then_some(""))
}

fn micros_since(instant: Instant) -> u64 {
    u64::try_from(instant.elapsed().as_micros()).unwrap_or(u64::MAX)
}
