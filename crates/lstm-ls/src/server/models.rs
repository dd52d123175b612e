//! Which model serves a language: loaded once for all clients, in the
//! background, and again when its file changes.
//!
//! In this order: the file that the client's settings name, the newest file for
//! the language in the user's folder of models, the default model. Each serves
//! its own language only.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use completer::Completer;
use lstm_format::Engine;
use tokio::sync::{OnceCell, watch};
use tracing::{info, warn};

use crate::heap;
use crate::model::{self, Files, Stamp};

/// Files are looked at again no sooner than this after the last time.
const BETWEEN_LOOKS: Duration = Duration::from_secs(1);

/// Loads the engine for a model file, or for the default model.
pub type EngineSource = Arc<dyn Fn(Option<&Path>) -> anyhow::Result<Arc<dyn Engine>> + Send + Sync>;

/// Where models come from.
#[derive(Clone)]
pub struct ModelSource {
    /// Makes engines.
    pub engines: EngineSource,
    /// The default model's file; `None` if it is inside the binary.
    pub default_path: Option<PathBuf>,
    /// The user's folder of `*.safetensors`, which need not exist.
    pub folder: Option<PathBuf>,
}

/// A model ready for use, or what stands in for one.
pub(super) struct Model {
    /// `None` for the memory alone.
    engine: Option<Arc<dyn Engine>>,
    name: String,
    language: String,
    /// Its file; `None` for the one inside the binary.
    pub(super) path: Option<PathBuf>,
}

impl Model {
    fn new(engine: Arc<dyn Engine>, path: Option<PathBuf>) -> Self {
        let config = engine.config();
        Self {
            name: model::title(config),
            language: config.language.clone(),
            path,
            engine: Some(engine),
        }
    }

    /// What completes a language from the user's own files, without a model.
    fn of_memory(language: &str) -> Self {
        Self {
            engine: None,
            name: format!("{language} memory"),
            language: language.to_owned(),
            path: None,
        }
    }

    /// Completes with it, and knows nothing yet of what it completed before.
    pub(super) fn completer(&self) -> Completer {
        let engine = self.engine.clone();
        engine.map_or_else(Completer::of_memory, Completer::new)
    }

    /// Language and shape in two words.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// LSP identifier of the language it was made for.
    pub(super) fn language(&self) -> &str {
        &self.language
    }
}

/// Why no model serves a language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Absent {
    /// There is none for it.
    NoModel,
    /// There is one that cannot be used, for this reason.
    Failed(String),
    /// It is being loaded.
    Loading,
}

type Loaded = Result<Arc<Model>, String>;

/// Every model that has been asked for.
pub(super) struct Models {
    source: ModelSource,
    inner: Mutex<Inner>,
    changes: watch::Sender<u64>,
}

#[derive(Default)]
struct Inner {
    /// By file; `None` is the default model.
    entries: HashMap<Option<PathBuf>, Entry>,
    /// What serves languages without a model.
    of_memory: HashMap<String, Arc<Model>>,
    /// `None` before the first look.
    files: Option<Files>,
    looked: Option<Instant>,
}

struct Entry {
    stamp: Option<Stamp>,
    cell: Arc<OnceCell<Loaded>>,
}

impl Models {
    /// Nothing is loaded yet.
    pub(super) fn new(source: ModelSource) -> Self {
        Self {
            source,
            inner: Mutex::default(),
            changes: watch::Sender::default(),
        }
    }

    /// The default model's file; `None` if it is inside the binary.
    pub(super) fn default_path(&self) -> Option<&Path> {
        self.source.default_path.as_deref()
    }

    /// Changes whenever a model is loaded, replaced or found missing.
    pub(super) fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    /// The model for `language`, loaded if need be. `named` is the file in the
    /// client's settings.
    ///
    /// # Errors
    /// [`Absent`], never `Loading`.
    pub(super) async fn get(
        self: &Arc<Self>,
        language: &str,
        named: Option<&Path>,
    ) -> Result<Arc<Model>, Absent> {
        self.look_if_due().await;
        let mut failed = None;
        for path in self.candidates(language, named) {
            match self.load(path).await {
                Ok(model) if model.language() == language => return Ok(model),
                Ok(_) => {}
                // What the user named is not quietly replaced by something else.
                Err(error) if named.is_some() => return Err(Absent::Failed(error)),
                Err(error) => failed = failed.or(Some(error)),
            }
        }
        Err(failed.map_or(Absent::NoModel, Absent::Failed))
    }

    /// The same without waiting for anything.
    ///
    /// # Errors
    /// [`Absent`].
    pub(super) fn peek(&self, language: &str, named: Option<&Path>) -> Result<Arc<Model>, Absent> {
        let mut failed = None;
        for path in self.candidates(language, named) {
            let inner = self.lock();
            let loaded = inner.entries.get(&path).and_then(|entry| entry.cell.get());
            match loaded {
                None => return Err(Absent::Loading),
                Some(Ok(model)) if model.language() == language => return Ok(Arc::clone(model)),
                Some(Ok(_)) => {}
                Some(Err(error)) if named.is_some() => return Err(Absent::Failed(error.clone())),
                Some(Err(error)) => failed = failed.or(Some(error.clone())),
            }
        }
        Err(failed.map_or(Absent::NoModel, Absent::Failed))
    }

    /// What completes `language` where there is no model for it.
    pub(super) fn of_memory(&self, language: &str) -> Arc<Model> {
        let mut inner = self.lock();
        let known = inner.of_memory.entry(language.to_owned());
        Arc::clone(known.or_insert_with(|| Arc::new(Model::of_memory(language))))
    }

    /// The model that the client named, or else the default model.
    ///
    /// # Errors
    /// [`Absent::Failed`].
    pub(super) async fn get_any(
        self: &Arc<Self>,
        named: Option<&Path>,
    ) -> Result<Arc<Model>, Absent> {
        self.look_if_due().await;
        let path = named.map(Path::to_owned);
        self.load(path).await.map_err(Absent::Failed)
    }

    /// The same without waiting for anything.
    ///
    /// # Errors
    /// [`Absent`].
    pub(super) fn peek_any(&self, named: Option<&Path>) -> Result<Arc<Model>, Absent> {
        let inner = self.lock();
        let entry = inner.entries.get(&named.map(Path::to_owned));
        match entry.and_then(|entry| entry.cell.get()) {
            None => Err(Absent::Loading),
            Some(loaded) => loaded.clone().map_err(Absent::Failed),
        }
    }

    /// Languages that a model is known for, in order of name.
    pub(super) fn languages(&self) -> Vec<String> {
        let inner = self.lock();
        let loaded = inner.entries.values().filter_map(|entry| entry.cell.get());
        let loaded = loaded.flatten().map(|model| model.language().to_owned());
        let files = inner.files.iter().flat_map(Files::languages);
        let mut languages: Vec<String> = loaded.chain(files).collect();
        languages.sort();
        languages.dedup();
        languages
    }

    /// Looks at the files now, and loads again what has changed. Requests are
    /// served by what is there until then.
    pub(super) async fn look(&self) {
        let known = {
            let mut inner = self.lock();
            inner.looked = Some(Instant::now());
            inner.files.clone().unwrap_or_default()
        };
        if let Some(folder) = self.source.folder.clone() {
            let looked = tokio::task::spawn_blocking(move || known.look(&folder)).await;
            // A panic while a file was read leaves what was known.
            if let Ok(files) = looked {
                let mut inner = self.lock();
                let gone = |path: &Option<PathBuf>| {
                    let path = path.as_deref();
                    path.is_some_and(|p| known_before(&inner.files, p) && !files.has(p))
                };
                let gone: Vec<_> = inner.entries.keys().filter(|p| gone(p)).cloned().collect();
                gone.iter()
                    .for_each(|path| drop(inner.entries.remove(path)));
                inner.files = Some(files);
            }
        }
        for path in self.outdated() {
            self.load_again(path).await;
        }
        self.changes.send_modify(|changes| *changes += 1);
    }

    /// Waits for the first look; later ones are nobody's business.
    async fn look_if_due(self: &Arc<Self>) {
        let (first, due) = {
            let mut inner = self.lock();
            let due = inner.looked.is_none_or(|at| at.elapsed() > BETWEEN_LOOKS);
            if due {
                inner.looked = Some(Instant::now());
            }
            (inner.files.is_none() && self.source.folder.is_some(), due)
        };
        if first {
            self.look().await;
        } else if due {
            let models = Arc::clone(self);
            tokio::spawn(async move { models.look().await });
        }
    }

    /// Files that may hold a model for `language`, the best first.
    fn candidates(&self, language: &str, named: Option<&Path>) -> Vec<Option<PathBuf>> {
        let inner = self.lock();
        let in_folder = inner
            .files
            .as_ref()
            .and_then(|files| files.for_language(language));
        let named = named.map(|path| Some(path.to_owned()));
        let in_folder = in_folder.map(|path| Some(path.to_owned()));
        named.into_iter().chain(in_folder).chain([None]).collect()
    }

    async fn load(&self, path: Option<PathBuf>) -> Loaded {
        let cell = {
            let mut inner = self.lock();
            let entry = inner.entries.entry(path.clone()).or_insert_with(|| Entry {
                stamp: path.as_deref().and_then(Stamp::of),
                cell: Arc::default(),
            });
            Arc::clone(&entry.cell)
        };
        cell.get_or_init(|| self.read(path)).await.clone()
    }

    /// Loads a file that has changed; if that fails, what it held before stays.
    async fn load_again(&self, path: PathBuf) {
        let stamp = Stamp::of(&path);
        let path = Some(path);
        let loaded = self.read(path.clone()).await;
        let mut inner = self.lock();
        let Some(entry) = inner.entries.get_mut(&path) else {
            return;
        };
        entry.stamp = stamp;
        let serves = matches!(entry.cell.get(), Some(Ok(_)));
        if loaded.is_ok() || !serves {
            entry.cell = Arc::new(OnceCell::new_with(Some(loaded)));
        }
    }

    /// Files that are loaded and have changed since.
    fn outdated(&self) -> Vec<PathBuf> {
        let inner = self.lock();
        let changed = inner.entries.iter().filter_map(|(path, entry)| {
            let path = path.as_deref()?;
            let now = Stamp::of(path)?;
            (entry.cell.initialized() && entry.stamp != Some(now)).then(|| path.to_owned())
        });
        changed.collect()
    }

    async fn read(&self, path: Option<PathBuf>) -> Loaded {
        let file = path.clone().or_else(|| self.source.default_path.clone());
        let engines = Arc::clone(&self.source.engines);
        let load = move || {
            let started = Instant::now();
            let engine = engines(path.as_deref()).map_err(|error| format!("{error:#}"))?;
            heap::reserve();
            Ok((Model::new(engine, file), started.elapsed()))
        };
        let loaded = match tokio::task::spawn_blocking(load).await {
            Ok(loaded) => loaded,
            Err(_) => Err("loading the model failed inside the server".to_owned()),
        };
        let loaded = loaded.map(|(model, took)| {
            info!(model = model.name(), micros = took.as_micros(), "loaded");
            Arc::new(model)
        });
        if let Err(error) = &loaded {
            warn!("{error}");
        }
        self.changes.send_modify(|changes| *changes += 1);
        loaded
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        // Nothing that runs under it leaves a falsehood behind when it panics.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn known_before(files: &Option<Files>, path: &Path) -> bool {
    files.as_ref().is_some_and(|files| files.has(path))
}
