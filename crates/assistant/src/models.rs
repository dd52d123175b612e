//! Which model serves a language: loaded once for all clients, in the background, and
//! again when its file changes.
//!
//! Owns the engines and what is known of the model files. In this order: the file that
//! the client's settings name, the newest file for the language in the user's folder of
//! models, the default model. Each serves its own language, and those
//! that the table of languages says have no model of their own.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use completer::Completer;
use disk::Stamp;
use lstm_format::Engine;
use parking_lot::Mutex;
use tracing::{info, warn};

use crate::heap;
use crate::watched::{Watched, Watcher};

mod background;
mod completers;
mod folder;
mod load;
mod source;

pub use folder::Files;
pub use source::{Embedded, Loader, Source, int8_engine, precision_name, title};

pub(crate) use completers::Completers;

use load::Load;

/// Files are looked at again no sooner than this after the last time.
const BETWEEN_LOOKS: Duration = Duration::from_secs(1);

/// Loads the engine for a model.
pub type EngineSource = Arc<dyn Fn(&Source) -> anyhow::Result<Arc<dyn Engine>> + Send + Sync>;

/// Where models come from.
#[derive(Clone)]
pub struct ModelSource {
    /// Makes engines.
    pub engines: EngineSource,
    /// The default model's file; `None` if it is inside the binary.
    pub default_path: Option<PathBuf>,
    /// Models inside the binary that serve languages of their own.
    pub embedded: Vec<Embedded>,
    /// The user's folder of `*.safetensors`, which need not exist.
    pub folder: Option<PathBuf>,
}

/// A model ready for use, or what stands in for one.
pub struct Model {
    /// `None` for the memory alone.
    engine: Option<Arc<dyn Engine>>,
    name: String,
    language: String,
    /// Its file; `None` for the one inside the binary.
    pub path: Option<PathBuf>,
}

impl Model {
    fn new(engine: Arc<dyn Engine>, path: Option<PathBuf>) -> Self {
        let config = engine.config();
        Self {
            name: source::title(config),
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
    pub fn completer(&self) -> Completer {
        let engine = self.engine.clone();
        engine.map_or_else(Completer::of_memory, Completer::new)
    }

    /// Language and shape in two words.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// LSP identifier of the language it was made for.
    pub fn language(&self) -> &str {
        &self.language
    }
}

/// Why no model serves a language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Absent {
    /// There is none for it.
    NoModel,
    /// There is one that cannot be used, for this reason.
    Failed(String),
    /// It is being loaded.
    Loading,
}

type Loaded = Result<Arc<Model>, String>;

/// Every model that has been asked for.
pub struct Models {
    source: ModelSource,
    inner: Mutex<Inner>,
    changes: Watched<u64>,
}

#[derive(Default)]
struct Inner {
    entries: HashMap<Source, Entry>,
    /// What serves languages without a model.
    of_memory: HashMap<String, Arc<Model>>,
    /// `None` before the first look.
    files: Option<Files>,
    looked: Option<Instant>,
}

struct Entry {
    stamp: Option<Stamp>,
    load: Arc<Load>,
}

impl Models {
    /// Nothing is loaded yet.
    pub fn new(source: ModelSource) -> Self {
        Self {
            source,
            inner: Mutex::default(),
            changes: Watched::default(),
        }
    }

    /// The default model's file; `None` if it is inside the binary.
    pub fn default_path(&self) -> Option<&Path> {
        self.source.default_path.as_deref()
    }

    /// Changes whenever a model is loaded, replaced or found missing.
    pub fn changes(&self) -> Watcher<u64> {
        self.changes.watch()
    }

    /// The model for `language`, loaded if need be. `named` is the file in the
    /// client's settings.
    ///
    /// # Errors
    /// [`Absent`], never `Loading`.
    pub async fn get(
        self: &Arc<Self>,
        language: &str,
        named: Option<&Path>,
    ) -> Result<Arc<Model>, Absent> {
        self.look_if_due().await;
        let mut failed = None;
        for source in self.candidates(language, named) {
            match self.load(source).await {
                Ok(model) if language::serves(model.language(), language) => return Ok(model),
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
    pub fn peek(&self, language: &str, named: Option<&Path>) -> Result<Arc<Model>, Absent> {
        let mut failed = None;
        for source in self.candidates(language, named) {
            let inner = self.inner.lock();
            let loaded = inner
                .entries
                .get(&source)
                .and_then(|entry| entry.load.done());
            match loaded {
                None => return Err(Absent::Loading),
                Some(Ok(model)) if language::serves(model.language(), language) => {
                    return Ok(model);
                }
                Some(Ok(_)) => {}
                Some(Err(error)) if named.is_some() => return Err(Absent::Failed(error)),
                Some(Err(error)) => failed = failed.or(Some(error)),
            }
        }
        Err(failed.map_or(Absent::NoModel, Absent::Failed))
    }

    /// What completes `language` where there is no model for it.
    pub fn of_memory(&self, language: &str) -> Arc<Model> {
        let mut inner = self.inner.lock();
        let known = inner.of_memory.entry(language.to_owned());
        Arc::clone(known.or_insert_with(|| Arc::new(Model::of_memory(language))))
    }

    /// The model that the client named, or else the default model.
    ///
    /// # Errors
    /// [`Absent::Failed`].
    pub async fn get_any(self: &Arc<Self>, named: Option<&Path>) -> Result<Arc<Model>, Absent> {
        self.look_if_due().await;
        self.load(self.any(named)).await.map_err(Absent::Failed)
    }

    /// The same without waiting for anything.
    ///
    /// # Errors
    /// [`Absent`].
    pub fn peek_any(&self, named: Option<&Path>) -> Result<Arc<Model>, Absent> {
        let inner = self.inner.lock();
        let entry = inner.entries.get(&self.any(named));
        match entry.and_then(|entry| entry.load.done()) {
            None => Err(Absent::Loading),
            Some(loaded) => loaded.map_err(Absent::Failed),
        }
    }

    /// Languages that a model is known for, in order of name.
    pub fn languages(&self) -> Vec<String> {
        let inner = self.inner.lock();
        let loaded = inner.entries.values().filter_map(|entry| entry.load.done());
        let loaded = loaded.flatten().map(|model| model.language().to_owned());
        let files = inner.files.iter().flat_map(Files::languages);
        let embedded = self.source.embedded.iter();
        let embedded = embedded.map(|embedded| embedded.language().to_owned());
        let mut languages: Vec<String> = loaded.chain(files).chain(embedded).collect();
        languages.sort();
        languages.dedup();
        languages
    }

    /// Looks at the files now, and loads again what has changed. Requests are
    /// served by what is there until then.
    pub async fn look(self: &Arc<Self>) {
        let models = Arc::clone(self);
        // A panic while a file was read leaves what was known.
        let _ = background::run(move || models.look_now()).await;
    }

    /// The same on this thread.
    fn look_now(&self) {
        let known = {
            let mut inner = self.inner.lock();
            inner.looked = Some(Instant::now());
            inner.files.clone().unwrap_or_default()
        };
        if let Some(folder) = &self.source.folder {
            let files = known.look(folder);
            let mut inner = self.inner.lock();
            let Inner {
                entries,
                files: before,
                ..
            } = &mut *inner;
            let gone = |path: &Path| known_before(before, path) && !files.has(path);
            entries.retain(|source, _| !source.path().is_some_and(gone));
            *before = Some(files);
        }
        for path in self.outdated() {
            self.load_again(path);
        }
        self.tell();
    }

    /// Waits for the first look; later ones are made while requests go on.
    async fn look_if_due(self: &Arc<Self>) {
        let (first, due) = {
            let mut inner = self.inner.lock();
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
            // It goes on when its end is not waited for.
            drop(background::run(move || models.look_now()));
        }
    }

    /// The default model.
    fn default(&self) -> Source {
        Source::new(self.source.default_path.clone())
    }

    /// The model that the client named, or else the default model.
    fn any(&self, named: Option<&Path>) -> Source {
        named.map_or_else(|| self.default(), |path| Source::File(path.to_owned()))
    }

    /// What may hold a model for `language`, the best first.
    fn candidates(&self, language: &str, named: Option<&Path>) -> Vec<Source> {
        let inner = self.inner.lock();
        let in_folder = inner.files.as_ref().and_then(|files| {
            let other = language::row(language).served_by;
            let own = files.for_language(language);
            own.or_else(|| files.for_language(other?))
        });
        let file = |path: &Path| Source::File(path.to_owned());
        let embedded = self.source.embedded.iter();
        let mut embedded = embedded.filter(|e| language::serves(e.language(), language));
        let shipped = embedded.next().copied().map(Source::Embedded);
        let shipped = shipped.unwrap_or_else(|| self.default());
        let named = named.map(file);
        named
            .into_iter()
            .chain(in_folder.map(file))
            .chain([shipped])
            .collect()
    }

    /// The model from `source`, which the first who asks has loaded.
    async fn load(self: &Arc<Self>, source: Source) -> Loaded {
        let (load, begin) = {
            let mut inner = self.inner.lock();
            let mut begin = false;
            let entry = inner.entries.entry(source.clone()).or_insert_with(|| {
                begin = true;
                Entry {
                    stamp: source.path().and_then(Stamp::of),
                    load: Arc::default(),
                }
            });
            (Arc::clone(&entry.load), begin)
        };
        if begin {
            let (models, load) = (Arc::clone(self), Arc::clone(&load));
            drop(background::run(move || {
                load.finish(models.read(&source));
                // When the result is there, since a client that hears of it looks at once.
                models.tell();
            }));
        }
        load.wait().await
    }

    /// Loads a file that has changed; if that fails, what it held before stays.
    fn load_again(&self, path: PathBuf) {
        let stamp = Stamp::of(&path);
        let source = Source::File(path);
        let loaded = self.read(&source);
        let mut inner = self.inner.lock();
        let Some(entry) = inner.entries.get_mut(&source) else {
            return;
        };
        entry.stamp = stamp;
        let serves = matches!(entry.load.done(), Some(Ok(_)));
        if loaded.is_ok() || !serves {
            entry.load = Arc::default();
            entry.load.finish(loaded);
        }
    }

    /// Files that are loaded and have changed since. The default model is loaded once.
    fn outdated(&self) -> Vec<PathBuf> {
        let inner = self.inner.lock();
        let default = self.default();
        let changed = inner.entries.iter().filter_map(|(source, entry)| {
            let path = source.path().filter(|_| *source != default)?;
            let now = Stamp::of(path)?;
            (entry.load.done().is_some() && entry.stamp != Some(now)).then(|| path.to_owned())
        });
        changed.collect()
    }

    /// Reads a model and makes it ready to run.
    fn read(&self, source: &Source) -> Loaded {
        let load = || {
            let started = Instant::now();
            let engine = (self.source.engines)(source);
            let engine = engine.map_err(|error| format!("{error:#}"))?;
            heap::reserve();
            let file = source.path().map(Path::to_owned);
            Ok((Model::new(engine, file), started.elapsed()))
        };
        let loaded = catch_unwind(AssertUnwindSafe(load));
        let loaded =
            loaded.unwrap_or_else(|_| Err("loading the model failed inside the server".to_owned()));
        let loaded = loaded.map(|(model, took)| {
            info!(model = model.name(), micros = took.as_micros(), "loaded");
            Arc::new(model)
        });
        if let Err(error) = &loaded {
            warn!("{error}");
        }
        loaded
    }

    /// Tells those who wait for changes.
    fn tell(&self) {
        self.changes.change(|changes| {
            *changes += 1;
            true
        });
    }
}

fn known_before(files: &Option<Files>, path: &Path) -> bool {
    files.as_ref().is_some_and(|files| files.has(path))
}

#[cfg(test)]
mod tests {
    use futures_executor::block_on;

    use super::*;

    /// Models of which each ends like this.
    fn failing() -> Arc<Models> {
        Arc::new(Models::new(ModelSource {
            engines: Arc::new(|_| anyhow::bail!("no such file")),
            default_path: None,
            embedded: Vec::new(),
            folder: None,
        }))
    }

    #[test]
    fn news_come_when_a_model_can_be_looked_at() {
        for _ in 0..200 {
            let models = failing();
            let mut news = models.changes();
            let asks = Arc::clone(&models);
            drop(background::run(move || {
                block_on(asks.get_any(None)).is_ok()
            }));
            let (sender, seen) = std::sync::mpsc::channel();
            std::thread::spawn(move || {
                while models.peek_any(None).err() == Some(Absent::Loading) {
                    block_on(news.changed());
                }
                sender.send(models.peek_any(None).err())
            });
            let failed = Absent::Failed("no such file".to_owned());
            let seen = seen.recv_timeout(Duration::from_secs(30));
            assert_eq!(seen, Ok(Some(failed)), "the last news came too early");
        }
    }
}
