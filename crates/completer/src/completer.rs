//! From a request to ranked suggestions.

use std::sync::{Arc, Mutex};
use std::time::Instant;

use lstm_format::Engine;

use crate::cancel::{CancelToken, Cancelled, Limits};
use crate::completion::{Completion, Micros, Stop};
use crate::decode::{Task, decode};
use crate::options::Request;
use crate::prefix::{Feeder, Windows, lock};
use crate::state_cache::StateCache;
use crate::stop_rules::StopRules;
use crate::suggest::{Draft, rank};
use crate::surroundings::Surroundings;

/// Memory for states, unless [`Completer::with_cache_bytes`] says otherwise.
pub const DEFAULT_CACHE_BYTES: usize = 16 << 20;

/// Completes with one model. Share it between threads; each request opens its
/// own session of the engine.
pub struct Completer {
    engine: Arc<dyn Engine>,
    cache: Mutex<StateCache>,
}

impl Completer {
    /// A completer with an empty cache of [`DEFAULT_CACHE_BYTES`].
    pub fn new(engine: Arc<dyn Engine>) -> Self {
        Self::with_cache_bytes(engine, DEFAULT_CACHE_BYTES)
    }

    /// A completer that keeps at most `bytes` bytes of states. 0 keeps none,
    /// which costs time and changes nothing else.
    pub fn with_cache_bytes(engine: Arc<dyn Engine>, bytes: usize) -> Self {
        Self {
            engine,
            cache: Mutex::new(StateCache::new(bytes)),
        }
    }

    /// The model.
    pub fn engine(&self) -> &dyn Engine {
        &*self.engine
    }

    /// Frees the cached states. Later completions are the same, the next one slower.
    pub fn forget_states(&self) {
        lock(&self.cache).clear();
    }

    /// Completes at one cursor.
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
        let mut session = self.engine.session();
        let config = self.engine.config();
        let windows = Windows::new(config, request.path, request.before);
        let mut feeder = Feeder {
            session: &mut *session,
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
                let rules = StopRules::new(&surroundings, options.multi_line);
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
        // The answer is there; whether the next windows got nearer is no part of it.
        windows.catch_up(&mut feeder).unwrap_or_default();
        Ok(completion)
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
