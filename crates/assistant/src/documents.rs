//! The open documents of a session, and which requests are running on them.
//!
//! Owns texts, their revisions and what was shown in them. Places are byte offsets;
//! must not know how a client counts positions. Everything here is synchronous: an
//! edit is complete before the handler that made it can be suspended, so edits
//! cannot change places.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

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

/// Every open document.
#[derive(Debug, Default)]
pub struct Documents {
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    open: HashMap<DocumentId, Open>,
    revisions: u64,
    history: History,
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
    /// Opens a document, or replaces the one open under this name.
    pub fn open(&self, id: DocumentId, place: Place, document: Document) {
        let mut inner = self.inner.lock();
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
    }

    /// Applies `changes` in order, each as `read` understands it on the text before
    /// it, and cancels what runs on the old text. False if the document is not open.
    pub fn change<C>(
        &self,
        id: &DocumentId,
        version: i32,
        changes: impl IntoIterator<Item = C>,
        read: impl Fn(&Rope, C) -> Change,
    ) -> bool {
        let mut inner = self.inner.lock();
        let Inner {
            open,
            revisions,
            history,
        } = &mut *inner;
        *revisions += 1;
        let Some(open) = open.get_mut(id) else {
            return false;
        };
        for change in changes {
            let edit = open.document.apply(read(&open.document.text, change));
            open.ghost.follow(&edit);
            let revision = Revision {
                id: id.clone(),
                number: *revisions,
            };
            history.add(revision, edit);
        }
        open.unsaved = true;
        open.document.version = version;
        open.revision = *revisions;
        open.cancel_running();
        open.running.clear();
        true
    }

    /// Closes a document and cancels what runs on it. False if it is not open.
    pub fn close(&self, id: &DocumentId) -> bool {
        let mut inner = self.inner.lock();
        inner.history.forget(id);
        let closed = inner.open.remove(id);
        closed.as_ref().map(Open::cancel_running).is_some()
    }

    /// The document was written to the disk.
    pub fn saved(&self, id: &DocumentId) {
        if let Some(open) = self.inner.lock().open.get_mut(id) {
            open.unsaved = false;
        }
    }

    /// The other documents that the user has open, in the order in which they were
    /// opened: those before the one called `but` in its notebook, and all the rest.
    pub(crate) fn others(&self, but: &DocumentId) -> (Vec<Other>, Vec<Other>) {
        let inner = self.inner.lock();
        let Some(this) = inner.open.get(but) else {
            return (Vec::new(), Vec::new());
        };
        let mut others: Vec<(&DocumentId, &Open)> = inner.open.iter().collect();
        others.retain(|(id, open)| *id != but && open.place.is_own());
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

    /// LSP identifier of the document's language, if it is open.
    pub fn language(&self, id: &DocumentId) -> Option<String> {
        let inner = self.inner.lock();
        inner
            .open
            .get(id)
            .map(|open| open.document.language.clone())
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

impl Open {
    fn cancel_running(&self) {
        self.running.iter().for_each(Work::cancel);
    }
}

#[cfg(test)]
mod tests {
    use completer::show::Ignored;

    use super::*;

    fn opened() -> (Documents, DocumentId) {
        let id = DocumentId::new("a");
        let documents = Documents::default();
        open(&documents, &id);
        (documents, id)
    }

    fn open(documents: &Documents, id: &DocumentId) {
        let document = Document::new("fn", 1, "rust".to_owned());
        documents.open(id.clone(), Place::default(), document);
    }

    fn revision(documents: &Documents, id: &DocumentId) -> Revision {
        let now = documents.now(id, |_| 0..0);
        now.map(|(_, _, revision, _)| revision).expect("it is open")
    }

    fn typed(documents: &Documents, id: &DocumentId, at: usize, text: &str) {
        let change = |_: &Rope, text: &str| Change {
            range: Some(at..at),
            text: text.to_owned(),
        };
        assert!(documents.change(id, 2, [text], change));
    }

    fn shown(documents: &Documents, id: &DocumentId, at: usize, text: &str) {
        documents.shown(&revision(documents, id), at, text);
    }

    #[test]
    fn an_edit_cancels_what_runs_on_the_old_text() {
        let (documents, id) = opened();
        let old = revision(&documents, &id);
        let running = documents.start(&old);
        assert!(!running.token().is_cancelled());
        typed(&documents, &id, 2, "");
        assert!(running.token().is_cancelled());
        assert!(!documents.is_current(&old));
        assert!(documents.is_current(&revision(&documents, &id)));
    }

    #[test]
    fn reopening_with_the_same_version_is_still_a_change() {
        let (documents, id) = opened();
        let old = revision(&documents, &id);
        assert!(documents.close(&id));
        assert!(!documents.close(&id));
        open(&documents, &id);
        assert!(!documents.is_current(&old));
        assert!(documents.start(&old).token().is_cancelled());
    }

    #[test]
    fn what_is_typed_into_is_ignored_and_what_is_accepted_is_known() {
        let (documents, id) = opened();
        shown(&documents, &id, 2, " main()");
        typed(&documents, &id, 2, " ");
        let after = documents.ghost(&id, 3);
        let mut expected = Ignored::default();
        expected.shown(" main()");
        expected.typed(" ");
        assert_eq!((after.ignored, after.accepted), (expected, false));

        shown(&documents, &id, 3, "main()");
        typed(&documents, &id, 3, "main()");
        let after = documents.ghost(&id, 9);
        assert_eq!((after.ignored, after.accepted), (Ignored::default(), true));
        // Another place knows nothing of it.
        assert!(!documents.ghost(&id, 0).accepted);
    }

    #[test]
    fn an_edit_elsewhere_forgets_the_ghost() {
        let (documents, id) = opened();
        shown(&documents, &id, 2, " main()");
        typed(&documents, &id, 0, "pub ");
        assert_eq!(documents.ghost(&id, 6).ignored, Ignored::default());
        assert!(!documents.ghost(&id, 4).accepted);
    }

    #[test]
    fn finished_work_is_forgotten() {
        let (documents, id) = opened();
        let revision = revision(&documents, &id);
        for _ in 0..3 {
            drop(documents.start(&revision));
        }
        let _running = documents.start(&revision);
        let inner = documents.inner.lock();
        assert_eq!(inner.open[&id].running.len(), 1);
    }

    #[test]
    fn edits_are_remembered_until_their_document_is_closed() {
        let (documents, id) = opened();
        typed(&documents, &id, 2, " ");
        typed(&documents, &id, 3, "main");
        let texts = |history: History| -> Vec<String> {
            history.changes().map(|c| c.edit.text.clone()).collect()
        };
        assert_eq!(texts(documents.history()), [" main"]);
        documents.close(&id);
        assert!(texts(documents.history()).is_empty());
    }
}
