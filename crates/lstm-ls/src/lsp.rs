//! The language server: LSP on one side, the assistant on the other.
//!
//! Owns: which method leads to which file of `api`, and what the process serves it
//! on. Everything that a message changes is changed before its handler can be
//! suspended, so that messages cannot change places; what takes time works on a
//! snapshot.
//!
//! Architecture invariant: inside the server positions are byte offsets. [`position`]
//! alone knows what the encoding that was agreed on means, and the files of `api` only
//! hand it there.

use std::sync::Arc;

use assistant::session::{Session, Shared};
use parking_lot::Mutex;
use serde_json::Value;
use tokio::io::{AsyncRead, AsyncWrite};
use tower_lsp::jsonrpc::Result;
use tower_lsp::lsp_types::{
    CodeActionParams, CodeActionResponse, CompletionParams, CompletionResponse,
    DidChangeConfigurationParams, DidChangeWatchedFilesParams, DidChangeWorkspaceFoldersParams,
    DidCloseTextDocumentParams, DocumentDiagnosticParams, DocumentDiagnosticReportResult,
    ExecuteCommandParams, InitializeParams, InitializeResult, InitializedParams,
};
use tower_lsp::{LanguageServer, LspService};

mod api;
mod backend;
pub(crate) mod peer;
pub mod position;
mod progress;
pub(crate) mod protocol;
mod retraining;
mod sketch;
pub mod texts;
pub mod transport;
pub(crate) mod uri;

use backend::Backend;
use retraining::Retraining;
use transport::{Link, Ties, Wire};

#[tower_lsp::async_trait]
impl LanguageServer for Backend {
    async fn initialize(&self, _: InitializeParams) -> Result<InitializeResult> {
        Ok(api::initialize::initialize(self))
    }

    async fn initialized(&self, _: InitializedParams) {
        api::initialized::initialized(self).await;
    }

    async fn shutdown(&self) -> Result<()> {
        Ok(())
    }

    async fn did_close(&self, params: DidCloseTextDocumentParams) {
        api::did_close::did_close(self, &params);
    }

    async fn did_change_workspace_folders(&self, params: DidChangeWorkspaceFoldersParams) {
        api::did_change_folders::did_change_folders(self, &params);
    }

    async fn did_change_watched_files(&self, params: DidChangeWatchedFilesParams) {
        api::did_change_files::did_change_files(self, &params);
    }

    async fn did_change_configuration(&self, params: DidChangeConfigurationParams) {
        api::configuration::changed(self, params).await;
    }

    async fn completion(&self, params: CompletionParams) -> Result<Option<CompletionResponse>> {
        api::completion::completion(self, params).await.map(Some)
    }

    async fn diagnostic(
        &self,
        params: DocumentDiagnosticParams,
    ) -> Result<DocumentDiagnosticReportResult> {
        api::diagnostic::diagnostic(self, params).await
    }

    async fn code_action(&self, params: CodeActionParams) -> Result<Option<CodeActionResponse>> {
        Ok(Some(api::code_action::code_action(&params)))
    }

    async fn execute_command(&self, params: ExecuteCommandParams) -> Result<Option<Value>> {
        match params.command.as_str() {
            api::retrain::RETRAIN | api::retrain::STOP => api::retrain::execute(self, params).await,
            _ => api::acceptance::execute(self, &params),
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
    let session = Arc::new(Session::new(shared));
    let ties = Ties::new(Arc::clone(&session));
    let backend = |client| Backend {
        client,
        session: Arc::clone(&session),
        link: link.clone(),
        peer: Arc::clone(&ties.peer),
        ending: Arc::clone(&ties.ending),
        retraining: Retraining::default(),
        told: Mutex::default(),
        doubted: Mutex::default(),
    };
    let (service, socket) = LspService::build(backend)
        .custom_method(protocol::INLINE_COMPLETION, Backend::inline_completion)
        .custom_method(protocol::STATUS, Backend::status)
        .custom_method(protocol::EXPLAIN, Backend::explain)
        .custom_method(protocol::DID_SHOW, Backend::did_show)
        .custom_method(protocol::DID_ACCEPT_PART, Backend::did_accept_part)
        .custom_method(protocol::DISMISSED, Backend::dismissed)
        .custom_method(protocol::CURSOR_MOVED, Backend::cursor_moved)
        .custom_method(protocol::CANCEL_PROGRESS, Backend::cancel_progress)
        .custom_method(protocol::DOCUMENT, Backend::document)
        .custom_method(protocol::RELOAD, Backend::reload)
        .custom_method(protocol::RELOAD_UNANSWERED, Backend::reload_unanswered)
        .custom_method(protocol::OPENED, Backend::did_open)
        .custom_method(protocol::CHANGED, Backend::did_change)
        .custom_method(protocol::SAVED, Backend::did_save)
        .finish();
    let wire = Wire::new(service, ties.clone(), link.clone());
    let ending = ties.ending.subscribe();
    transport::serve((input, output), wire, socket, ending, link).await;
    session.cancel_all();
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
    let serving = serve(input, output, Arc::clone(&shared), Link::pipes());
    let orderly = runtime.block_on(serving);
    // The thread that reads stdin may be blocked for good and is not waited for.
    runtime.shutdown_background();
    shared.finish();
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
