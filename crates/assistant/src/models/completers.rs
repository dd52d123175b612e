//! The completers of one client, one a model.
//!
//! All clients share the weights; what was computed for the documents of one client is
//! its own. So a client that asks for much makes no other forget anything, and when a
//! client leaves, its memory is free.

use std::sync::{Arc, Weak};

use completer::Completer;
use parking_lot::Mutex;

use super::Model;

/// The completers of one client.
#[derive(Default)]
pub(crate) struct Completers(Mutex<Vec<(Weak<Model>, Arc<Completer>)>>);

impl Completers {
    /// The completer for `model`. What belongs to models that were replaced since
    /// is dropped.
    pub(crate) fn of(&self, model: &Arc<Model>) -> Arc<Completer> {
        let mut all = self.0.lock();
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
