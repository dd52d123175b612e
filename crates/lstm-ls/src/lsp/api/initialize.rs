//! `initialize`: what the session will speak, and the model on its way.

use std::sync::Arc;

use assistant::settings::Settings;
use tower_lsp::lsp_types::{
    CodeActionKind, CodeActionOptions, CompletionOptions, DiagnosticOptions,
    DiagnosticServerCapabilities, ExecuteCommandOptions, InitializeResult, OneOf, SaveOptions,
    ServerCapabilities, ServerInfo, TextDocumentSyncKind, TextDocumentSyncOptions,
    WorkspaceFoldersServerCapabilities, WorkspaceServerCapabilities,
};

use super::acceptance::ACCEPTED;
use super::diagnostic::SOURCE;
use super::retrain::{RETRAIN, STOP};
use crate::lsp::backend::Backend;
use crate::lsp::peer::Peer;
use crate::lsp::uri;

/// After these an editor asks for a list unasked, besides while a word is typed.
const TRIGGER_CHARACTERS: [&str; 2] = [".", ":"];

/// Settles encoding and settings, and starts loading the model.
pub(in crate::lsp) fn initialize(backend: &Backend) -> InitializeResult {
    let peer = backend.peer.get().cloned().unwrap_or_default();
    let (settings, _) = Settings::parse(peer.options.as_ref());
    let folders = peer.folders.iter().filter_map(uri::path);
    backend.session.open_folders(folders.collect());
    let models = Arc::clone(backend.session.models());
    let named = settings.model.clone();
    backend.session.set(settings);
    // Requests wait for it; `initialized` reports if it fails.
    tokio::spawn(async move { models.get_any(named.as_deref()).await.is_ok() });

    InitializeResult {
        capabilities: capabilities(&peer),
        server_info: Some(ServerInfo {
            name: env!("CARGO_PKG_NAME").to_owned(),
            version: Some(env!("CARGO_PKG_VERSION").to_owned()),
        }),
    }
}

/// Inline completion, which lsp-types 0.94 has no field for, is added in `wire`.
fn capabilities(peer: &Peer) -> ServerCapabilities {
    ServerCapabilities {
        position_encoding: Some(peer.encoding.kind()),
        text_document_sync: Some(
            TextDocumentSyncOptions {
                open_close: Some(true),
                change: Some(TextDocumentSyncKind::INCREMENTAL),
                // With the text, a document that fell out of step is whole again.
                save: Some(
                    SaveOptions {
                        include_text: Some(true),
                    }
                    .into(),
                ),
                ..TextDocumentSyncOptions::default()
            }
            .into(),
        ),
        completion_provider: Some(CompletionOptions {
            trigger_characters: Some(TRIGGER_CHARACTERS.map(str::to_owned).to_vec()),
            ..CompletionOptions::default()
        }),
        execute_command_provider: peer.commands.then(|| ExecuteCommandOptions {
            commands: [ACCEPTED, RETRAIN, STOP].map(str::to_owned).to_vec(),
            ..ExecuteCommandOptions::default()
        }),
        // Empty reports, as long as the user has not turned them on.
        diagnostic_provider: peer.diagnostics.then(|| {
            DiagnosticServerCapabilities::Options(DiagnosticOptions {
                identifier: Some(SOURCE.to_owned()),
                inter_file_dependencies: false,
                ..DiagnosticOptions::default()
            })
        }),
        code_action_provider: (peer.diagnostics && peer.code_actions).then(|| {
            let options = CodeActionOptions {
                code_action_kinds: Some(vec![CodeActionKind::QUICKFIX]),
                ..CodeActionOptions::default()
            };
            options.into()
        }),
        workspace: Some(WorkspaceServerCapabilities {
            workspace_folders: Some(WorkspaceFoldersServerCapabilities {
                supported: Some(true),
                change_notifications: Some(OneOf::Left(true)),
            }),
            file_operations: None,
        }),
        ..ServerCapabilities::default()
    }
}
