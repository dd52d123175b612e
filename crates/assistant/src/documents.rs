//! The open documents of a session, and which requests are running on them.
//!
//! Owns texts, their revisions and what was shown in them. Places are byte offsets;
//! must not know how a client counts positions. Everything here is synchronous: an
//! edit is complete before the handler that made it can be suspended, so edits
//! cannot change places.

use std::collections::HashMap;
use std::fmt::Display;
use std::ops::Range;
use std::sync::Arc;

use completer::show::Attention;
use parking_lot::Mutex;
use ropey::Rope;

mod document;
mod ghost;
mod history;
mod place;
mod running;

pub use document::{Change, Document, Edit, Tail};
pub use ghost::Ghost;
pub use history::History;
pub use place::Place;
pub use running::Running;

pub(crate) use place::Other;
use running::Work;

/// Bytes of all documents of a client together that are kept. Eight of the largest that
/// there may be; a person's documents are a hundredth of it.
pub const MOST_BYTES: usize = 256 << 20;

/// Bytes that a document takes up beside its text, about.
const BESIDE: usize = 1024;

/// A document's name, as its client gave it: a URI, a path, anything that tells it
/// from the others.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DocumentId(Arc<str>);

impl DocumentId {
    /// The name `name`.
    pub fn new(name: &str) -> Self {
        Self(name.into())
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Which state of which document. Unlike a client's version it never repeats in a
/// session, not even when a document is closed and opened again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revision {
    /// The document.
    pub id: DocumentId,
    /// Its number among all states of all documents.
    pub number: u64,
}

/// Why a change was not made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChangeError {
    /// There is no such document.
    #[error("the document is not open")]
    NotOpen,
    /// A change could not be understood, for this reason.
    #[error("out of step: {0}")]
    OutOfStep(String),
}

/// Every open document.
#[derive(Debug, Default)]
pub struct Documents {
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    open: HashMap<DocumentId, Open>,
    /// What they take up together.
    bytes: usize,
    revisions: u64,
    history: History,
    /// How much of ghost text the client's user sees.
    attention: Attention,
}

#[derive(Debug)]
struct Open {
    document: Document,
    place: Place,
    /// The number of its first state.
    opened: u64,
    revision: u64,
    running: Vec<Work>,
    ghost: Ghost,
    /// Whether it was changed since it was opened or saved.
    unsaved: bool,
}

impl Documents {
    /// Opens a document, or replaces the one open under this name. False if there is no
    /// room for one more, not even without its text.
    pub fn open(&self, id: DocumentId, place: Place, mut document: Document) -> bool {
        let mut inner = self.inner.lock();
        let before = inner.open.get(&id);
        let before = before.map_or(0, |open| taken(&id, &open.document));
        let others = inner.bytes - before;
        let bytes = others + fit(&id, &mut document, others);
        if bytes > MOST_BYTES {
            return false;
        }
        inner.bytes = bytes;
        inner.revisions += 1;
        inner.history.forget(&id);
        let opened = Open {
            document,
            place,
            opened: inner.revisions,
            revision: inner.revisions,
            running: Vec::new(),
            ghost: Ghost::default(),
            unsaved: false,
        };
        if let Some(replaced) = inner.open.insert(id, opened) {
            replaced.cancel_running();
        }
        true
    }

    /// Changes a document as [`Document::change`] does, and cancels what runs on the old
    /// text.
    ///
    /// # Errors
    /// If the document is not open, and the first time that `read` makes nothing of a
    /// change: the document is out of step then, until a change of all of it.
    pub fn change<C, E: Display>(
        &self,
        id: &DocumentId,
        version: Option<i32>,
        changes: impl IntoIterator<Item = C>,
        read: impl Fn(&Rope, C) -> Result<Change, E>,
    ) -> Result<(), ChangeError> {
        let mut inner = self.inner.lock();
        let Inner {
            open,
            bytes,
            revisions,
            history,
            attention,
        } = &mut *inner;
        *revisions += 1;
        let open = open.get_mut(id).ok_or(ChangeError::NotOpen)?;
        let was_in_step = open.document.out_of_step().is_none();
        let others = *bytes - taken(id, &open.document);
        let edits = open.document.change(version, changes, read);
        *bytes = others + fit(id, &mut open.document, others);
        if open.document.out_of_step().is_some() {
            history.forget(id);
        }
        for edit in edits {
            open.ghost.follow(&edit, attention);
            let revision = Revision {
                id: id.clone(),
                number: *revisions,
            };
            history.add(revision, edit);
        }
        open.unsaved = true;
        open.moved_on(*revisions);
        match open.document.out_of_step().filter(|_| was_in_step) {
            Some(why) => Err(ChangeError::OutOfStep(why.to_owned())),
            None => Ok(()),
        }
    }

    /// Closes a document and cancels what runs on it. False if it is not open.
    pub fn close(&self, id: &DocumentId) -> bool {
        let mut inner = self.inner.lock();
        inner.history.forget(id);
        let closed = inner.open.remove(id);
        if let Some(closed) = &closed {
            inner.bytes -= taken(id, &closed.document);
        }
        closed.as_ref().map(Open::cancel_running).is_some()
    }

    /// The document was written to the disk, with this `text` if the client says so.
    /// Whether that is another text than the one that was here; it is the text then.
    pub fn saved(&self, id: &DocumentId, text: Option<&str>) -> bool {
        let mut inner = self.inner.lock();
        let Inner {
            open,
            bytes,
            revisions,
            history,
            ..
        } = &mut *inner;
        let Some(open) = open.get_mut(id) else {
            return false;
        };
        open.unsaved = false;
        let others = *bytes - taken(id, &open.document);
        let differed = text.is_some_and(|text| open.document.take_over(text));
        *bytes = others + fit(id, &mut open.document, others);
        if differed {
            *revisions += 1;
            history.forget(id);
            open.ghost = Ghost::default();
            open.moved_on(*revisions);
        }
        differed
    }

    /// The other documents that the user has open, in the order in which they were
    /// opened: those before the one called `but` in its notebook, and all the rest.
    pub(crate) fn others(&self, but: &DocumentId) -> (Vec<Other>, Vec<Other>) {
        let inner = self.inner.lock();
        let Some(this) = inner.open.get(but) else {
            return (Vec::new(), Vec::new());
        };
        let mut others: Vec<(&DocumentId, &Open)> = inner.open.iter().collect();
        others.retain(|(id, open)| *id != but && open.place.is_own() && open.document.is_whole());
        others.sort_by_key(|(_, open)| open.opened);
        let is_before = |open: &Open| {
            open.opened < this.opened
                && open.place.is_beside(&this.place)
                && open.document.language == this.document.language
        };
        let (before, rest): (Vec<_>, Vec<_>) =
            others.into_iter().partition(|(_, open)| is_before(open));
        let described = |(id, open): (&DocumentId, &Open)| Other {
            place: open.place.clone(),
            revision: Revision {
                id: id.clone(),
                number: open.revision,
            },
            document: open.document.clone(),
            is_unsaved: open.unsaved,
        };
        let [before, rest] = [before, rest].map(|o| o.into_iter().map(described).collect());
        (before, rest)
    }

    /// What became of ghost text at the byte `offset` of the document.
    pub fn ghost(&self, id: &DocumentId, offset: usize) -> Ghost {
        let inner = self.inner.lock();
        let open = inner.open.get(id);
        open.map(|open| open.ghost.of(offset)).unwrap_or_default()
    }

    /// `text` is shown as ghost text at the byte `offset`, if the document is still at
    /// `revision`.
    pub fn shown(&self, revision: &Revision, offset: usize, text: &str) {
        let mut inner = self.inner.lock();
        let open = inner.open.get_mut(&revision.id);
        if let Some(open) = open.filter(|open| open.revision == revision.number) {
            open.ghost.show(offset, text);
        }
    }

    /// Ghost text that ends with `text` was sent away by hand.
    pub fn dismissed(&self, text: &str) {
        let mut inner = self.inner.lock();
        let documents = inner.open.values_mut();
        documents.for_each(|open| open.ghost.dismiss(text));
    }

    /// The latest edits.
    pub fn history(&self) -> History {
        self.inner.lock().history.clone()
    }

    /// Cancels everything that runs on any document.
    pub fn cancel_all(&self) {
        let inner = self.inner.lock();
        inner.open.values().for_each(Open::cancel_running);
    }

    /// The document as it is now, where it lies and which state that is, with the
    /// place in it that `place` finds; `None` if it is not open.
    pub(crate) fn now(
        &self,
        id: &DocumentId,
        place: impl FnOnce(&Rope) -> Range<usize>,
    ) -> Option<(Document, Place, Revision, Range<usize>)> {
        let inner = self.inner.lock();
        let open = inner.open.get(id)?;
        let revision = Revision {
            id: id.clone(),
            number: open.revision,
        };
        let at = place(&open.document.text);
        Some((open.document.clone(), open.place.clone(), revision, at))
    }

    /// What `of` says of the document, if it is open.
    pub(crate) fn look<T>(&self, id: &DocumentId, of: impl FnOnce(&Document) -> T) -> Option<T> {
        let inner = self.inner.lock();
        inner.open.get(id).map(|open| of(&open.document))
    }

    /// Registers work on the document at `revision`, which an edit will cancel. Work on
    /// a state that is out of date already starts cancelled.
    pub(crate) fn start(&self, revision: &Revision) -> Running {
        let running = Running::default();
        let mut inner = self.inner.lock();
        match inner.open.get_mut(&revision.id) {
            Some(open) if open.revision == revision.number => {
                open.running.retain(|work| !work.is_cancelled());
                open.running.push(running.work().clone());
            }
            _ => running.work().cancel(),
        }
        running
    }

    /// Whether the document is still at `revision`.
    pub(crate) fn is_current(&self, revision: &Revision) -> bool {
        let inner = self.inner.lock();
        let open = inner.open.get(&revision.id);
        open.is_some_and(|open| open.revision == revision.number)
    }
}

/// Bytes that a document takes up.
fn taken(id: &DocumentId, document: &Document) -> usize {
    id.0.len() + document.text.len_bytes() + BESIDE
}

/// Leaves the text out if there is no room for it beside the `others`; bytes that the
/// document takes up then.
fn fit(id: &DocumentId, document: &mut Document, others: usize) -> usize {
    if others + taken(id, document) > MOST_BYTES {
        document.leave_out();
    }
    taken(id, document)
}

impl Open {
    /// The text is another one, from the revision of this `number` on.
    fn moved_on(&mut self, number: u64) {
        self.revision = number;
        self.cancel_running();
        self.running.clear();
    }

    fn cancel_running(&self) {
        self.running.iter().for_each(Work::cancel);
    }
}

#[cfg(test)]
mod tests;
