//! What all clients of one process have in common: weights, threads, counts.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::models::{ModelSource, Models};
use crate::scheduler::{ClientId, Scheduler};
use crate::statistics::Counter;
use crate::watched::{Watched, Watcher};
use crate::workspaces::Memories;

/// Where things are kept between starts; `None` keeps nothing.
#[derive(Clone, Debug, Default)]
pub struct Kept {
    /// File of what was counted.
    pub statistics: Option<PathBuf>,
    /// Folder of what can be made again.
    pub caches: Option<PathBuf>,
}

/// What all clients of one process have in common.
pub struct Shared {
    pub(crate) models: Arc<Models>,
    pub(crate) memories: Memories,
    pub(crate) scheduler: Scheduler,
    pub(crate) counter: Counter,
    /// This program, as it was called when it started: where it is replaced later,
    /// the system no longer tells.
    pub(crate) program: Option<PathBuf>,
    arrivals: AtomicU64,
    clients: Watched<usize>,
}

impl Shared {
    /// No client is connected and nothing is loaded yet.
    pub fn new(source: ModelSource, kept: Kept) -> Arc<Self> {
        Arc::new(Self {
            models: Arc::new(Models::new(source)),
            memories: Memories::new(kept.caches),
            scheduler: Scheduler::for_this_machine(),
            counter: Counter::new(kept.statistics),
            program: std::env::current_exe().ok(),
            arrivals: AtomicU64::new(0),
            clients: Watched::default(),
        })
    }

    /// How many clients are connected, now and from now on.
    pub fn clients(&self) -> Watcher<usize> {
        self.clients.watch()
    }

    /// Keeps what was counted; the process ends.
    pub fn finish(&self) {
        self.counter.finish();
    }

    fn count(&self, change: impl FnOnce(usize) -> usize) {
        self.clients.change(|clients| {
            *clients = change(*clients);
            true
        });
    }

    /// Counts a client in.
    pub(crate) fn arrival(self: &Arc<Self>) -> Guest {
        self.count(|clients| clients + 1);
        Guest {
            id: self.arrivals.fetch_add(1, Ordering::Relaxed),
            shared: Arc::clone(self),
        }
    }
}

/// A client that is counted. Dropping it counts it out, and keeps what was
/// counted of its suggestions.
pub(crate) struct Guest {
    id: ClientId,
    shared: Arc<Shared>,
}

impl Guest {
    /// Its number, which no other client has had.
    pub(crate) fn id(&self) -> ClientId {
        self.id
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        // Another process may hold the file, or its disk not answer: the next client's
        // counts go with these.
        let counter = &self.shared.counter;
        counter.write_within(disk::PATIENCE, Duration::ZERO);
        self.shared.count(|clients| clients - 1);
    }
}
