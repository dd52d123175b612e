//! The latest edits of a session, over all its documents.

use std::collections::VecDeque;

use super::document::Edit;
use super::{DocumentId, Revision};

/// Edits that are remembered: what one person changes in some minutes.
const REMEMBERED: usize = 64;

/// One edit and where it was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The document, as it was right after the edit.
    pub revision: Revision,
    /// What was changed.
    pub edit: Edit,
}

/// The last edits, the oldest first. Typing that goes on where the edit before it
/// ended is one edit with it.
#[derive(Clone, Debug, Default)]
pub struct History(VecDeque<Change>);

impl History {
    /// Adds the edit that led to `revision`.
    pub(super) fn add(&mut self, revision: Revision, edit: Edit) {
        if let Some(last) = self.0.back_mut()
            && last.revision.id == revision.id
            && edit.removed == 0
            && edit.start == last.edit.start + last.edit.text.len()
        {
            last.edit.text.push_str(&edit.text);
            last.revision = revision;
            return;
        }
        if self.0.len() == REMEMBERED {
            self.0.pop_front();
        }
        self.0.push_back(Change { revision, edit });
    }

    /// Forgets the edits of a document that was closed.
    pub(super) fn forget(&mut self, id: &DocumentId) {
        self.0.retain(|change| change.revision.id != *id);
    }

    /// The edits, the oldest first.
    pub fn changes(&self) -> impl DoubleEndedIterator<Item = &Change> {
        self.0.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(history: &mut History, id: &str, start: usize, removed: usize, text: &str) {
        let revision = Revision {
            id: DocumentId::new(id),
            number: 0,
        };
        let text = text.to_owned();
        history.add(
            revision,
            Edit {
                start,
                removed,
                text,
            },
        );
    }

    #[test]
    fn what_is_typed_in_one_go_is_one_edit() {
        let mut history = History::default();
        typed(&mut history, "a", 3, 2, "x");
        typed(&mut history, "a", 4, 0, "y");
        typed(&mut history, "a", 4, 0, "z");
        typed(&mut history, "b", 5, 0, "w");
        let texts = history.changes().map(|change| change.edit.text.as_str());
        assert_eq!(texts.collect::<Vec<_>>(), ["xy", "z", "w"]);
    }

    #[test]
    fn the_oldest_go_first_and_those_of_a_closed_document_at_once() {
        let mut history = History::default();
        for edit in 0..REMEMBERED + 2 {
            typed(&mut history, "a", 10 * edit, 0, "x");
        }
        let first = history.changes().next().map(|change| change.edit.start);
        assert_eq!(first, Some(20));
        typed(&mut history, "b", 0, 0, "x");
        history.forget(&DocumentId::new("a"));
        assert_eq!(history.changes().count(), 1);
    }
}
