//! `lstm-ls/status`: what serves a document, and why nothing was offered there.
//!
//! A client that has asked once is told of every change of state by
//! `lstm-ls/statusChanged`, with the same body.

use std::path::PathBuf;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tower_lsp::jsonrpc::Result;
use tower_lsp::lsp_types::notification::Notification;
use tower_lsp::lsp_types::{TextDocumentIdentifier, Url};
use workspace::Progress;

use super::Backend;
use super::models::{Absent, Model};
use super::protocol::STATUS_CHANGED;
use super::reason::{Reason, ReasonBody};

/// Parameters of the request; all of it may be left out.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct StatusParams {
    text_document: Option<TextDocumentIdentifier>,
}

/// The answer.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Status {
    version: &'static str,
    /// Languages that there are models for.
    languages: Vec<String>,
    /// The language this is about: the document's, or the last one worked in.
    language: Option<String>,
    model: Option<ModelStatus>,
    /// Whether the settings let anything be suggested in this language.
    enabled: bool,
    state: State,
    /// What is remembered of the client's folders; null if it has none.
    workspace: Option<WorkspaceStatus>,
    last_latency_micros: Option<u64>,
    /// Why the last request brought nothing; null if it brought something.
    last_reason: Option<ReasonBody>,
    /// The server's own process.
    process_id: u32,
    /// How many clients the server has.
    clients: usize,
    /// What the server's process takes, where the system tells.
    #[serde(skip_serializing_if = "Option::is_none")]
    memory_bytes: Option<u64>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
struct ModelStatus {
    name: String,
    language: String,
    path: Option<PathBuf>,
    embedded: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct WorkspaceStatus {
    /// Whether its files are still being read, and what share of them has been.
    reading: bool,
    percent: usize,
    /// Files remembered, and bytes of their text.
    files: usize,
    bytes: usize,
}

impl WorkspaceStatus {
    fn of(progress: &Progress) -> Self {
        Self {
            reading: !progress.done,
            percent: percent(progress),
            files: progress.files,
            bytes: progress.bytes,
        }
    }
}

/// How much of the folders has been read.
pub(super) fn percent(progress: &Progress) -> usize {
    match progress.done {
        true => 100,
        false => 100 * progress.seen / (progress.found + 1),
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
enum State {
    #[serde(rename = "ready")]
    Ready,
    #[serde(rename = "loading")]
    Loading,
    /// There is no model, but what is in the document and the folders.
    #[serde(rename = "memory only")]
    MemoryOnly,
    /// There is one that cannot be used.
    #[serde(rename = "failed")]
    Failed,
    #[serde(rename = "off")]
    Off,
}

/// What serves a document, and how well.
pub(super) struct Standing {
    language: Option<String>,
    model: std::result::Result<Arc<Model>, Absent>,
    /// Whether the settings let anything be suggested.
    enabled: bool,
    /// What keeps it from being served, or why the last request brought nothing.
    pub(super) reason: Option<Reason>,
    /// Time from the last request to its answer.
    micros: Option<u64>,
}

/// `lstm-ls/statusChanged`.
enum StatusChanged {}

impl Notification for StatusChanged {
    type Params = Value;
    const METHOD: &'static str = STATUS_CHANGED;
}

impl Backend {
    /// Answers about the named document, or the language last worked in.
    pub(super) async fn status(&self, params: Option<StatusParams>) -> Result<Status> {
        self.journal.ask();
        let document = params.and_then(|params| params.text_document);
        Ok(self.status_of(document.map(|document| document.uri).as_ref()))
    }

    /// Looks at the model files now, and answers when that is done.
    pub(super) async fn reload(&self, _: Option<Value>) -> Result<()> {
        self.shared.models.look().await;
        Ok(())
    }

    /// The same as a notification.
    pub(super) async fn reload_unanswered(&self) {
        self.shared.models.look().await;
    }

    /// Tells a client that has asked of every change of state; never returns.
    pub(super) async fn tell_of_changes(&self) {
        let mut models = self.shared.models.changes();
        let mut settings = self.settings.subscribe();
        let mut workspace = self.workspace.news();
        let mut told = None;
        loop {
            let status = self.status_of(None);
            // Which model would serve is no news where none may.
            let model = status.model.clone().filter(|_| status.enabled);
            let read = status.workspace.as_ref();
            let read = read.map(|workspace| (workspace.reading, workspace.percent / 10));
            let known = Some((status.state, model, read));
            if told != known && self.journal.is_asked() && told.is_some() {
                let body = serde_json::to_value(status).unwrap_or_default();
                self.client.send_notification::<StatusChanged>(body).await;
            }
            told = known;
            // Neither sender goes before this does.
            tokio::select! {
                _ = models.changed() => {}
                _ = settings.changed() => {}
                () = self.journal.turned() => {}
                () = workspace.next() => {}
            }
        }
    }

    /// How things stand for the document at `uri`, or for the language last
    /// worked in.
    pub(super) fn standing(&self, uri: Option<&Url>) -> Standing {
        let settings = self.settings();
        let last = self.journal.last();
        let open = uri.and_then(|uri| self.documents.language(uri));
        let language = open.or(last.language);
        let models = &self.shared.models;
        let model = match &language {
            Some(language) => models.peek(language, settings.model.as_deref()),
            None => models.peek_any(settings.model.as_deref()),
        };
        let silence = settings.silence(uri, language.as_deref());
        let enabled = silence.is_none();
        // What keeps a request from being served is worth saying before it is made.
        let absent = || Reason::absent(model.as_ref().err()?.clone());
        let reason = silence.or_else(absent).or(last.reason);
        Standing {
            language,
            model,
            enabled,
            reason,
            micros: last.micros,
        }
    }

    fn status_of(&self, uri: Option<&Url>) -> Status {
        let Standing {
            language,
            model,
            enabled,
            reason,
            micros,
        } = self.standing(uri);
        let state = match &model {
            _ if !enabled => State::Off,
            Ok(_) => State::Ready,
            Err(Absent::Loading) => State::Loading,
            Err(Absent::NoModel) => State::MemoryOnly,
            Err(Absent::Failed(_)) => State::Failed,
        };
        Status {
            version: env!("CARGO_PKG_VERSION"),
            languages: self.shared.models.languages(),
            language,
            model: model.ok().map(|model| ModelStatus::of(&model)),
            enabled,
            state,
            workspace: self.workspace.progress().as_ref().map(WorkspaceStatus::of),
            last_latency_micros: micros,
            last_reason: reason.map(|reason| reason.body()),
            process_id: std::process::id(),
            clients: *self.shared.clients().borrow(),
            memory_bytes: memory_bytes(),
        }
    }
}

impl ModelStatus {
    fn of(model: &Model) -> Self {
        Self {
            name: model.name().to_owned(),
            language: model.language().to_owned(),
            path: model.path.clone(),
            embedded: model.path.is_none(),
        }
    }
}

/// Resident memory of this process, where `/proc` tells.
fn memory_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kilobytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes * 1024)
}
