//! The language server: handlers, what they share, and how it is served.
//!
//! A handler takes a snapshot, asks the completer on a worker thread, and
//! turns the answer into protocol types. Everything that changes a document
//! does so before it can be suspended.
//!
//! [`Shared`] is what all clients have in common, [`Backend`] what one of them
//! has for itself.

use std::sync::{Arc, OnceLock};

use serde_json::Value;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::watch;
use tower_lsp::jsonrpc::Result;
use tower_lsp::lsp_types::{
    CodeActionParams, CodeActionResponse, CompletionParams, CompletionResponse,
    DidChangeConfigurationParams, DidChangeTextDocumentParams, DidChangeWatchedFilesParams,
    DidChangeWorkspaceFoldersParams, DidCloseTextDocumentParams, DidOpenTextDocumentParams,
    DidSaveTextDocumentParams, DocumentDiagnosticParams, DocumentDiagnosticReportResult,
    ExecuteCommandParams, InitializeParams, InitializeResult, InitializedParams,
};
use tower_lsp::{Client, LanguageServer, LspService};

mod acceptance;
mod code_action;
mod completers;
mod completion;
mod configuration;
mod connection;
mod diagnostic;
mod did_change;
mod did_close;
mod did_open;
pub mod document;
mod document_request;
mod documents;
mod ending;
mod explain;
mod initialize;
mod initialized;
mod inline_completion;
mod journal;
mod link;
mod memories;
pub mod message;
mod models;
mod peer;
pub mod position;
mod process;
mod progress;
pub(crate) mod protocol;
mod reason;
mod retrain;
mod scheduler;
pub mod settings;
mod shared;
mod status;
mod suggest;
mod switches;
mod wire;
mod workspace;

pub use link::Link;
pub use models::{EngineSource, ModelSource};
pub(crate) use process::gone as process_gone;
pub use shared::{Kept, Shared};

use completers::Completers;
use documents::Documents;
use ending::Ending;
use journal::Journal;
use peer::Peer;
use position::Encoding;
use retrain::Retraining;
use scheduler::ClientId;
use settings::Settings;
use wire::{Ties, Wire};
use workspace::Workspace;

/// What the handlers of one client share.
pub struct Backend {
    client: Client,
    id: ClientId,
    shared: Arc<Shared>,
    link: Link,
    peer: Arc<OnceLock<Peer>>,
    ending: Arc<watch::Sender<Ending>>,
    documents: Arc<Documents>,
    settings: watch::Sender<Arc<Settings>>,
    workspace: Arc<Workspace>,
    completers: Completers,
    journal: Journal,
    retraining: Retraining,
}

impl Backend {
    fn encoding(&self) -> Encoding {
        self.peer
            .get()
            .map(|peer| peer.encoding)
            .unwrap_or_default()
    }

    fn settings(&self) -> Arc<Settings> {
        Arc::clone(&self.settings.borrow())
    }

    /// Remembers the client's folders, as far as its settings want that.
    fn remember(&self) {
        let megabytes = self.settings().workspace_megabytes;
        self.workspace.remember(&self.shared.memories, megabytes);
    }
}

#[tower_lsp::async_trait]
impl LanguageServer for Backend {
    async fn initialize(&self, _: InitializeParams) -> Result<InitializeResult> {
        Ok(initialize::initialize(self))
    }

    async fn initialized(&self, _: InitializedParams) {
        initialized::initialized(self).await;
    }

    async fn shutdown(&self) -> Result<()> {
        Ok(())
    }

    async fn did_open(&self, params: DidOpenTextDocumentParams) {
        did_open::did_open(self, params);
    }

    async fn did_change(&self, params: DidChangeTextDocumentParams) {
        did_change::did_change(self, &params);
    }

    async fn did_save(&self, params: DidSaveTextDocumentParams) {
        let uri = &params.text_document.uri;
        self.documents.saved(uri);
        self.workspace.saved(uri);
    }

    async fn did_close(&self, params: DidCloseTextDocumentParams) {
        did_close::did_close(self, &params);
    }

    async fn did_change_workspace_folders(&self, params: DidChangeWorkspaceFoldersParams) {
        self.workspace.change_folders(&params.event);
        self.remember();
    }

    async fn did_change_watched_files(&self, params: DidChangeWatchedFilesParams) {
        self.workspace.files_changed(&params.changes);
    }

    async fn did_change_configuration(&self, params: DidChangeConfigurationParams) {
        configuration::changed(self, params).await;
    }

    async fn completion(&self, params: CompletionParams) -> Result<Option<CompletionResponse>> {
        completion::completion(self, params).await.map(Some)
    }

    async fn diagnostic(
        &self,
        params: DocumentDiagnosticParams,
    ) -> Result<DocumentDiagnosticReportResult> {
        diagnostic::diagnostic(self, params).await
    }

    async fn code_action(&self, params: CodeActionParams) -> Result<Option<CodeActionResponse>> {
        Ok(Some(code_action::code_action(&params)))
    }

    async fn execute_command(&self, params: ExecuteCommandParams) -> Result<Option<Value>> {
        match params.command.as_str() {
            retrain::RETRAIN | retrain::STOP => retrain::execute(self, params).await,
            _ => acceptance::execute(self, &params),
        }
    }
}

/// Serves one client until it exits, its stream ends or the server stops. True
/// if it left in order: `exit` or the end of the stream, after `shutdown`.
pub async fn serve<I, O>(input: I, output: O, shared: Arc<Shared>, link: Link) -> bool
where
    I: AsyncRead + Unpin + Send + 'static,
    O: AsyncWrite + Unpin + Send + 'static,
{
    let ties = Ties::default();
    let guest = shared.arrival();
    let backend = |client| Backend {
        client,
        id: guest.id(),
        shared: Arc::clone(&shared),
        link: link.clone(),
        peer: Arc::clone(&ties.peer),
        ending: Arc::clone(&ties.ending),
        documents: Arc::clone(&ties.documents),
        settings: watch::Sender::default(),
        workspace: Arc::default(),
        completers: Completers::default(),
        journal: Journal::default(),
        retraining: Retraining::default(),
    };
    let (service, socket) = LspService::build(backend)
        .custom_method(protocol::INLINE_COMPLETION, Backend::inline_completion)
        .custom_method(protocol::STATUS, Backend::status)
        .custom_method(protocol::EXPLAIN, Backend::explain)
        .custom_method(protocol::DID_SHOW, Backend::did_show)
        .custom_method(protocol::DID_ACCEPT_PART, Backend::did_accept_part)
        .custom_method(protocol::DISMISSED, Backend::dismissed)
        .custom_method(protocol::CANCEL_PROGRESS, Backend::cancel_progress)
        .custom_method(protocol::DOCUMENT, Backend::document)
        .custom_method(protocol::RELOAD, Backend::reload)
        .custom_method(protocol::RELOAD_UNANSWERED, Backend::reload_unanswered)
        .finish();
    let wire = Wire::new(service, ties.clone(), link.clone());
    let ending = ties.ending.subscribe();
    connection::serve((input, output), wire, socket, ending, link).await;
    ties.documents.cancel_all();
    let ending = *ties.ending.borrow();
    ending.is_orderly()
}

/// Serves stdin and stdout. True if the client left in order.
///
/// # Errors
/// If the runtime's threads cannot be started.
pub fn serve_stdio(shared: Arc<Shared>) -> std::io::Result<bool> {
    let runtime = runtime()?;
    let (input, output) = (tokio::io::stdin(), tokio::io::stdout());
    let orderly = runtime.block_on(serve(input, output, shared, Link::pipes()));
    // The thread that reads stdin may be blocked for good; nobody waits for it.
    runtime.shutdown_background();
    Ok(orderly)
}

/// Threads for the protocol; the work has its own.
///
/// # Errors
/// If they cannot be started.
pub fn runtime() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
}
