//! The language server: handlers, what they share, and how it is served.
//!
//! A handler takes a snapshot, asks the completer on a worker thread, and
//! turns the answer into protocol types. Everything that changes a document
//! does so before it can be suspended.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};
use tower_lsp::jsonrpc::Result;
use tower_lsp::lsp_types::{
    CompletionParams, CompletionResponse, DidChangeTextDocumentParams, DidCloseTextDocumentParams,
    DidOpenTextDocumentParams, DidSaveTextDocumentParams, InitializeParams, InitializeResult,
    InitializedParams,
};
use tower_lsp::{Client, LanguageServer, LspService};
use tracing::warn;

mod completion;
mod did_change;
mod did_close;
mod did_open;
mod did_save;
mod document;
mod documents;
mod inbound;
mod initialize;
mod inline_completion;
mod model_cell;
pub mod position;
mod protocol;
pub mod settings;
mod suggest;
mod wire;
mod workers;

pub use model_cell::EngineSource;

use documents::Documents;
use model_cell::ModelCell;
use position::Encoding;
use settings::Settings;
use wire::{Ending, Wire};
use workers::Workers;

/// tower-lsp polls this many handlers at once and reads nothing more while all
/// are busy, not even an edit or a cancellation; waiting handlers cost nothing.
const CONCURRENT_HANDLERS: usize = 1024;

/// Room between the client's stream and tower-lsp.
const RELAYED_BYTES: usize = 1 << 16;

/// Longest wait, after `exit`, for answers that are still under way.
const LAST_ANSWERS: Duration = Duration::from_secs(2);

/// What the handlers share.
pub struct Backend {
    client: Client,
    documents: Arc<Documents>,
    workers: Workers,
    model: ModelCell,
    session: OnceLock<Session>,
}

/// What `initialize` settles for the whole session.
#[derive(Debug, Default)]
struct Session {
    encoding: Encoding,
    settings: Settings,
    /// What is wrong with the settings, for the user.
    complaints: Vec<String>,
}

impl Backend {
    fn encoding(&self) -> Encoding {
        self.session.get().map(|s| s.encoding).unwrap_or_default()
    }

    fn settings(&self) -> Settings {
        let session = self.session.get();
        session.map(|s| s.settings.clone()).unwrap_or_default()
    }
}

#[tower_lsp::async_trait]
impl LanguageServer for Backend {
    async fn initialize(&self, params: InitializeParams) -> Result<InitializeResult> {
        Ok(initialize::initialize(self, params))
    }

    async fn initialized(&self, _: InitializedParams) {
        initialize::initialized(self).await;
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
        did_save::did_save(&params);
    }

    async fn did_close(&self, params: DidCloseTextDocumentParams) {
        did_close::did_close(self, &params);
    }

    async fn completion(&self, params: CompletionParams) -> Result<Option<CompletionResponse>> {
        completion::completion(self, params).await.map(Some)
    }
}

/// Serves one client until it exits or its stream ends. True if it left in
/// order: `exit` or the end of the stream, after `shutdown`.
pub async fn serve<I, O>(input: I, output: O, source: EngineSource) -> bool
where
    I: AsyncRead + Unpin + Send + 'static,
    O: AsyncWrite + Send + 'static,
{
    let documents = Arc::new(Documents::default());
    let backend = |client| Backend {
        client,
        documents: Arc::clone(&documents),
        workers: Workers::for_this_machine(),
        model: ModelCell::new(source),
        session: OnceLock::new(),
    };
    let (service, socket) = LspService::build(backend)
        .custom_method(protocol::INLINE_COMPLETION, Backend::inline_completion)
        .finish();
    let (service, ending) = Wire::new(service, documents);
    let (messages, relayed) = tokio::io::duplex(RELAYED_BYTES);
    tokio::spawn(inbound::relay(input, relayed, ending.clone()));
    let server =
        tower_lsp::Server::new(messages, output, socket).concurrency_level(CONCURRENT_HANDLERS);
    // A task of its own: tower-lsp panics when the client stops reading.
    let mut serving = tokio::spawn(server.serve(service));
    let overdue = async {
        wire::exited(ending.clone()).await;
        tokio::time::sleep(LAST_ANSWERS).await;
    };
    tokio::select! {
        result = &mut serving => if result.is_err() {
            warn!("the client went away");
        },
        () = overdue => {
            warn!("left with answers still under way");
            serving.abort();
        }
    }
    let ending = *ending.borrow();
    matches!(ending, Ending::ShutDown | Ending::Exited)
}

/// Serves stdin and stdout. True if the client left in order.
///
/// # Errors
/// If the runtime's threads cannot be started.
pub fn serve_stdio(source: EngineSource) -> std::io::Result<bool> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_time()
        .build()?;
    let orderly = runtime.block_on(serve(tokio::io::stdin(), tokio::io::stdout(), source));
    // The thread that reads stdin may be blocked for good; nobody waits for it.
    runtime.shutdown_background();
    Ok(orderly)
}
