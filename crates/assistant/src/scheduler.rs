//! Which work runs next: a few threads for all clients, by turns.
//!
//! Owns the threads and the order of work on them. Must not know what the work is, nor
//! what runtime waits for it.
//!
//! More jobs run at once than one client may have: a key is answered beside the many
//! milliseconds that another client's jump to a new place takes, and the system divides
//! the cores among them. What gives way is counted apart: the system may not let it go on for
//! long, not even to see that it was cancelled, and no key is to wait for that.
//!
//! Each client has a queue of its own, in which a newer request of the same
//! kind on the same document takes the place of an older one. So a client that
//! asks too much waits for itself. As long as others work, one that asks faster
//! than it is answered, or has lately had more than its share of the threads, works
//! at a low priority, and with much more than its share it waits until it has not.

use std::collections::{HashMap, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use completer::CancelToken;
use futures_channel::oneshot;
use parking_lot::{Mutex, MutexGuard};

use crate::documents::DocumentId;

mod threads;
mod usage;

use threads::Threads;
use usage::{Standing, Usage};

/// How many jobs may run at once, of those that answer and again of those that give way.
#[derive(Clone, Copy, Debug)]
struct Room {
    /// Of all clients.
    all: usize,
    /// Of one, and what a fair share is a share of.
    each: usize,
}

/// Jobs of all clients that run at once, if one client may have no more.
const AT_ONCE: usize = 4;

/// How soon a client that had too much is looked at again.
const SOON: Duration = Duration::from_millis(10);

/// One client, as long as the process lives.
pub(crate) type ClientId = u64;

/// What a piece of work is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// A popup.
    Popup,
    /// Ghost text.
    Ghost,
    /// The keystrokes to come: no client waits for it, so it waits for every client.
    Later,
    /// A place where something may be typed. Waits for the keystrokes to come where
    /// something is.
    Arrival,
    /// Surprises in a whole document, which take seconds: they wait even longer.
    Diagnosis,
}

/// Why a job gave no result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum JobError {
    /// Its token was set before it began.
    #[error("cancelled")]
    Cancelled,
    /// A newer one took its place before it began.
    #[error("superseded")]
    Superseded,
    /// It panicked. The panic's message went to stderr.
    #[error("the request failed inside the server; its log says where")]
    Panicked,
}

/// What a job is, besides its work.
#[derive(Clone, Debug)]
pub(crate) struct Order {
    /// Whose it is.
    pub(crate) client: ClientId,
    /// What it works on.
    pub(crate) document: DocumentId,
    /// What for.
    pub(crate) purpose: Purpose,
    /// Set when the client no longer wants it.
    pub(crate) token: CancelToken,
}

/// Runs jobs on a bounded number of threads. Clones share them.
#[derive(Clone, Debug)]
pub(crate) struct Scheduler {
    inner: Arc<Mutex<Inner>>,
    room: Room,
    threads: Threads,
}

/// Jobs at work: those that answer, and those that give way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct AtWork([usize; 2]);

impl AtWork {
    fn of(&mut self, gently: bool) -> &mut usize {
        &mut self.0[usize::from(gently)]
    }

    fn none(self) -> bool {
        self == Self::default()
    }
}

#[derive(Debug, Default)]
struct Inner {
    running: AtWork,
    queues: HashMap<ClientId, Queue>,
    /// Clients with a queue; the one whose turn it is comes first.
    turns: VecDeque<ClientId>,
    usage: Usage,
    /// Whether a thread will look again at the clients that had too much.
    watched: bool,
}

#[derive(Debug, Default)]
struct Queue {
    running: AtWork,
    waiting: VecDeque<Waiting>,
    /// Whether a request took another's place since the last one was started.
    hurried: bool,
}

struct Waiting {
    order: Order,
    /// Dropped without being called, it answers [`JobError::Superseded`].
    job: Box<dyn FnOnce() + Send>,
}

/// A job that is to be started.
struct Start {
    order: Order,
    job: Box<dyn FnOnce() + Send>,
    /// At a low priority.
    gently: bool,
}

impl std::fmt::Debug for Waiting {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.order.fmt(f)
    }
}

impl Scheduler {
    fn new(room: Room) -> Self {
        Self {
            inner: Arc::default(),
            room,
            threads: Threads::new(room.all),
        }
    }

    /// A client may have half of the machine's cores, 2 to 4: the popup and the ghost text
    /// at once, and the user's compiler is left its share.
    pub(crate) fn for_this_machine() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let each = (cores / 2).clamp(2, 4);
        Self::new(Room {
            all: each.max(AT_ONCE),
            each,
        })
    }

    /// Runs `job` when it is its client's turn, unless its token is set or a
    /// newer job has come by then. It is queued at once; dropping the future does not
    /// take it back.
    ///
    /// # Errors
    /// [`JobError`].
    pub(crate) fn run<T: Send + 'static>(
        &self,
        order: Order,
        job: impl FnOnce() -> T + Send + 'static,
    ) -> impl Future<Output = Result<T, JobError>> + Send + 'static {
        let (sender, result) = oneshot::channel();
        let token = order.token.clone();
        let job = Box::new(move || {
            let outcome = match token.is_cancelled() {
                true => Err(JobError::Cancelled),
                false => catch_unwind(AssertUnwindSafe(job)).map_err(|_| JobError::Panicked),
            };
            // The client may be gone.
            let _ = sender.send(outcome);
        });
        self.enqueue(Waiting { order, job });
        self.start_what_can_be();
        async move { result.await.unwrap_or(Err(JobError::Superseded)) }
    }

    fn enqueue(&self, new: Waiting) {
        let mut inner = self.lock();
        let client = new.order.client;
        if !inner.queues.contains_key(&client) {
            inner.turns.push_back(client);
        }
        let queue = inner.queues.entry(client).or_default();
        let same =
            |old: &Order| old.purpose == new.order.purpose && old.document == new.order.document;
        queue.waiting.retain(|old| !old.order.token.is_cancelled());
        let before = queue.waiting.len();
        queue.waiting.retain(|old| !same(&old.order));
        queue.hurried |= queue.waiting.len() < before;
        queue.waiting.push_back(new);
    }

    fn start_what_can_be(&self) {
        let next = || self.lock().next(self.room, Instant::now());
        while let Some(Start { order, job, gently }) = next() {
            let scheduler = self.clone();
            let work = move || {
                let work = work_of(job);
                scheduler.lock().finished(order.client, gently, work);
                scheduler.start_what_can_be();
            };
            match gently {
                true => self.threads.give_way(work),
                false => self.threads.answer(work),
            }
        }
        if self.lock().must_be_watched() {
            let scheduler = self.clone();
            self.threads.give_way(move || {
                std::thread::sleep(SOON);
                scheduler.lock().watched = false;
                scheduler.start_what_can_be();
            });
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock()
    }
}

impl Inner {
    /// The job that is to be started now, counted as running.
    fn next(&mut self, room: Room, now: Instant) -> Option<Start> {
        let of = |purposes: &'static [Purpose]| {
            move |waiting: &Waiting| purposes.contains(&waiting.order.purpose)
        };
        // A diagnosis takes so long that one thread is left to what comes sooner.
        let gently = *self.running.of(true);
        let spare = gently == 0 || gently + 1 < room.all;
        self.take(room, now, of(&[Purpose::Popup, Purpose::Ghost]))
            .or_else(|| self.take(room, now, of(&[Purpose::Later])))
            .or_else(|| self.take(room, now, of(&[Purpose::Arrival])))
            .or_else(|| match spare {
                true => self.take(room, now, of(&[Purpose::Diagnosis])),
                false => None,
            })
    }

    fn take(
        &mut self,
        room: Room,
        now: Instant,
        wanted: impl Fn(&Waiting) -> bool,
    ) -> Option<Start> {
        for turn in 0..self.turns.len() {
            let client = self.turns[turn];
            let queue = self.queues.get_mut(&client)?;
            // One thread is always left to the others, if there are any.
            let others_work = self.turns.len() > 1 || self.usage.others_work(client, now);
            let most = match others_work {
                true => room.all.saturating_sub(1).clamp(1, room.each),
                false => room.each,
            };
            let standing = self.usage.standing(client, room.each, now);
            if standing == Standing::TooMuch {
                continue;
            }
            let Some(at) = queue.waiting.iter().position(&wanted) else {
                continue;
            };
            let purpose = queue.waiting[at].order.purpose;
            let awaited = matches!(purpose, Purpose::Popup | Purpose::Ghost);
            let hurried = queue.hurried && others_work;
            let gently = standing == Standing::Much || hurried || !awaited;
            let running = queue.running.of(gently);
            if *running >= most || *self.running.of(gently) >= room.all {
                continue;
            }
            *running += 1;
            *self.running.of(gently) += 1;
            queue.hurried = false;
            self.turns.remove(turn);
            self.turns.push_back(client);
            let Waiting { order, job } = queue.waiting.remove(at)?;
            return Some(Start { order, job, gently });
        }
        None
    }

    /// Whether a job waits, none runs whose end would start it, and no thread has been
    /// told to look again; that is then the caller's duty.
    fn must_be_watched(&mut self) -> bool {
        let waits = self.queues.values().any(|queue| !queue.waiting.is_empty());
        let must = waits && self.running.none() && !self.watched;
        self.watched |= must;
        must
    }

    fn finished(&mut self, client: ClientId, gently: bool, work: Duration) {
        self.usage.add(client, work, Instant::now());
        *self.running.of(gently) -= 1;
        let Some(queue) = self.queues.get_mut(&client) else {
            return;
        };
        *queue.running.of(gently) -= 1;
        if queue.running.none() && queue.waiting.is_empty() {
            self.queues.remove(&client);
            self.turns.retain(|&other| other != client);
        }
    }
}

/// Does `job`; the time that this thread worked on it. What other programs take
/// of the machine meanwhile is not the client's fault.
#[cfg(unix)]
fn work_of(job: impl FnOnce()) -> Duration {
    use rustix::time::{ClockId, clock_gettime};
    let worked = || {
        let time = clock_gettime(ClockId::ThreadCPUTime);
        Duration::try_from(time).unwrap_or_default()
    };
    let before = worked();
    job();
    worked().saturating_sub(before)
}

/// Does `job`; how long that took. Windows counts a thread's work in steps of 15 ms, and most
/// jobs are shorter.
#[cfg(windows)]
fn work_of(job: impl FnOnce()) -> Duration {
    let started = Instant::now();
    job();
    started.elapsed()
}

#[cfg(test)]
mod tests {
    use futures_executor::block_on;

    use super::*;

    fn order(client: ClientId, name: &str, purpose: Purpose) -> Order {
        Order {
            client,
            document: DocumentId::new(name),
            purpose,
            token: CancelToken::default(),
        }
    }

    const ONE: Room = Room { all: 1, each: 1 };
    const TWO: Room = Room { all: 2, each: 2 };

    fn waiting(client: ClientId, name: &str, purpose: Purpose) -> Waiting {
        Waiting {
            order: order(client, name, purpose),
            job: Box::new(|| ()),
        }
    }

    /// Clients and documents in the order in which two threads take them, one
    /// job finishing after the other.
    fn served(jobs: Vec<Waiting>) -> Vec<(ClientId, String)> {
        let scheduler = Scheduler::new(TWO);
        jobs.into_iter().for_each(|job| scheduler.enqueue(job));
        let mut inner = scheduler.lock();
        let mut served = Vec::new();
        let now = Instant::now();
        while let Some(next) = inner.next(TWO, now) {
            served.push((next.order.client, next.order.document.as_str().to_owned()));
            inner.finished(next.order.client, next.gently, Duration::ZERO);
        }
        assert!(inner.queues.is_empty() && inner.turns.is_empty() && inner.running.none());
        served
    }

    #[test]
    fn diagnoses_wait_for_everything_else() {
        let jobs = vec![
            waiting(1, "diagnosis", Purpose::Diagnosis),
            waiting(1, "arrival", Purpose::Arrival),
            waiting(1, "later", Purpose::Later),
            waiting(1, "popup", Purpose::Popup),
        ];
        let order: Vec<String> = served(jobs).into_iter().map(|(_, name)| name).collect();
        assert_eq!(order, ["popup", "later", "arrival", "diagnosis"]);
    }

    #[test]
    fn diagnoses_leave_a_thread() {
        let scheduler = Scheduler::new(TWO);
        for name in ["a", "b"] {
            scheduler.enqueue(waiting(1, name, Purpose::Diagnosis));
        }
        let next = || {
            let started = scheduler.lock().next(TWO, Instant::now());
            started.map(|next| next.order.purpose)
        };
        assert_eq!((next(), next()), (Some(Purpose::Diagnosis), None));
        scheduler.enqueue(waiting(1, "c", Purpose::Ghost));
        assert_eq!((next(), next()), (Some(Purpose::Ghost), None));
        scheduler.lock().finished(1, true, Duration::ZERO);
        assert_eq!(next(), Some(Purpose::Diagnosis));
    }

    #[test]
    fn clients_take_turns() {
        let mut jobs: Vec<_> = (0..4)
            .map(|i| waiting(1, &format!("{i}"), Purpose::Ghost))
            .collect();
        jobs.push(waiting(2, "x", Purpose::Ghost));
        jobs.push(waiting(3, "y", Purpose::Popup));
        let order: Vec<_> = served(jobs).into_iter().map(|(client, _)| client).collect();
        assert_eq!(order, [1, 2, 3, 1, 1, 1]);
    }

    #[test]
    fn the_newest_of_a_kind_is_served_and_what_is_for_later_comes_last() {
        let jobs = vec![
            waiting(1, "a", Purpose::Later),
            waiting(1, "a", Purpose::Ghost),
            waiting(1, "b", Purpose::Ghost),
            waiting(1, "a", Purpose::Popup),
            waiting(1, "a", Purpose::Ghost),
        ];
        let served: Vec<_> = served(jobs).into_iter().map(|(_, name)| name).collect();
        assert_eq!(served, ["b", "a", "a", "a"]);
    }

    #[test]
    fn a_busy_client_leaves_a_thread_to_the_others() {
        let scheduler = Scheduler::new(TWO);
        for name in ["a", "b", "c"] {
            scheduler.enqueue(waiting(1, name, Purpose::Ghost));
        }
        let now = Instant::now();
        let next = || {
            scheduler
                .lock()
                .next(TWO, now)
                .map(|next| next.order.client)
        };
        assert_eq!((next(), next()), (Some(1), Some(1)), "alone");
        scheduler.lock().finished(1, false, Duration::ZERO);
        scheduler.enqueue(waiting(2, "x", Purpose::Later));
        assert_eq!(next(), Some(2));
    }

    #[test]
    fn more_run_at_once_than_one_client_may_have() {
        let room = Room { all: 4, each: 2 };
        let scheduler = Scheduler::new(room);
        let ask = |client, name| scheduler.enqueue(waiting(client, name, Purpose::Ghost));
        ["a", "b", "c"].into_iter().for_each(|name| ask(1, name));
        let now = Instant::now();
        let next = || {
            scheduler
                .lock()
                .next(room, now)
                .map(|next| next.order.client)
        };
        assert_eq!([next(), next(), next()], [Some(1), Some(1), None]);
        (2..5).for_each(|client| ask(client, "x"));
        assert_eq!([next(), next(), next()], [Some(2), Some(3), None]);
    }

    #[test]
    fn a_key_waits_for_nothing_that_gives_way() {
        let scheduler = Scheduler::new(TWO);
        let now = Instant::now();
        let next = || {
            let started = scheduler.lock().next(TWO, now);
            started.map(|next| (next.order.client, next.gently))
        };
        for (client, name) in [(1, "a"), (1, "b"), (2, "x"), (3, "y")] {
            scheduler.enqueue(waiting(client, name, Purpose::Later));
        }
        assert_eq!(
            [next(), next(), next()],
            [Some((1, true)), Some((2, true)), None]
        );
        // None of them comes to its end, as on a machine that is busy.
        scheduler.enqueue(waiting(1, "a", Purpose::Ghost));
        scheduler.enqueue(waiting(2, "x", Purpose::Ghost));
        assert_eq!(
            [next(), next(), next()],
            [Some((1, false)), Some((2, false)), None]
        );
    }

    #[test]
    fn one_that_asks_faster_than_it_is_answered_gives_way() {
        let scheduler = Scheduler::new(TWO);
        let now = Instant::now();
        let next = || scheduler.lock().next(TWO, now).map(|next| next.gently);
        let ask = |client| scheduler.enqueue(waiting(client, "a", Purpose::Ghost));
        ask(1);
        ask(1);
        assert_eq!(next(), Some(false), "alone");
        scheduler.lock().finished(1, false, Duration::ZERO);
        ask(1);
        ask(1);
        ask(2);
        assert_eq!(next(), Some(true));
        assert_eq!(next(), Some(false), "the other");
    }

    #[test]
    fn one_that_had_too_much_waits_while_others_work() {
        let scheduler = Scheduler::new(TWO);
        let now = Instant::now();
        scheduler.lock().usage.add(1, Duration::from_secs(2), now);
        scheduler.enqueue(waiting(1, "a", Purpose::Ghost));
        let next = |at| scheduler.lock().next(TWO, at).map(|next| next.order.client);
        assert_eq!(next(now), Some(1), "alone");
        scheduler.lock().finished(1, false, Duration::ZERO);

        for other in 2..9 {
            let work = Duration::from_millis(100);
            scheduler.lock().usage.add(other, work, now);
        }
        scheduler.enqueue(waiting(1, "a", Purpose::Ghost));
        assert_eq!(next(now), None);
        assert!(scheduler.lock().must_be_watched());
        assert!(!scheduler.lock().must_be_watched(), "once");
        assert_eq!(next(now + Duration::from_secs(2)), Some(1));
    }

    #[test]
    fn a_panic_is_an_error_and_the_next_job_runs() {
        let scheduler = Scheduler::new(ONE);
        let panics = scheduler.run(order(1, "a", Purpose::Popup), || panic!("on purpose"));
        assert_eq!(block_on(panics), Err::<(), _>(JobError::Panicked));
        let job = scheduler.run(order(1, "a", Purpose::Popup), || 7);
        assert_eq!(block_on(job), Ok(7));
    }

    #[test]
    fn a_cancelled_job_does_not_begin() {
        let order = order(1, "a", Purpose::Popup);
        order.token.cancel();
        let scheduler = Scheduler::new(ONE);
        let job = scheduler.run(order, || panic!("must not run"));
        assert_eq!(block_on(job), Err::<(), _>(JobError::Cancelled));
    }
}
