//! File systems that do not answer.
//!
//! A file on a network whose server is gone, or in a file system that a program makes up,
//! can keep the thread that asks for it for ever, and no call of the system takes a time.
//! So another thread asks, and the caller waits a while for what it says.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{self, Sender};
use std::thread;
use std::time::Duration;

use parking_lot::Mutex;

/// How long an answer may take. A disk that has to start up first takes longer; what lies
/// there is left out then and asked for the next time.
pub const PATIENCE: Duration = Duration::from_secs(1);

/// Threads that may hang at once. With more of them nothing is asked for any more.
const MOST_STUCK: usize = 256;

/// Threads that are kept for the next question.
const MOST_SPARE: usize = 4;

type Job = Box<dyn FnOnce() + Send>;

/// Each is a thread that waits for a job.
static SPARE: Mutex<Vec<Sender<Job>>> = Mutex::new(Vec::new());
/// What does not answer, and how many that is.
static STUCK: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());
static HOW_MANY: AtomicUsize = AtomicUsize::new(0);

thread_local! {
    /// Whether this thread is one of those that ask.
    static ASKS: Cell<bool> = const { Cell::new(false) };
}

/// What `work`, which asks a file system for `path`, comes to within `patience`; `None` if
/// it does not by then. It goes on all the same, since nothing can stop it, and until it
/// ends nothing else is asked for `path` or what lies below.
///
/// Work within such work waits with it.
pub fn within<T: Send + 'static>(
    path: &Path,
    patience: Duration,
    work: impl FnOnce() -> T + Send + 'static,
) -> Option<T> {
    if ASKS.get() {
        return Some(work());
    }
    if is_hopeless(path) {
        return None;
    }
    let (say, answer) = mpsc::sync_channel(1);
    // Set by the caller that gives up or by the thread that answers, whichever is first.
    let is_over = Arc::new(AtomicBool::new(false));
    let (is_over_here, asked) = (Arc::clone(&is_over), path.to_owned());
    let job: Job = Box::new(move || {
        let worked = catch_unwind(AssertUnwindSafe(work));
        if is_over_here.swap(true, Ordering::Relaxed) {
            answers(&asked);
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
            does_not_answer(path);
            if !is_over.swap(true, Ordering::Relaxed) {
                return None;
            }
            // It answers at this moment.
            answers(path);
            answer.recv().ok()?
        }
    };
    let mut spare = SPARE.lock();
    if spare.len() < MOST_SPARE {
        spare.push(helper);
    }
    drop(spare);
    Some(worked.unwrap_or_else(|panic| resume_unwind(panic)))
}

/// Whether it is known that `path` does not answer, or too much else does not.
pub(crate) fn is_hopeless(path: &Path) -> bool {
    match HOW_MANY.load(Ordering::Relaxed) {
        0 => false,
        MOST_STUCK.. => true,
        _ => STUCK.lock().iter().any(|stuck| path.starts_with(stuck)),
    }
}

fn does_not_answer(path: &Path) {
    HOW_MANY.fetch_add(1, Ordering::Relaxed);
    // That of an open file is not known, and every path begins with none.
    if path.parent().is_some() {
        STUCK.lock().push(path.to_owned());
    }
}

fn answers(path: &Path) {
    HOW_MANY.fetch_sub(1, Ordering::Relaxed);
    let mut stuck = STUCK.lock();
    if let Some(at) = stuck.iter().position(|stuck| stuck == path) {
        stuck.swap_remove(at);
    }
}

/// Gives `job` to a thread; `None` where the system has no room for one.
fn hand_over(mut job: Job) -> Option<Sender<Job>> {
    loop {
        let spare = SPARE.lock().pop();
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

    const LONG: Duration = Duration::from_secs(60);

    #[test]
    fn what_does_not_answer_is_given_up_and_the_next_is_asked_all_the_same() {
        let (go_on, wait) = mpsc::channel::<()>();
        let hung = Path::new("/a/hung");
        let stuck = within(hung, Duration::from_millis(10), move || {
            let _ = wait.recv();
        });
        assert_eq!(stuck, None);
        // That is not asked again, nor what is below.
        assert_eq!(within(hung, LONG, || 7), None);
        assert_eq!(within(&hung.join("file"), LONG, || 7), None);
        assert_eq!(within(Path::new("/a/other"), LONG, || 7), Some(7));
        let inner = || within(Path::new("/b"), Duration::ZERO, || 8);
        assert_eq!(within(Path::new("/b"), LONG, inner), Some(Some(8)));
        drop(go_on);
        while within(hung, LONG, || 9).is_none() {
            thread::yield_now();
        }
    }

    #[test]
    fn a_panic_is_the_caller_s() {
        let path = Path::new("/c");
        let panicked = catch_unwind(|| within(path, LONG, || panic!("no")));
        assert!(panicked.is_err());
        assert_eq!(within(path, LONG, || 1), Some(1));
    }
}
