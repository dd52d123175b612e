//! A document at the moment of a request, with all that an answer depends on.

use std::ops::Range;
use std::sync::Arc;
use std::time::Instant;

use code_index::Layer;

use crate::documents::{Document, Place, Revision, Unsaved};
use crate::settings::Settings;
use crate::workspaces::Folders;

/// A document at the moment of a request; later edits do not reach it.
#[derive(Clone)]
pub struct Snapshot {
    /// What the document was; its rope shares its nodes.
    pub document: Document,
    /// Where it lies.
    pub place: Place,
    /// Which state of which document this is.
    pub revision: Revision,
    /// Bytes that suggestions take the place of: none, at the cursor, or the part of a
    /// line that the editor's own selected entry would replace.
    pub at: Range<usize>,
    /// The settings in force.
    pub settings: Arc<Settings>,
    /// When it was asked for: the deadline counts from there.
    pub(super) asked: Instant,
    pub(super) folders: Arc<Folders>,
    /// The client's other documents that are not saved.
    pub(super) unsaved: Vec<Unsaved>,
}

impl Snapshot {
    /// What is remembered around the document. Takes milliseconds where unsaved
    /// documents have to be indexed first: not for a thread that others wait for.
    pub(super) fn memory(&self) -> Layer {
        let unsaved = self.unsaved.clone();
        self.folders
            .layer(&self.place.path, &self.document.language, unsaved)
    }
}
