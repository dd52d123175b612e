//! The completers of one client, one a model.
//!
//! Weights are everybody's; what was computed for a client's documents is that
//! client's. So whoever asks for much makes nobody else forget anything, and
//! when a client leaves, its memory is free.

use std::sync::{Arc, Mutex, PoisonError, Weak};

use completer::Completer;

use super::models::Model;

/// See the top of the file.
#[derive(Default)]
pub(super) struct Completers(Mutex<Vec<(Weak<Model>, Arc<Completer>)>>);

impl Completers {
    /// The completer for `model`. What belongs to models that were replaced since
    /// is dropped.
    pub(super) fn of(&self, model: &Arc<Model>) -> Arc<Completer> {
        // What runs under it leaves nothing half-way when it panics.
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|(model, _)| model.strong_count() > 0);
        let known = all.iter().find(|(of, _)| of.as_ptr() == Arc::as_ptr(model));
        if let Some((_, completer)) = known {
            return Arc::clone(completer);
        }
        let completer = Arc::new(model.completer());
        all.push((Arc::downgrade(model), Arc::clone(&completer)));
        completer
    }
}
