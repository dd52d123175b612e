//! Where a document lies, and what other documents there are around it.

use std::path::{Path, PathBuf};

use super::{Document, DocumentId, Revision};

/// Where a document lies.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// Its path as its client names it, or what stands in the place of one for a
    /// document that is no file.
    pub path: PathBuf,
    kind: Kind,
}

/// What a document is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
enum Kind {
    /// A file on this machine's disk, or it would be if it were saved: its
    /// [identity](workspace::identity).
    File(PathBuf),
    /// New: it has no file yet.
    New,
    /// One of the cells of the notebook at the path.
    Cell,
    /// A look at something: an older version, a log.
    #[default]
    View,
}

/// Another open document, which the user has written too.
#[derive(Clone, Debug)]
pub(crate) struct Other {
    /// Where it lies.
    pub(crate) place: Place,
    /// Which state of it.
    pub(crate) revision: Revision,
    /// What it is.
    pub(crate) document: Document,
    /// Whether it was changed since it was opened or saved.
    pub(crate) is_unsaved: bool,
}

impl Place {
    /// That of the file at `path`, or of the file that a document would be there.
    pub fn file(path: PathBuf) -> Self {
        let identity = workspace::identity(&path);
        Self {
            path,
            kind: Kind::File(identity),
        }
    }

    /// That of a document that has no file yet and is called `name`.
    pub fn new_document(name: PathBuf) -> Self {
        Self {
            path: name,
            kind: Kind::New,
        }
    }

    /// That of a cell of the notebook at `path`.
    pub fn cell(path: PathBuf) -> Self {
        Self {
            path,
            kind: Kind::Cell,
        }
    }

    /// That of a document which shows something that the user does not write there.
    pub fn view(path: PathBuf) -> Self {
        Self {
            path,
            kind: Kind::View,
        }
    }

    /// The identity of its file, if it is one.
    pub fn identity(&self) -> Option<&Path> {
        match &self.kind {
            Kind::File(identity) => Some(identity),
            _ => None,
        }
    }

    /// Whether what stands there is the user's own text.
    pub(crate) fn is_own(&self) -> bool {
        self.kind != Kind::View
    }

    /// Whether both are cells of one notebook.
    pub(crate) fn is_beside(&self, other: &Self) -> bool {
        self.kind == Kind::Cell && self == other
    }

    /// The name by which the text of the document `id` that lies here is told from others.
    pub(crate) fn name(&self, id: &DocumentId) -> PathBuf {
        match &self.kind {
            Kind::File(identity) => identity.clone(),
            _ => PathBuf::from(id.as_str()),
        }
    }

    /// The group of languages that a document in `language` is remembered with here.
    pub(crate) fn group(&self, language: &str) -> String {
        match &self.kind {
            Kind::File(_) => language::group_of(&self.path, language),
            // The name of a notebook says nothing of the language in its cells.
            _ => language::group_of_id(language),
        }
    }
}

impl Other {
    /// The name by which its text is told from others.
    pub(crate) fn name(&self) -> PathBuf {
        self.place.name(&self.revision.id)
    }
}
