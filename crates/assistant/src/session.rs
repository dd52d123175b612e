//! What one client works on: its documents, folders and settings, and what is asked
//! about them.
//!
//! Two types, as background work must not see half of a change. A [`Session`] is
//! changed synchronously, as its client says; a [`Snapshot`] is what a request works
//! on, and later changes do not reach it. Must not know how the client is spoken to.

use std::fmt::Display;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use ropey::Rope;

mod battery;
mod discretion;
mod journal;
mod offers;
mod reason;
mod run;
mod shared;
mod snapshot;
mod standing;
mod suggest;
mod surprises;

pub use reason::Reason;
pub use shared::{Kept, Shared};
pub use snapshot::Snapshot;
pub use standing::{Changes, Standing, percent};
pub use suggest::{Ask, Suggested, Text};
pub use surprises::Marked;

use crate::documents::{Change, ChangeError, Document, DocumentId, Documents, Place};
use crate::models::Models;
use crate::settings::Settings;
use crate::watched::Watched;
use crate::workspaces::{Folders, News};
use journal::Journal;
use shared::Guest;

/// One client's session.
pub struct Session {
    guest: Guest,
    shared: Arc<Shared>,
    documents: Documents,
    settings: Watched<Arc<Settings>>,
    folders: Arc<Folders>,
    journal: Journal,
}

impl Session {
    /// A client that has opened nothing yet, and is counted until this is dropped.
    pub fn new(shared: Arc<Shared>) -> Self {
        Self {
            guest: shared.arrival(),
            shared,
            documents: Documents::default(),
            settings: Watched::default(),
            folders: Arc::default(),
            journal: Journal::default(),
        }
    }

    /// The models of the process.
    pub fn models(&self) -> &Arc<Models> {
        &self.shared.models
    }

    /// This program, as it was called when it started.
    pub fn program(&self) -> Option<&Path> {
        self.shared.program.as_deref()
    }

    /// How many clients the process has.
    pub fn clients(&self) -> usize {
        self.shared.clients().get()
    }

    /// The settings in force.
    pub fn settings(&self) -> Arc<Settings> {
        self.settings.get()
    }

    /// Puts `settings` into force.
    pub fn set(&self, settings: Settings) {
        self.settings.change(|current| {
            let changed = **current != settings;
            if changed {
                *current = Arc::new(settings);
            }
            changed
        });
    }

    /// The client opened a document, or opened it again. False if it has so many open that
    /// there is no room for this one.
    pub fn open(&self, id: DocumentId, place: Place, document: Document) -> bool {
        self.journal.turn_to(&document.language);
        if let Some(identity) = place.identity() {
            self.folders.opened(identity);
        }
        self.documents.open(id, place, document)
    }

    /// The client changed a document; see [`Documents::change`].
    ///
    /// # Errors
    /// As there.
    pub fn change<C, E: Display>(
        &self,
        id: &DocumentId,
        version: Option<i32>,
        changes: impl IntoIterator<Item = C>,
        read: impl Fn(&Rope, C) -> Result<Change, E>,
    ) -> Result<(), ChangeError> {
        self.documents.change(id, version, changes, read)
    }

    /// The client wrote the document, which lies at `place`, to the disk; see
    /// [`Documents::saved`].
    pub fn saved(&self, id: &DocumentId, place: &Place, text: Option<&str>) -> bool {
        let differed = self.documents.saved(id, text);
        if let Some(identity) = place.identity() {
            self.files_changed(vec![identity.to_owned()]);
        }
        differed
    }

    /// The client closed a document. False if it was not open.
    pub fn close(&self, id: &DocumentId) -> bool {
        self.documents.close(id)
    }

    /// Cancels everything that is under way.
    pub fn cancel_all(&self) {
        self.documents.cancel_all();
    }

    /// The client has these folders open.
    pub fn open_folders(&self, folders: Vec<PathBuf>) {
        self.folders.open(folders);
    }

    /// Folders come and go.
    pub fn change_folders(&self, added: Vec<PathBuf>, removed: &[PathBuf]) {
        self.folders.change(added, removed);
        self.remember();
    }

    /// Remembers the client's folders, as far as its settings want that.
    pub fn remember(&self) {
        let megabytes = self.settings().workspace_megabytes;
        self.folders.remember(&self.shared.memories, megabytes);
    }

    /// The files or folders at `paths` were written, made, renamed or deleted. All clients
    /// of the process profit from what one of them tells.
    pub fn files_changed(&self, paths: Vec<PathBuf>) {
        self.shared.memories.changed(&paths);
    }

    /// Files that other programs change are watched, whatever the client tells of them.
    pub fn watch_files(&self) {
        self.folders.watch();
    }

    /// How far the reading of the folders is; `None` without folders.
    pub fn reading(&self) -> Option<workspace::Progress> {
        self.folders.progress()
    }

    /// Hears of every change to that.
    pub fn reading_news(&self) -> News {
        self.folders.news()
    }

    /// The document as it is now, with the place in it that `place` finds: bytes that
    /// suggestions take the place of, none at a mere cursor. `None` if it is not open.
    pub fn snapshot(
        &self,
        id: &DocumentId,
        place: impl FnOnce(&Rope) -> Range<usize>,
    ) -> Option<Snapshot> {
        // What follows is part of the time to the answer.
        let asked = Instant::now();
        let (document, lies, revision, at) = self.documents.now(id, place)?;
        let (cells, others) = self.documents.others(id);
        Some(Snapshot {
            asked,
            document,
            place: lies,
            revision,
            at,
            settings: self.settings(),
            folders: Arc::clone(&self.folders),
            cells,
            others,
        })
    }
}
