//! What all clients of one process have in common: weights, threads, counts.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::watch;

use super::memories::Memories;
use super::models::{ModelSource, Models};
use super::scheduler::{ClientId, Scheduler};
use crate::statistics::Counter;

/// Where things are kept between starts; `None` keeps nothing.
#[derive(Clone, Debug, Default)]
pub struct Kept {
    /// File of what was counted.
    pub statistics: Option<PathBuf>,
    /// Folder of what can be made again.
    pub caches: Option<PathBuf>,
}

/// See the top of the file.
pub struct Shared {
    pub(super) models: Arc<Models>,
    pub(super) memories: Memories,
    pub(super) scheduler: Scheduler,
    pub(super) counter: Counter,
    /// This program, as it was called when it started: where it is replaced later,
    /// the system no longer tells.
    pub(super) program: Option<PathBuf>,
    arrivals: AtomicU64,
    clients: watch::Sender<usize>,
}

impl Shared {
    /// Nobody is connected and nothing is loaded yet.
    pub fn new(source: ModelSource, kept: Kept) -> Arc<Self> {
        Arc::new(Self {
            models: Arc::new(Models::new(source)),
            memories: Memories::new(kept.caches),
            scheduler: Scheduler::for_this_machine(),
            counter: Counter::new(kept.statistics),
            program: std::env::current_exe().ok(),
            arrivals: AtomicU64::new(0),
            clients: watch::Sender::default(),
        })
    }

    /// How many clients are connected, now and from now on.
    pub fn clients(&self) -> watch::Receiver<usize> {
        self.clients.subscribe()
    }

    /// Counts a client in.
    pub(super) fn arrival(self: &Arc<Self>) -> Guest {
        self.clients.send_modify(|clients| *clients += 1);
        Guest {
            id: self.arrivals.fetch_add(1, Ordering::Relaxed),
            shared: Arc::clone(self),
        }
    }
}

/// A client that is counted. Dropping it counts it out, and keeps what was
/// counted of its suggestions.
pub(super) struct Guest {
    id: ClientId,
    shared: Arc<Shared>,
}

impl Guest {
    /// Its number, which no other client has had.
    pub(super) fn id(&self) -> ClientId {
        self.id
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        self.shared.counter.write();
        self.shared.clients.send_modify(|clients| *clients -= 1);
    }
}
