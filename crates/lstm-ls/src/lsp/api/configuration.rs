//! Settings that come after `initialize`: `workspace/configuration` and
//! `workspace/didChangeConfiguration`.
//!
//! They are laid over `initializationOptions`: a key that they lack keeps the
//! value it had there.

use assistant::settings::{SECTION, Settings};
use serde_json::{Value, json};
use tower_lsp::lsp_types::notification::{DidChangeConfiguration, Notification};
use tower_lsp::lsp_types::{
    ConfigurationItem, DidChangeConfigurationParams, MessageType, Registration,
};
use tracing::debug;

use crate::lsp::backend::Backend;

/// Asks to be told of changes, where the client wants to be asked.
pub(in crate::lsp) async fn register(backend: &Backend) {
    let wants = backend
        .peer
        .get()
        .is_some_and(|peer| peer.registers_configuration);
    if !wants {
        return;
    }
    let registration = Registration {
        id: format!("{SECTION}/configuration"),
        method: DidChangeConfiguration::METHOD.to_owned(),
        register_options: Some(json!({"section": SECTION})),
    };
    if let Err(error) = backend.client.register_capability(vec![registration]).await {
        debug!("the client will not tell of changed settings: {error}");
    }
}

/// Asks the client for its settings, if it answers that.
pub(in crate::lsp) async fn pull(backend: &Backend) {
    if !backend.peer.get().is_some_and(|peer| peer.configuration) {
        return;
    }
    let item = ConfigurationItem {
        scope_uri: None,
        section: Some(SECTION.to_owned()),
    };
    match backend.client.configuration(vec![item]).await {
        Ok(mut values) => apply(backend, values.pop()).await,
        Err(error) => debug!("the client has no settings: {error}"),
    }
}

/// The client's settings have changed; some clients send them along.
pub(in crate::lsp) async fn changed(backend: &Backend, params: DidChangeConfigurationParams) {
    match params.settings {
        Value::Object(mut settings) if settings.contains_key(SECTION) => {
            apply(backend, settings.remove(SECTION)).await;
        }
        _ if backend.peer.get().is_some_and(|peer| peer.configuration) => pull(backend).await,
        settings @ Value::Object(_) => apply(backend, Some(settings)).await,
        _ => {}
    }
}

/// Puts `layer` over the options of `initialize`, and names what is wrong in it.
async fn apply(backend: &Backend, layer: Option<Value>) {
    let options = backend.peer.get().and_then(|peer| peer.options.as_ref());
    let (_, known) = Settings::parse(options);
    let (settings, complaints) = Settings::parse(options.into_iter().chain(&layer));
    let marks = backend.session.settings().surprise;
    let remark = marks != settings.surprise;
    backend.session.set(settings);
    backend.session.remember();
    let refreshes = backend.peer.get().is_some_and(|p| p.diagnostics_refresh);
    if remark && refreshes {
        let client = backend.client.clone();
        // Not waited for: a client may answer only what it asked for meanwhile.
        tokio::spawn(async move {
            if let Err(error) = client.workspace_diagnostic_refresh().await {
                debug!("the client will not ask for diagnostics again: {error}");
            }
        });
    }
    for complaint in complaints.iter().skip(known.len()) {
        backend
            .client
            .log_message(MessageType::WARNING, complaint)
            .await;
    }
}
