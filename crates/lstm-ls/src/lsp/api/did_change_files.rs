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

/// Watches the files, and asks the client to tell of them too if it can.
///
/// Not one or the other: clients tell of less than they are asked for. eglot says nothing
/// of what happens in folders made later, and Helix knows only what it has saved itself.
/// The server in turn may be refused the system's watches. A change that both tell of is
/// read twice and makes one new index.
pub(in crate::lsp) async fn register(backend: &Backend) {
    backend.session.watch_files();
    if backend.peer.get().is_some_and(|peer| peer.registers_files) {
        ask(backend).await;
    }
}

async fn ask(backend: &Backend) {
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
    if let Err(error) = backend.client.register_capability(vec![registration]).await {
        debug!("the client will not tell of changed files: {error}");
    }
}
