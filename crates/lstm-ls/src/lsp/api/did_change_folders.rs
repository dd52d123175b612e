//! `workspace/didChangeWorkspaceFolders`.

use std::path::PathBuf;

use tower_lsp::lsp_types::{DidChangeWorkspaceFoldersParams, WorkspaceFolder};

use crate::lsp::backend::Backend;

/// Remembers the folders that are open now.
pub(in crate::lsp) fn did_change_folders(
    backend: &Backend,
    params: &DidChangeWorkspaceFoldersParams,
) {
    let paths = |folders: &[WorkspaceFolder]| -> Vec<PathBuf> {
        let paths = folders.iter().map(|folder| folder.uri.to_file_path());
        paths.filter_map(Result::ok).collect()
    };
    let (added, removed) = (paths(&params.event.added), paths(&params.event.removed));
    backend.session.change_folders(added, &removed);
}
