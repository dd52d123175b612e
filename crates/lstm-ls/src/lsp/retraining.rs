//! Whether a client's retraining is under way, and how it is stopped.

use std::sync::Arc;

use parking_lot::Mutex;
use tokio::sync::oneshot;

/// A client's retraining, if one is under way.
#[derive(Clone, Default)]
pub(super) struct Retraining(Arc<Mutex<Option<oneshot::Sender<()>>>>);

impl Retraining {
    /// Takes the place of the one that may be under way: what hears of its end,
    /// or `None` if there is one already.
    pub(super) fn begin(&self) -> Option<oneshot::Receiver<()>> {
        let mut running = self.0.lock();
        if running.as_ref().is_some_and(|stop| !stop.is_closed()) {
            return None;
        }
        let (stop, stopped) = oneshot::channel();
        *running = Some(stop);
        Some(stopped)
    }

    /// Stops the one that is under way. True if there was one.
    pub(super) fn stop(&self) -> bool {
        let mut running = self.0.lock();
        running.take().is_some_and(|stop| stop.send(()).is_ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_at_a_time() {
        let retraining = Retraining::default();
        assert!(!retraining.stop());
        let first = retraining.begin();
        assert!(first.is_some());
        assert!(retraining.begin().is_none());
        assert!(retraining.stop());
        assert!(retraining.begin().is_some());
        // One that has ended by itself is out of the way.
        assert!(retraining.begin().is_some());
    }
}
