//! `workspace/didChangeWatchedFiles`: files that other programs write, make, rename or
//! delete, and who tells of them.

use tower_lsp::lsp_types::notification::{DidChangeWatchedFiles, Notification};
use tower_lsp::lsp_types::{
    DidChangeWatchedFilesParams, DidChangeWatchedFilesRegistrationOptions, FileSystemWatcher,
    GlobPattern, Registration,
};
use tracing::debug;

use crate::lsp::backend::Backend;
use crate::lsp::uri;

/// The files whose changes the client is asked to tell: which ones count is for the
/// folders' own rules to say, and a folder that goes takes along what is in it.
const ALL: &str = "**/*";

/// Takes over what has changed: one change, however many files it names.
pub(in crate::lsp) fn did_change_files(backend: &Backend, params: &DidChangeWatchedFilesParams) {
    let paths = params
        .changes
        .iter()
        .filter_map(|change| uri::path(&change.uri));
    backend.session.files_changed(paths.collect());
}

/// Asks the client to tell of changed files; where it can't, the server watches them.
pub(in crate::lsp) async fn register(backend: &Backend) {
    let peer = backend.peer.get();
    if !(peer.is_some_and(|peer| peer.registers_files) && is_registered(backend).await) {
        backend.session.watch_files();
    }
}

async fn is_registered(backend: &Backend) -> bool {
    let watcher = FileSystemWatcher {
        glob_pattern: GlobPattern::String(ALL.to_owned()),
        // All kinds.
        kind: None,
    };
    let options = DidChangeWatchedFilesRegistrationOptions {
        watchers: vec![watcher],
    };
    let registration = Registration {
        id: "lstm-ls/files".to_owned(),
        method: DidChangeWatchedFiles::METHOD.to_owned(),
        register_options: serde_json::to_value(options).ok(),
    };
    let registered = backend.client.register_capability(vec![registration]).await;
    if let Err(error) = &registered {
        debug!("the client will not tell of changed files: {error}");
    }
    registered.is_ok()
}
