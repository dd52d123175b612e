//! The open documents, and which requests are running on them.
//!
//! Everything here is synchronous: an edit is complete before the handler that
//! made it can be suspended, so edits cannot change places.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use completer::CancelToken;
use completer::show::Ignored;
use tokio::sync::Notify;
use tower_lsp::lsp_types::{self as lsp, TextDocumentContentChangeEvent, Url};

use super::document::{Document, Edit};
use super::position::{self, Encoding};

/// Every open document.
#[derive(Debug, Default)]
pub(super) struct Documents {
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    open: HashMap<Url, Open>,
    revisions: u64,
}

#[derive(Debug)]
struct Open {
    document: Document,
    /// Unlike the client's version this never repeats, not even when a
    /// document is closed and opened again.
    revision: u64,
    running: Vec<Work>,
    ghost: Ghost,
    /// Whether it was changed since it was opened or saved.
    unsaved: bool,
}

/// Ghost text at one place, and what became of it.
#[derive(Clone, Debug, Default)]
pub(super) struct Ghost {
    /// Byte offset of the place.
    offset: usize,
    /// What stands there.
    text: Option<String>,
    /// What stood there and was not accepted.
    pub(super) ignored: Ignored,
    /// Whether a suggestion was just accepted there.
    pub(super) accepted: bool,
}

impl Ghost {
    fn at(offset: usize) -> Self {
        Self {
            offset,
            ..Self::default()
        }
    }

    /// Follows an edit: what is typed at the place, or accepted, moves it on.
    fn follow(&mut self, edit: &Edit) {
        let end = edit.start + edit.text.len();
        let here = edit.removed == 0 && edit.start == self.offset;
        if !here || self.text.as_deref() == Some(&edit.text) {
            let accepted = here;
            *self = Self::at(end);
            self.accepted = accepted;
            return;
        }
        self.ignored.typed(&edit.text);
        self.text = None;
        self.offset = end;
        self.accepted = false;
    }
}

/// A document at the moment of a request; later edits do not reach it.
#[derive(Clone, Debug)]
pub(super) struct Snapshot {
    /// The document's name.
    pub uri: Url,
    /// What it was; its rope shares its nodes.
    pub document: Document,
    /// Bytes that suggestions take the place of: none, at the cursor, or the
    /// part of a line that the editor's own selected entry would replace.
    pub at: Range<usize>,
    revision: u64,
}

impl Snapshot {
    /// Which state of which document it is; never repeats in a session.
    pub(super) fn revision(&self) -> u64 {
        self.revision
    }
}

/// A request at work. Dropping it cancels the work: the request is answered,
/// `$/cancelRequest` came, or the session is over.
#[derive(Debug, Default)]
pub(super) struct Running(Work);

/// What has to be told to stop: the thread that works and the task that waits.
#[derive(Clone, Debug, Default)]
struct Work {
    token: CancelToken,
    cancelled: Arc<Notify>,
}

impl Work {
    fn cancel(&self) {
        self.token.cancel();
        self.cancelled.notify_one();
    }
}

impl Running {
    /// The token that the work looks at.
    pub(super) fn token(&self) -> &CancelToken {
        &self.0.token
    }

    /// Waits until an edit, or the end of the session, makes the work useless.
    pub(super) async fn cancelled(&self) {
        self.0.cancelled.notified().await;
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.0.cancel();
    }
}

impl Documents {
    /// Opens a document, or replaces the one open under this name.
    pub(super) fn open(&self, uri: Url, document: Document) {
        let mut inner = self.lock();
        inner.revisions += 1;
        let opened = Open {
            document,
            revision: inner.revisions,
            running: Vec::new(),
            ghost: Ghost::default(),
            unsaved: false,
        };
        if let Some(replaced) = inner.open.insert(uri, opened) {
            replaced.cancel_running();
        }
    }

    /// Applies `changes` in order and cancels what runs on the old text.
    /// False if the document is not open.
    pub(super) fn change(
        &self,
        uri: &Url,
        version: i32,
        changes: &[TextDocumentContentChangeEvent],
        encoding: Encoding,
    ) -> bool {
        let mut inner = self.lock();
        inner.revisions += 1;
        let revision = inner.revisions;
        let Some(open) = inner.open.get_mut(uri) else {
            return false;
        };
        for change in changes {
            let edit = open.document.apply(change, encoding);
            open.ghost.follow(&edit);
        }
        open.unsaved = true;
        open.document.version = version;
        open.revision = revision;
        open.cancel_running();
        open.running.clear();
        true
    }

    /// Closes a document and cancels what runs on it. False if it is not open.
    pub(super) fn close(&self, uri: &Url) -> bool {
        let closed = self.lock().open.remove(uri);
        closed.as_ref().map(Open::cancel_running).is_some()
    }

    /// The document was written to the disk.
    pub(super) fn saved(&self, uri: &Url) {
        if let Some(open) = self.lock().open.get_mut(uri) {
            open.unsaved = false;
        }
    }

    /// The documents that differ from what is on the disk, with their revisions;
    /// not the one called `except`.
    pub(super) fn unsaved(&self, except: &Url) -> Vec<(Url, u64, Document)> {
        let inner = self.lock();
        let unsaved = inner
            .open
            .iter()
            .filter(|(uri, open)| open.unsaved && *uri != except);
        unsaved
            .map(|(uri, open)| (uri.clone(), open.revision, open.document.clone()))
            .collect()
    }

    /// What became of ghost text at the place of `snapshot`.
    pub(super) fn ghost(&self, snapshot: &Snapshot) -> Ghost {
        let inner = self.lock();
        let ghost = inner.open.get(&snapshot.uri).map(|open| &open.ghost);
        let here = ghost.filter(|ghost| ghost.offset == snapshot.at.start);
        here.cloned().unwrap_or_default()
    }

    /// `text` is shown as ghost text at the place of `snapshot`, if that still stands.
    pub(super) fn shown(&self, snapshot: &Snapshot, text: &str) {
        let mut inner = self.lock();
        let open = inner.open.get_mut(&snapshot.uri);
        let Some(open) = open.filter(|open| open.revision == snapshot.revision) else {
            return;
        };
        if open.ghost.offset != snapshot.at.start {
            open.ghost = Ghost::at(snapshot.at.start);
        }
        open.ghost.ignored.shown(text);
        open.ghost.text = Some(text.to_owned());
    }

    /// Ghost text that ends with `text` was sent away by hand.
    pub(super) fn dismissed(&self, text: &str) {
        let mut inner = self.lock();
        for open in inner.open.values_mut() {
            let ghost = open.ghost.text.as_deref();
            if ghost.is_some_and(|ghost| !ghost.is_empty() && text.ends_with(ghost)) {
                open.ghost.ignored.dismissed();
            }
        }
    }

    /// Cancels everything that runs on any document.
    pub(super) fn cancel_all(&self) {
        self.lock().open.values().for_each(Open::cancel_running);
    }

    /// The document, if it is open, and the byte offsets of `range`.
    pub(super) fn snapshot(
        &self,
        uri: &Url,
        range: lsp::Range,
        encoding: Encoding,
    ) -> Option<Snapshot> {
        let inner = self.lock();
        let open = inner.open.get(uri)?;
        Some(Snapshot {
            uri: uri.clone(),
            at: position::to_offsets(&open.document.text, range, encoding),
            document: open.document.clone(),
            revision: open.revision,
        })
    }

    /// LSP identifier of the document's language, if it is open.
    pub(super) fn language(&self, uri: &Url) -> Option<String> {
        let inner = self.lock();
        inner
            .open
            .get(uri)
            .map(|open| open.document.language.clone())
    }

    /// Registers work on `snapshot`, which an edit will cancel. Work on a
    /// snapshot that is out of date already starts cancelled.
    pub(super) fn start(&self, snapshot: &Snapshot) -> Running {
        let running = Running::default();
        let mut inner = self.lock();
        match inner.open.get_mut(&snapshot.uri) {
            Some(open) if open.revision == snapshot.revision => {
                open.running.retain(|work| !work.token.is_cancelled());
                open.running.push(running.0.clone());
            }
            _ => running.0.cancel(),
        }
        running
    }

    /// Whether the document is still as in `snapshot`.
    pub(super) fn is_current(&self, snapshot: &Snapshot) -> bool {
        let inner = self.lock();
        let open = inner.open.get(&snapshot.uri);
        open.is_some_and(|open| open.revision == snapshot.revision)
    }

    /// A panic elsewhere leaves at worst one half-edited document, which the
    /// client puts right by opening it again; the others are worth keeping.
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Open {
    fn cancel_running(&self) {
        self.running.iter().for_each(Work::cancel);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opened() -> (Documents, Url) {
        let uri: Url = "file:///a.rs".parse().expect("a valid uri");
        let documents = Documents::default();
        documents.open(uri.clone(), Document::new("fn", 1, "rust".to_owned()));
        (documents, uri)
    }

    fn snapshot(documents: &Documents, uri: &Url) -> Snapshot {
        let range = lsp::Range::default();
        documents
            .snapshot(uri, range, Encoding::Utf16)
            .expect("it is open")
    }

    #[test]
    fn an_edit_cancels_what_runs_on_the_old_text() {
        let (documents, uri) = opened();
        let old = snapshot(&documents, &uri);
        let running = documents.start(&old);
        assert!(!running.token().is_cancelled());
        assert!(documents.change(&uri, 2, &[], Encoding::Utf16));
        assert!(running.token().is_cancelled());
        assert!(!documents.is_current(&old));
        assert!(documents.is_current(&snapshot(&documents, &uri)));
    }

    #[test]
    fn reopening_with_the_same_version_is_still_a_change() {
        let (documents, uri) = opened();
        let old = snapshot(&documents, &uri);
        assert!(documents.close(&uri));
        assert!(!documents.close(&uri));
        documents.open(uri.clone(), Document::new("fn", 1, "rust".to_owned()));
        assert!(!documents.is_current(&old));
        assert!(documents.start(&old).token().is_cancelled());
    }

    fn typed(documents: &Documents, uri: &Url, at: u32, text: &str) {
        let at = lsp::Position::new(0, at);
        let change = TextDocumentContentChangeEvent {
            range: Some(lsp::Range::new(at, at)),
            range_length: None,
            text: text.to_owned(),
        };
        assert!(documents.change(uri, 2, &[change], Encoding::Utf16));
    }

    fn ghost(documents: &Documents, uri: &Url, at: u32) -> (Ghost, Snapshot) {
        let at = lsp::Position::new(0, at);
        let range = lsp::Range::new(at, at);
        let snapshot = documents.snapshot(uri, range, Encoding::Utf16);
        let snapshot = snapshot.expect("it is open");
        (documents.ghost(&snapshot), snapshot)
    }

    #[test]
    fn what_is_typed_into_is_ignored_and_what_is_accepted_is_known() {
        let (documents, uri) = opened();
        let (_, snapshot) = ghost(&documents, &uri, 2);
        documents.shown(&snapshot, " main()");
        typed(&documents, &uri, 2, " ");
        let (after, snapshot) = ghost(&documents, &uri, 3);
        let mut expected = Ignored::default();
        expected.shown(" main()");
        expected.typed(" ");
        assert_eq!((after.ignored, after.accepted), (expected, false));

        documents.shown(&snapshot, "main()");
        typed(&documents, &uri, 3, "main()");
        let (after, _) = ghost(&documents, &uri, 9);
        assert_eq!((after.ignored, after.accepted), (Ignored::default(), true));
        // Another place knows nothing of it.
        assert!(!ghost(&documents, &uri, 0).0.accepted);
    }

    #[test]
    fn an_edit_elsewhere_forgets_the_ghost() {
        let (documents, uri) = opened();
        let (_, snapshot) = ghost(&documents, &uri, 2);
        documents.shown(&snapshot, " main()");
        typed(&documents, &uri, 0, "pub ");
        assert_eq!(ghost(&documents, &uri, 6).0.ignored, Ignored::default());
        assert!(!ghost(&documents, &uri, 4).0.accepted);
    }

    #[test]
    fn finished_work_is_forgotten() {
        let (documents, uri) = opened();
        let snapshot = snapshot(&documents, &uri);
        for _ in 0..3 {
            drop(documents.start(&snapshot));
        }
        let _running = documents.start(&snapshot);
        let inner = documents.lock();
        assert_eq!(inner.open[&uri].running.len(), 1);
    }
}
