//! Telling a completion to give up, from another thread or by the clock.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

/// A flag shared by whoever asked for a completion and whoever computes it.
#[derive(Clone, Debug, Default)]
pub struct CancelToken(Arc<AtomicBool>);

impl CancelToken {
    /// A token nobody has cancelled yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Asks every holder of a clone to give up. There is no way back.
    pub fn cancel(&self) {
        self.0.store(true, Ordering::Release);
    }

    /// Whether [`cancel`](Self::cancel) has been called on any clone.
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

/// The token was cancelled before the completion was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the completion was cancelled")]
pub struct Cancelled;

/// What is looked at before every byte that is decoded.
#[derive(Clone, Copy)]
pub(crate) struct Limits<'a> {
    pub(crate) cancel: &'a CancelToken,
    pub(crate) deadline: Option<Instant>,
}

impl Limits<'_> {
    /// Whether the deadline has passed.
    ///
    /// # Errors
    /// [`Cancelled`] if the token is set, deadline or not.
    pub(crate) fn late(&self) -> Result<bool, Cancelled> {
        if self.cancel.is_cancelled() {
            return Err(Cancelled);
        }
        Ok(self
            .deadline
            .is_some_and(|deadline| Instant::now() >= deadline))
    }
}
