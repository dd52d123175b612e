//! The box to try it: what an editor would show there.

use std::path::PathBuf;
use std::sync::Arc;

use code_index::{Group, Texts, newline};
use completer::{Before, CancelToken, Completer, NO_CLOCK, Options, Request, Suggestion, show};
use language::secrets::{is_secret_file, without_secrets};
use lstm_format::Engine;
use parking_lot::Mutex;
use serde::Serialize;

/// Ways to go on that are named beside the ghost text.
const WAYS: usize = 3;

/// Completes with a model, the text before the cursor, and texts that it was told to
/// remember.
pub struct Trying {
    completer: Completer,
    language: String,
    memory: Mutex<Group>,
}

/// One way to go on.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Way {
    /// The text.
    pub text: String,
    /// Of all of it, in nats.
    pub log_prob: f64,
}

impl Trying {
    /// Completes with `engine`; nothing is remembered yet.
    pub fn new(engine: Arc<dyn Engine>) -> Self {
        Self {
            language: engine.config().language.clone(),
            completer: Completer::new(engine),
            memory: Mutex::default(),
        }
    }

    /// Remembers `texts`, pairs of path and content, in the place of what was remembered
    /// before; those in unrelated languages and what looks like a secret are left out. How many
    /// files and bytes that are.
    pub fn remember(&self, texts: impl IntoIterator<Item = (PathBuf, String)>) -> (usize, usize) {
        let group = language::group_of_id(&self.language);
        let mut kept = Texts::new();
        for (path, text) in texts {
            let is_wanted = language::group_of_file(&path).as_ref() == Some(&group);
            if is_wanted && !is_secret_file(&path) {
                let text = newline::into_lf(text).into_bytes();
                let text = without_secrets(text.into());
                kept.insert(path, Arc::from(&*text));
            }
        }
        let mut memory = self.memory.lock();
        if let Some((other, _)) = memory.holding(&kept) {
            *memory = other;
        }
        memory.size()
    }

    /// What an editor would show between `before` and `after` in the file at `path`, if
    /// anything.
    pub fn ghost(&self, path: &str, before: &str, after: &str) -> Option<String> {
        let options = Options::ghost(show::glance_cost(show::DEFAULT_EAGERNESS));
        let first = self
            .suggestions(path, before, after, &options)
            .into_iter()
            .next();
        first.map(|suggestion| suggestion.text)
    }

    /// The likeliest ways to go on there, best first.
    pub fn ways_on(&self, path: &str, before: &str, after: &str) -> Vec<Way> {
        let options = Options {
            candidates: WAYS,
            ..Options::default()
        };
        let suggestions = self.suggestions(path, before, after, &options).into_iter();
        let way = |suggestion: Suggestion| Way {
            text: suggestion.text,
            log_prob: suggestion.log_prob,
        };
        suggestions.map(way).collect()
    }

    fn suggestions(
        &self,
        path: &str,
        before: &str,
        after: &str,
        options: &Options,
    ) -> Vec<Suggestion> {
        let memory = self.memory.lock().layer(&[PathBuf::from(path)]);
        let request = Request {
            path,
            before: Before::whole(before.as_bytes()),
            after,
            language: &self.language,
            memory: Some(&memory),
            options,
            clock: NO_CLOCK,
        };
        let completion = self.completer.complete(&request, &CancelToken::new());
        // Nothing cancels it.
        completion.map_or_else(|_| Vec::new(), |completion| completion.suggestions)
    }
}
