//! `workspace/didChangeWorkspaceFolders`.

use std::path::PathBuf;

use tower_lsp::lsp_types::{DidChangeWorkspaceFoldersParams, WorkspaceFolder};

use crate::lsp::backend::Backend;
use crate::lsp::uri;

/// Remembers the folders that are open now.
pub(in crate::lsp) fn did_change_folders(
    backend: &Backend,
    params: &DidChangeWorkspaceFoldersParams,
) {
    let paths = |folders: &[WorkspaceFolder]| -> Vec<PathBuf> {
        let paths = folders.iter().filter_map(|folder| uri::path(&folder.uri));
        paths.collect()
    };
    let (added, removed) = (paths(&params.event.added), paths(&params.event.removed));
    backend.session.change_folders(added, &removed);
}
