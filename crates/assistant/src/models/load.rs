//! One loading of a model, that many requests may wait for.

use std::sync::OnceLock;

use event_listener::{Event, listener};

use super::Loaded;

/// A loading that is under way, or its result.
#[derive(Default)]
pub(super) struct Load {
    result: OnceLock<Loaded>,
    finished: Event,
}

impl Load {
    /// It is over, with this result.
    pub(super) fn finish(&self, result: Loaded) {
        // A second result changes nothing.
        let _ = self.result.set(result);
        self.finished.notify(usize::MAX);
    }

    /// The result, if it is over.
    pub(super) fn done(&self) -> Option<Loaded> {
        self.result.get().cloned()
    }

    /// Waits for the result.
    pub(super) async fn wait(&self) -> Loaded {
        loop {
            // Listens before it looks, so that the end does not fall between the two.
            listener!(self.finished => listener);
            if let Some(result) = self.done() {
                return result;
            }
            listener.await;
        }
    }
}
