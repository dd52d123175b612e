//! A few threads for work that takes milliseconds, away from the protocol.

use std::sync::Arc;

use completer::CancelToken;
use tokio::sync::Semaphore;

/// Bounds how many jobs run at once; the others wait in order.
#[derive(Clone, Debug)]
pub(super) struct Workers {
    permits: Arc<Semaphore>,
}

/// Why a job gave no result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum JobError {
    /// Its token was set before it began.
    #[error("cancelled")]
    Cancelled,
    /// It panicked. The panic's message went to stderr.
    #[error("the request failed inside the server; its log says where")]
    Panicked,
}

impl Workers {
    /// At most `jobs` at once.
    pub(super) fn new(jobs: usize) -> Self {
        Self {
            permits: Arc::new(Semaphore::new(jobs)),
        }
    }

    /// Half of the machine's cores, 2 to 4: the popup and the ghost text at
    /// once, and the user's compiler is left its share.
    pub(super) fn for_this_machine() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self::new((cores / 2).clamp(2, 4))
    }

    /// Runs `job` on a thread of its own, unless `token` is set by the time
    /// one is free. Dropping the future does not stop a job that has begun.
    ///
    /// # Errors
    /// [`JobError`].
    pub(super) async fn run<T: Send + 'static>(
        &self,
        token: CancelToken,
        job: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, JobError> {
        let permit = Arc::clone(&self.permits).acquire_owned().await;
        let permit = permit.expect("the semaphore is never closed");
        let job = move || {
            // Held by the job, not by the future: a dropped request must not
            // let one more job in than there are permits.
            let _permit = permit;
            (!token.is_cancelled()).then(job)
        };
        match tokio::task::spawn_blocking(job).await {
            Ok(result) => result.ok_or(JobError::Cancelled),
            Err(_) => Err(JobError::Panicked),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_is_an_error_and_the_next_job_runs() {
        let workers = Workers::new(1);
        let panics = workers.run(CancelToken::default(), || panic!("on purpose"));
        assert_eq!(panics.await, Err::<(), _>(JobError::Panicked));
        assert_eq!(workers.run(CancelToken::default(), || 7).await, Ok(7));
    }

    #[tokio::test]
    async fn a_cancelled_job_does_not_begin() {
        let token = CancelToken::default();
        token.cancel();
        let workers = Workers::new(1);
        let job = workers.run(token, || panic!("must not run"));
        assert_eq!(job.await, Err::<(), _>(JobError::Cancelled));
    }
}
