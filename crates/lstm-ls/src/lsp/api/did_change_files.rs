//! `workspace/didChangeWatchedFiles`.

use tower_lsp::lsp_types::DidChangeWatchedFilesParams;

use crate::lsp::backend::Backend;

/// Files were written, made or deleted by other programs.
pub(in crate::lsp) fn did_change_files(backend: &Backend, params: &DidChangeWatchedFilesParams) {
    for change in &params.changes {
        if let Ok(path) = change.uri.to_file_path() {
            backend.session.file_changed(&path);
        }
    }
}
