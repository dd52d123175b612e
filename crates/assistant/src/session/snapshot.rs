//! A document at the moment of a request, with all that an answer depends on.

use std::ops::Range;
use std::sync::Arc;
use std::time::Instant;

use code_index::Layer;

use crate::documents::{Document, Other, Place, Revision, Tail};
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
    /// The cells before this one, in order, if it is a cell of a notebook.
    pub(super) cells: Vec<Other>,
    /// All other documents that the client has open.
    pub(super) others: Vec<Other>,
}

impl Snapshot {
    /// What is remembered around the document. Takes milliseconds where open documents
    /// have to be indexed first: not for a thread that others wait for.
    pub(super) fn memory(&self) -> Layer {
        let own = self.place.name(&self.revision.id);
        let cells = self.cells.iter().map(Other::name);
        let without: Vec<_> = std::iter::once(own).chain(cells).collect();
        let group = self.place.group(&self.document.language);
        self.folders.layer(&group, &without, &self.others)
    }

    /// At least the last `reach` bytes of the text before the place, or all there are. The
    /// cells of a notebook are one text.
    pub(super) fn tail(&self, reach: usize) -> Tail {
        let mut tail = self.document.tail(self.at.start, reach);
        for cell in self.cells.iter().rev() {
            let mut text = cell.document.head(0, usize::MAX);
            if !text.is_empty() && !text.ends_with('\n') {
                text.push('\n');
            }
            let is_whole = tail.start == 0 && tail.text.len() < reach;
            match is_whole {
                true => tail.text.insert_str(0, &text),
                false => tail.start += text.len(),
            }
        }
        tail
    }
}
