//! What all clients of one process have in common: weights, threads, counts.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use parking_lot::Mutex;

use crate::models::{Completers, ModelSource, Models};
use crate::scheduler::{ClientId, Scheduler};
use crate::session::battery::Batteries;
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
    pub(crate) batteries: Batteries,
    /// This program, as it was called when it started: where it is replaced later,
    /// the system no longer tells.
    pub(crate) program: Option<PathBuf>,
    arrivals: AtomicU64,
    /// What was computed for each client that is connected.
    completers: Mutex<HashMap<ClientId, Arc<Completers>>>,
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
            batteries: Batteries::default(),
            program: std::env::current_exe().ok(),
            arrivals: AtomicU64::new(0),
            completers: Mutex::default(),
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

    /// Clients come or go: all that are there then share the memory anew.
    fn change_clients(&self, change: impl FnOnce(&mut HashMap<ClientId, Arc<Completers>>)) {
        let mut completers = self.completers.lock();
        change(&mut completers);
        Completers::share(completers.values());
        self.clients.set(completers.len());
    }

    /// Counts a client in.
    pub(crate) fn arrival(self: &Arc<Self>) -> Guest {
        let guest = Guest {
            id: self.arrivals.fetch_add(1, Ordering::Relaxed),
            shared: Arc::clone(self),
            completers: Arc::default(),
        };
        self.change_clients(|all| {
            all.insert(guest.id, Arc::clone(&guest.completers));
        });
        guest
    }
}

/// A client that is counted. Dropping it counts it out, and keeps what was
/// counted of its suggestions.
pub(crate) struct Guest {
    id: ClientId,
    shared: Arc<Shared>,
    completers: Arc<Completers>,
}

impl Guest {
    /// Its number, which no other client has had.
    pub(crate) fn id(&self) -> ClientId {
        self.id
    }

    /// What completes for it.
    pub(crate) fn completers(&self) -> &Completers {
        &self.completers
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        // Another process may hold the file, or its disk not answer: the next client's
        // counts go with these.
        let counter = &self.shared.counter;
        counter.write_within(disk::PATIENCE, Duration::ZERO);
        self.shared.change_clients(|all| {
            all.remove(&self.id);
        });
    }
}
