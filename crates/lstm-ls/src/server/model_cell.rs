//! The server's model: loaded once, in the background, waited for by requests.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use completer::Completer;
use lstm_format::Engine;
use tokio::sync::OnceCell;

/// Loads the engine for the model file that the settings name, if they do.
pub type EngineSource = Arc<dyn Fn(Option<&Path>) -> anyhow::Result<Arc<dyn Engine>> + Send + Sync>;

/// A model that is loaded when first asked for.
#[derive(Clone)]
pub(super) struct ModelCell {
    source: EngineSource,
    loaded: Arc<OnceCell<Result<Arc<Completer>, String>>>,
}

impl ModelCell {
    /// A model that `source` will load.
    pub(super) fn new(source: EngineSource) -> Self {
        Self {
            source,
            loaded: Arc::default(),
        }
    }

    /// The model, loaded from `path` by the first call.
    ///
    /// # Errors
    /// Why it cannot be loaded, in one line; the same at every call.
    pub(super) async fn get(&self, path: Option<PathBuf>) -> Result<Arc<Completer>, String> {
        let load = || async {
            let source = Arc::clone(&self.source);
            let load = move || source(path.as_deref()).map(Completer::new).map(Arc::new);
            match tokio::task::spawn_blocking(load).await {
                Ok(loaded) => loaded.map_err(|e| format!("{e:#}")),
                Err(_) => Err("loading the model failed inside the server".to_owned()),
            }
        };
        self.loaded.get_or_init(load).await.clone()
    }
}
