//! Telling a completion to give up, from another thread or by the caller's clock.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// A flag shared by the caller of a completion and the worker that computes it.
#[derive(Clone, Debug, Default)]
pub struct CancelToken(Arc<AtomicBool>);

impl CancelToken {
    /// A token that is not cancelled yet.
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

/// Gives the time since a moment of the caller's choice. A completer has no clock
/// of its own, because a browser's is not the one of the standard library:
///
/// ```
/// let started = std::time::Instant::now();
/// let clock: completer::Clock<'_> = &|| started.elapsed();
/// ```
pub type Clock<'a> = &'a (dyn Fn() -> Duration + Sync);

/// For callers without a deadline that want no times: a clock that stands at 0.
pub const NO_CLOCK: Clock<'static> = &|| Duration::ZERO;

/// What is looked at before every byte that is decoded.
#[derive(Clone, Copy)]
pub(crate) struct Limits<'a> {
    pub(crate) cancel: &'a CancelToken,
    pub(crate) clock: Clock<'a>,
    pub(crate) deadline: Option<Duration>,
}

impl<'a> Limits<'a> {
    /// For work that no client waits for.
    pub(crate) fn without_deadline(cancel: &'a CancelToken, clock: Clock<'a>) -> Self {
        Self {
            cancel,
            clock,
            deadline: None,
        }
    }

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
            .is_some_and(|deadline| (self.clock)() >= deadline))
    }
}
