//! How every piece of work on a snapshot is run: where, until when, and why it gave
//! nothing.

use std::pin::pin;

use completer::{CancelToken, Cancelled};
use futures_util::future::{Either, select};

use super::{Reason, Session, Snapshot};
use crate::documents::Running;
use crate::scheduler::{JobError, Order, Purpose};

impl Session {
    /// Does `job` on a worker thread once `begin` is over. An edit of the document ends
    /// both.
    ///
    /// # Errors
    /// [`Reason::Superseded`] if the document has changed or a newer request has come
    /// meanwhile, [`Reason::Cancelled`] if the session is over, [`Reason::Failed`] if the
    /// work panicked.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        snapshot: &Snapshot,
        purpose: Purpose,
        begin: impl Future<Output = ()>,
        job: impl FnOnce(&CancelToken) -> Result<T, Cancelled> + Send + 'static,
    ) -> Result<T, Reason> {
        let running = self.documents.start(&snapshot.revision);
        let work = async {
            begin.await;
            let token = running.token().clone();
            let order = self.order(snapshot, purpose, &running);
            self.shared.scheduler.run(order, move || job(&token)).await
        };
        let outcome = match select(pin!(work), pin!(running.cancelled())).await {
            Either::Left((outcome, _)) => outcome,
            // Answered now; the thread notices at its next byte.
            Either::Right(_) => Err(JobError::Cancelled),
        };
        if !self.documents.is_current(&snapshot.revision) {
            return Err(Reason::Superseded);
        }
        match outcome {
            Ok(Ok(result)) => Ok(result),
            Err(JobError::Superseded) => Err(Reason::Superseded),
            // The text is as it was, so it was the end of the session.
            Ok(Err(Cancelled)) | Err(JobError::Cancelled) => Err(Reason::Cancelled),
            Err(JobError::Panicked) => Err(Reason::Failed),
        }
    }

    /// Does `job` when no other work waits, unless an edit comes first. No caller waits
    /// for it; how far it got shows in the time of a later answer.
    pub(super) fn run_later(
        &self,
        snapshot: &Snapshot,
        purpose: Purpose,
        job: impl FnOnce(&CancelToken) -> Result<(), Cancelled> + Send + 'static,
    ) {
        let running = self.documents.start(&snapshot.revision);
        let order = self.order(snapshot, purpose, &running);
        // The job owns what an edit cancels, and takes it along when it is dropped.
        drop(
            self.shared
                .scheduler
                .run(order, move || job(running.token())),
        );
    }

    fn order(&self, snapshot: &Snapshot, purpose: Purpose, running: &Running) -> Order {
        Order {
            client: self.guest.id(),
            document: snapshot.revision.id.clone(),
            purpose,
            token: running.token().clone(),
        }
    }
}
