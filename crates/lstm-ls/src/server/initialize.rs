//! `initialize` and `initialized`: what the session will speak, and the model
//! on its way.

use tower_lsp::lsp_types::{
    CompletionOptions, InitializeParams, InitializeResult, MessageType, PositionEncodingKind,
    SaveOptions, ServerCapabilities, ServerInfo, TextDocumentSyncKind, TextDocumentSyncOptions,
};

use super::position::Encoding;
use super::settings::Settings;
use super::{Backend, Session};

/// After these an editor asks for a list unasked, besides while a word is typed.
const TRIGGER_CHARACTERS: [&str; 2] = [".", ":"];

/// Settles encoding and settings, and starts loading the model.
pub(super) fn initialize(backend: &Backend, params: InitializeParams) -> InitializeResult {
    let general = params.capabilities.general;
    let offers: Vec<PositionEncodingKind> = general
        .and_then(|g| g.position_encodings)
        .unwrap_or_default();
    let encoding = Encoding::negotiate(&offers);
    let (settings, complaints) = Settings::parse(params.initialization_options.as_ref());

    let model = backend.model.clone();
    let path = settings.model.clone();
    // Requests wait for it; `initialized` reports if it fails.
    tokio::spawn(async move { model.get(path).await.is_ok() });
    let session = Session {
        encoding,
        settings,
        complaints,
    };
    // A second `initialize` is refused before it gets here.
    let _ = backend.session.set(session);

    InitializeResult {
        capabilities: capabilities(encoding),
        server_info: Some(ServerInfo {
            name: env!("CARGO_PKG_NAME").to_owned(),
            version: Some(env!("CARGO_PKG_VERSION").to_owned()),
        }),
    }
}

/// Says what is wrong with the settings and the model, once.
pub(super) async fn initialized(backend: &Backend) {
    let Some(session) = backend.session.get() else {
        return;
    };
    for complaint in &session.complaints {
        backend
            .client
            .log_message(MessageType::WARNING, complaint)
            .await;
    }
    if let Err(reason) = backend.model.get(session.settings.model.clone()).await {
        let message = format!("lstm-ls suggests nothing: {reason}");
        backend
            .client
            .show_message(MessageType::ERROR, message)
            .await;
    }
}

/// Inline completion, which lsp-types 0.94 has no field for, is added in `wire`.
fn capabilities(encoding: Encoding) -> ServerCapabilities {
    ServerCapabilities {
        position_encoding: Some(encoding.kind()),
        text_document_sync: Some(
            TextDocumentSyncOptions {
                open_close: Some(true),
                change: Some(TextDocumentSyncKind::INCREMENTAL),
                save: Some(SaveOptions::default().into()),
                ..TextDocumentSyncOptions::default()
            }
            .into(),
        ),
        completion_provider: Some(CompletionOptions {
            trigger_characters: Some(TRIGGER_CHARACTERS.map(str::to_owned).to_vec()),
            ..CompletionOptions::default()
        }),
        ..ServerCapabilities::default()
    }
}
