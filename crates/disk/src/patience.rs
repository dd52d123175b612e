//! File systems that do not answer.
//!
//! A file on a network whose server is gone, or in a file system that a program makes up,
//! can keep the thread that asks for it for ever, and no call of the system takes a time.
//! So another thread asks, and the caller waits a while for what it says.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{self, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

/// How long an answer may take. A disk that has to start up first takes longer; what lies
/// there is left out then and asked for the next time.
pub const PATIENCE: Duration = Duration::from_secs(1);

/// Threads that may hang at once. With more of them nothing is asked for any more.
const MOST_STUCK: usize = 64;

/// Threads that are kept for the next question.
const MOST_SPARE: usize = 4;

type Job = Box<dyn FnOnce() + Send>;

/// Each is a thread that waits for a job.
static SPARE: Mutex<Vec<Sender<Job>>> = Mutex::new(Vec::new());
static STUCK: AtomicUsize = AtomicUsize::new(0);

thread_local! {
    /// Whether this thread is one of those that ask.
    static ASKS: Cell<bool> = const { Cell::new(false) };
}

/// What `work`, which asks a file system, comes to within `patience`; `None` if it does
/// not by then. It goes on all the same, since nothing can stop it.
///
/// Work within such work waits with it.
pub fn within<T: Send + 'static>(
    patience: Duration,
    work: impl FnOnce() -> T + Send + 'static,
) -> Option<T> {
    if ASKS.get() {
        return Some(work());
    }
    if STUCK.load(Ordering::Relaxed) >= MOST_STUCK {
        return None;
    }
    let (say, answer) = mpsc::sync_channel(1);
    // Set by the caller that gives up or by the thread that answers, whichever is first.
    let is_over = Arc::new(AtomicBool::new(false));
    let is_over_here = Arc::clone(&is_over);
    let job: Job = Box::new(move || {
        let worked = catch_unwind(AssertUnwindSafe(work));
        if is_over_here.swap(true, Ordering::Relaxed) {
            STUCK.fetch_sub(1, Ordering::Relaxed);
        }
        // An error means that the caller waits no longer.
        let _ = say.send(worked);
    });
    let helper = hand_over(job)?;
    // Twice half the time: where this process was stopped meanwhile, the first wait is over
    // when it goes on, and the answer comes in the second.
    let half = patience / 2;
    let in_time = answer
        .recv_timeout(half)
        .or_else(|_| answer.recv_timeout(half));
    let worked = match in_time {
        Ok(worked) => worked,
        Err(_) => {
            STUCK.fetch_add(1, Ordering::Relaxed);
            if !is_over.swap(true, Ordering::Relaxed) {
                return None;
            }
            // It answers at this moment.
            STUCK.fetch_sub(1, Ordering::Relaxed);
            answer.recv().ok()?
        }
    };
    let mut spare = SPARE.lock().unwrap_or_else(PoisonError::into_inner);
    if spare.len() < MOST_SPARE {
        spare.push(helper);
    }
    drop(spare);
    Some(worked.unwrap_or_else(|panic| resume_unwind(panic)))
}

/// Gives `job` to a thread; `None` where the system has no room for one.
fn hand_over(mut job: Job) -> Option<Sender<Job>> {
    loop {
        let spare = SPARE.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let Some(helper) = spare else { break };
        match helper.send(job) {
            Ok(()) => return Some(helper),
            Err(mpsc::SendError(back)) => job = back,
        }
    }
    let (helper, jobs) = mpsc::channel::<Job>();
    let thread = thread::Builder::new().name("disk".to_owned());
    let spawned = thread.spawn(move || {
        ASKS.set(true);
        jobs.into_iter().for_each(|job| job());
    });
    spawned.ok()?;
    helper.send(job).ok()?;
    Some(helper)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_answer_is_given_up_and_the_next_is_asked_all_the_same() {
        let (go_on, wait) = mpsc::channel::<()>();
        let (left, has_left) = mpsc::channel();
        let stuck = within(Duration::from_millis(10), move || {
            let _ = wait.recv();
            let _ = left.send(());
        });
        assert_eq!(stuck, None);
        assert_eq!(within(Duration::from_secs(60), || 7), Some(7));
        let inner = || within(Duration::ZERO, || 8);
        assert_eq!(within(Duration::from_secs(60), inner), Some(Some(8)));
        drop(go_on);
        assert!(has_left.recv().is_ok());
    }

    #[test]
    fn a_panic_is_the_caller_s() {
        let panicked = catch_unwind(|| within(Duration::from_secs(60), || panic!("no")));
        assert!(panicked.is_err());
        assert_eq!(within(Duration::from_secs(60), || 1), Some(1));
    }
}
