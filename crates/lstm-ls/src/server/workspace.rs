//! The client's folders and what it tells about the files in them.
//!
//! The one place where folders are known and where saved and changed files
//! arrive. Nothing reads files from here: what an index over them needs is
//! handed on by [`Workspace`].

use std::sync::{Mutex, MutexGuard, PoisonError};

use tower_lsp::lsp_types::{FileEvent, Url, WorkspaceFoldersChangeEvent};
use tracing::debug;

/// The open folders of one client, in its own order.
#[derive(Debug, Default)]
pub(super) struct Workspace {
    folders: Mutex<Vec<Url>>,
}

impl Workspace {
    /// The folders of `initialize`.
    pub(super) fn open(&self, folders: Vec<Url>) {
        debug!(count = folders.len(), "folders");
        *self.lock() = folders;
    }

    /// Folders come and go.
    pub(super) fn change_folders(&self, change: &WorkspaceFoldersChangeEvent) {
        let mut folders = self.lock();
        folders.retain(|folder| !change.removed.iter().any(|gone| gone.uri == *folder));
        for added in &change.added {
            if !folders.contains(&added.uri) {
                folders.push(added.uri.clone());
            }
        }
        debug!(count = folders.len(), "folders");
    }

    /// An open document was written to the disk.
    pub(super) fn saved(&self, uri: &Url) {
        debug!(%uri, "saved");
    }

    /// Files were written, made or deleted behind the editor's back.
    pub(super) fn files_changed(&self, changes: &[FileEvent]) {
        debug!(count = changes.len(), "files changed");
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Url>> {
        self.folders.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use tower_lsp::lsp_types::WorkspaceFolder;

    use super::*;

    fn url(name: &str) -> Url {
        format!("file:///{name}").parse().expect("a valid uri")
    }

    fn folder(name: &str) -> WorkspaceFolder {
        WorkspaceFolder {
            uri: url(name),
            name: name.to_owned(),
        }
    }

    #[test]
    fn folders_come_and_go() {
        let workspace = Workspace::default();
        workspace.open(vec![url("a"), url("b")]);
        workspace.change_folders(&WorkspaceFoldersChangeEvent {
            added: vec![folder("c"), folder("b")],
            removed: vec![folder("a")],
        });
        assert_eq!(*workspace.lock(), [url("b"), url("c")]);
    }
}
