//! What is suggested at the cursor, and what it took.

use std::path::Path;
use std::time::Instant;

use code_index::Layer;
use completer::{
    Before, CancelToken, Completer, Completion, Micros, Options, Request, Suggestion, show,
};

use super::buffer::Buffer;

/// Suggestions at one cursor.
#[derive(Debug, Default)]
pub(super) struct Suggestions {
    /// The likeliest text, which typing brings.
    ghost: Option<Suggestion>,
    /// Microseconds that the ghost text took: what one keystroke costs.
    pub(super) micros: Micros,
    /// Candidates to choose from, best first.
    pub(super) candidates: Vec<Suggestion>,
    /// Whether there was time for the candidates.
    pub(super) are_listed: bool,
    /// Which of them is chosen, if not the ghost text.
    pub(super) index: Option<usize>,
}

impl Suggestions {
    /// What an editor would show as ghost text, and no candidates yet.
    pub(super) fn ghost(completer: &Completer, path: &str, buffer: &Buffer) -> Self {
        let options = Options::ghost(show::glance_cost(show::DEFAULT_EAGERNESS));
        let completion = complete(completer, path, buffer, &options);
        Self {
            micros: completion.micros,
            ghost: completion.suggestions.into_iter().next(),
            ..Self::default()
        }
    }

    /// Adds what the popup of an editor would list.
    pub(super) fn add_candidates(&mut self, completer: &Completer, path: &str, buffer: &Buffer) {
        self.candidates = complete(completer, path, buffer, &Options::default()).suggestions;
        self.are_listed = true;
    }

    /// What Tab inserts, and what stands on the screen as ghost text.
    pub(super) fn chosen(&self) -> Option<&str> {
        let chosen = match self.index {
            Some(index) => self.candidates.get(index),
            None => self.ghost.as_ref(),
        };
        chosen.map(|suggestion| suggestion.text.as_str())
    }

    /// Bytes of the ghost text.
    pub(super) fn ghost_bytes(&self) -> usize {
        self.ghost.as_ref().map_or(0, |ghost| ghost.bytes)
    }

    pub(super) fn choose_next(&mut self) {
        let last = self.candidates.len().checked_sub(1);
        self.index = self.index.map(|index| index + 1).or(Some(0)).min(last);
    }

    /// Back to the ghost text above the first candidate.
    pub(super) fn choose_previous(&mut self) {
        self.index = self.index.and_then(|index| index.checked_sub(1));
    }
}

fn complete(completer: &Completer, path: &str, buffer: &Buffer, options: &Options) -> Completion {
    let started = Instant::now();
    let model = completer.engine().map(|engine| engine.config());
    let model = model.map_or("", |model| &model.language);
    let request = Request {
        path,
        before: Before::whole(buffer.before().as_bytes()),
        after: buffer.behind(),
        language: &language::told_to(model, "", Path::new(path)),
        memory: Some(&Layer::new()),
        options,
        clock: &|| started.elapsed(),
    };
    completer
        .complete(&request, &CancelToken::default())
        .expect("the token is set by no other thread")
}
