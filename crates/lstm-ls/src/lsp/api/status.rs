//! `lstm-ls/status`: what serves a document, and why nothing was offered there.
//!
//! A client that has asked once is told of every change of state by
//! `lstm-ls/statusChanged`, with the same body.

use std::path::PathBuf;

use assistant::models::{Absent, Model};
use assistant::session::{Standing, percent};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tower_lsp::jsonrpc::Result;
use tower_lsp::lsp_types::notification::Notification;
use tower_lsp::lsp_types::{TextDocumentIdentifier, Url};
use workspace::{LeftOut, Progress};

use super::explain::ReasonBody;
use crate::lsp::backend::Backend;
use crate::lsp::protocol::STATUS_CHANGED;
use crate::lsp::uri::{id, place};

/// Parameters of the request; all of it may be left out.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::lsp) struct StatusParams {
    text_document: Option<TextDocumentIdentifier>,
}

/// The answer.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::lsp) struct Status {
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
#[serde(rename_all = "camelCase")]
struct WorkspaceStatus {
    /// Whether its files are still being read, and what share of them has been.
    reading: bool,
    percent: usize,
    /// Files remembered, and bytes of their text.
    files: usize,
    bytes: usize,
    /// What found no room (`workspaceMegabytes`); null if all did.
    no_room: Option<NoRoom>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct NoRoom {
    files: usize,
    bytes: u64,
    /// Where most of it lies, by bytes.
    folders: Vec<PathBuf>,
}

impl NoRoom {
    fn of(left_out: &LeftOut) -> Option<Self> {
        let folders = left_out.folders.iter().map(|(folder, _)| folder.clone());
        (left_out.files > 0).then(|| Self {
            files: left_out.files,
            bytes: left_out.bytes,
            folders: folders.collect(),
        })
    }
}

impl WorkspaceStatus {
    fn of(progress: &Progress) -> Self {
        Self {
            reading: !progress.done,
            percent: percent(progress),
            files: progress.files,
            bytes: progress.bytes,
            no_room: NoRoom::of(&progress.left_out),
        }
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

/// `lstm-ls/statusChanged`.
enum StatusChanged {}

impl Notification for StatusChanged {
    type Params = Value;
    const METHOD: &'static str = STATUS_CHANGED;
}

impl Backend {
    /// Answers about the named document, or the language last worked in.
    pub(in crate::lsp) async fn status(&self, params: Option<StatusParams>) -> Result<Status> {
        let document = params.and_then(|params| params.text_document);
        let mut told = self.told.lock();
        // Under the lock: from here on news are told, but not what this answer tells.
        self.session.asks_of_standing();
        let status = self.status_of(document.map(|document| document.uri).as_ref());
        *told = Some(status.gist());
        Ok(status)
    }

    /// Looks at the model files now, and answers when that is done.
    pub(in crate::lsp) async fn reload(&self, _: Option<Value>) -> Result<()> {
        self.session.models().look().await;
        Ok(())
    }

    /// The same as a notification.
    pub(in crate::lsp) async fn reload_unanswered(&self) {
        self.session.models().look().await;
    }

    /// Tells a client that has asked of every change of state; never returns.
    pub(in crate::lsp) async fn tell_of_changes(&self) {
        let mut changes = self.session.changes();
        loop {
            let news = {
                let status = self.status_of(None);
                let mut told = self.told.lock();
                let gist = status.gist();
                let before = told.replace(gist.clone());
                let changed = before.is_some_and(|before| before != gist);
                (changed && self.session.is_told_of_changes()).then_some(status)
            };
            if let Some(status) = news {
                let body = serde_json::to_value(status).unwrap_or_default();
                self.client.send_notification::<StatusChanged>(body).await;
            }
            changes.next().await;
        }
    }

    fn status_of(&self, uri: Option<&Url>) -> Status {
        let named = uri.map(|uri| (id(uri), place(uri)));
        let named = named.as_ref().map(|(id, place)| (id, place.path.as_path()));
        let Standing {
            language,
            model,
            enabled,
            reason,
            micros,
        } = self.session.standing(named);
        let state = match &model {
            _ if !enabled => State::Off,
            Ok(_) => State::Ready,
            Err(Absent::Loading) => State::Loading,
            Err(Absent::NoModel) => State::MemoryOnly,
            Err(Absent::Failed(_)) => State::Failed,
        };
        Status {
            version: env!("CARGO_PKG_VERSION"),
            languages: self.session.models().languages(),
            language,
            model: model.ok().map(|model| ModelStatus::of(&model)),
            enabled,
            state,
            workspace: self.session.reading().as_ref().map(WorkspaceStatus::of),
            last_latency_micros: micros,
            last_reason: reason.map(ReasonBody::from),
            process_id: std::process::id(),
            clients: self.session.clients(),
            memory_bytes: memory_bytes(),
        }
    }
}

impl Status {
    /// What a client is told of when it changes.
    fn gist(&self) -> Value {
        // Which model would serve is no news where none may.
        let model = self.model.as_ref().filter(|_| self.enabled);
        let read = self.workspace.as_ref();
        let read = read.map(|workspace| (workspace.reading, workspace.percent / 10));
        json!([self.state, model, read])
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
    let status = std::path::Path::new("/proc/self/status");
    let status = disk::read(status, disk::Links::Refused, 1 << 16).ok()?;
    let status = String::from_utf8(status).ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kilobytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes * 1024)
}
