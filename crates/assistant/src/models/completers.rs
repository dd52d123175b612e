//! The completers of one client, one a model.
//!
//! All clients share the weights; what was computed for the documents of one client is
//! its own. So a client that asks for much makes no other forget anything, and when a
//! client leaves, its memory is free. What many clients keep together is bounded: each
//! has an even share of it.

use std::sync::{Arc, Weak};

use completer::Completer;
use parking_lot::Mutex;

use super::Model;

/// The completers of one client.
pub(crate) struct Completers(Mutex<Inner>);

struct Inner {
    all: Vec<(Weak<Model>, Arc<Completer>)>,
    /// Bytes of states that each of them may keep.
    bytes: usize,
}

/// Bytes of states that the clients of one process keep of one model together, as long
/// as that leaves [`LEAST`] for each.
const TOGETHER: usize = 64 << 20;

/// Bytes of states with which a typist's next key is still one step.
const LEAST: usize = 1 << 19;

impl Default for Completers {
    fn default() -> Self {
        Self(Mutex::new(Inner {
            all: Vec::new(),
            bytes: Completer::CACHE_BYTES,
        }))
    }
}

impl Completers {
    /// Gives each of `clients` its share.
    pub(crate) fn share<'a>(clients: impl ExactSizeIterator<Item = &'a Arc<Self>>) {
        let even = TOGETHER / clients.len().max(1);
        let bytes = even.clamp(LEAST, Completer::CACHE_BYTES);
        for client in clients {
            let mut inner = client.0.lock();
            inner.bytes = bytes;
            let all = inner.all.iter();
            all.for_each(|(_, completer)| completer.set_cache_bytes(bytes));
        }
    }

    /// The completer for `model`. What belongs to models that were replaced since
    /// is dropped.
    pub(crate) fn of(&self, model: &Arc<Model>) -> Arc<Completer> {
        let mut inner = self.0.lock();
        inner.all.retain(|(model, _)| model.strong_count() > 0);
        let mut known = inner.all.iter();
        if let Some((_, completer)) = known.find(|(of, _)| of.as_ptr() == Arc::as_ptr(model)) {
            return Arc::clone(completer);
        }
        let completer = Arc::new(model.completer());
        completer.set_cache_bytes(inner.bytes);
        inner
            .all
            .push((Arc::downgrade(model), Arc::clone(&completer)));
        completer
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_share_what_few_have_in_full() {
        let shares = |clients: usize| {
            let clients: Vec<Arc<Completers>> = (0..clients).map(|_| Arc::default()).collect();
            Completers::share(clients.iter());
            let shares = clients.iter().map(|client| client.0.lock().bytes);
            shares.collect::<Vec<_>>()
        };
        assert_eq!(shares(2), [Completer::CACHE_BYTES; 2]);
        assert_eq!(shares(64), [TOGETHER / 64; 64]);
        assert_eq!(shares(1000), [LEAST; 1000]);
    }
}
