//! A request at work, and how it is told to stop.

use std::sync::Arc;

use completer::CancelToken;
use event_listener::{Event, listener};

/// A request at work. Dropping it cancels the work: the request is answered, the
/// client took it back, or the session is over.
#[derive(Debug, Default)]
pub struct Running(Work);

/// What has to be told to stop: the thread that works and the task that waits.
#[derive(Clone, Debug, Default)]
pub(super) struct Work {
    token: CancelToken,
    cancelled: Arc<Event>,
}

impl Work {
    pub(super) fn cancel(&self) {
        self.token.cancel();
        self.cancelled.notify(usize::MAX);
    }

    pub(super) fn is_cancelled(&self) -> bool {
        self.token.is_cancelled()
    }
}

impl Running {
    /// What an edit cancels.
    pub(super) fn work(&self) -> &Work {
        &self.0
    }

    /// The token that the work looks at.
    pub fn token(&self) -> &CancelToken {
        &self.0.token
    }

    /// Waits until an edit, or the end of the session, makes the work useless.
    pub async fn cancelled(&self) {
        loop {
            // Listens before it looks, so that no cancellation falls between the two.
            listener!(self.0.cancelled => listener);
            if self.0.is_cancelled() {
                return;
            }
            listener.await;
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.0.cancel();
    }
}
