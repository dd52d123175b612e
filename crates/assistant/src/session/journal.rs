//! What the last request of a client came to, for those who ask how things stand.

use std::sync::atomic::{AtomicBool, Ordering};

use parking_lot::Mutex;

use super::reason::Reason;
use crate::scheduler::Purpose;
use crate::watched::{Watched, Watcher};

/// Kept for one client.
#[derive(Debug, Default)]
pub(super) struct Journal {
    last: Mutex<Last>,
    /// Changes with the language that is worked in.
    turned: Watched<()>,
    /// Whether the client has asked for the status, and so is told of changes.
    asked: AtomicBool,
}

/// The last request.
#[derive(Clone, Debug, Default)]
pub(super) struct Last {
    /// LSP identifier of the language that is worked in.
    pub(super) language: Option<String>,
    /// Time from the request to its answer, in µs.
    pub(super) micros: Option<u64>,
    /// Why nothing was offered, if nothing was. Who asks for ghost text wants
    /// to know of that; lists hardly ever are empty.
    pub(super) reason: Option<Reason>,
    /// Whether the client asks for ghost text.
    asks_for_ghost_text: bool,
}

impl Journal {
    /// A document in `language` was opened or asked about.
    pub(super) fn turn_to(&self, language: &str) {
        let mut last = self.last.lock();
        if last.language.as_deref() != Some(language) {
            last.language = Some(language.to_owned());
            drop(last);
            self.turned.set(());
        }
    }

    /// A request for `purpose` was answered.
    pub(super) fn answered(&self, purpose: Purpose, micros: u64, reason: Option<Reason>) {
        let mut last = self.last.lock();
        last.micros = Some(micros);
        last.asks_for_ghost_text |= purpose == Purpose::Ghost;
        if purpose == Purpose::Ghost || !last.asks_for_ghost_text {
            last.reason = reason;
        }
    }

    /// The last request.
    pub(super) fn last(&self) -> Last {
        self.last.lock().clone()
    }

    /// Waits for another language to be worked in.
    pub(super) fn turns(&self) -> Watcher<()> {
        self.turned.watch()
    }

    /// The client wants to know.
    pub(super) fn ask(&self) {
        self.asked.store(true, Ordering::Relaxed);
    }

    /// Whether it does.
    pub(super) fn is_asked(&self) -> bool {
        self.asked.load(Ordering::Relaxed)
    }
}
