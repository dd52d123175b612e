//! What a training starts from, and what it has to be better than.

use std::path::{Path, PathBuf};

use anyhow::ensure;
use lstm_format::{FormatError, ModelFile, Precision};
use sha2::{Digest, Sha256};

use super::Places;
use assistant::models::{Files, Source};
use assistant::store::SHIPPED;
use assistant::user;

/// The master of the embedded model, as it is called wherever it lies.
const MASTER: &str = "rust.master.safetensors";

/// The weights that a training starts from, and what it has to be better than.
pub(super) struct Base {
    /// Language of all of it.
    pub(super) language: String,
    /// What serves now.
    pub(super) in_use: ModelFile,
    /// Where training starts.
    pub(super) start: Start,
    /// What that is called.
    pub(super) name: String,
    /// Bytes those weights have read already.
    pub(super) bytes_trained: u64,
    /// What the user should know of it.
    pub(super) note: Option<String>,
    /// A hash of all that what is found out rests on: the weights in use, those
    /// that training starts from, and this program's version.
    pub(super) basis: String,
}

/// Weights to start from.
pub(super) enum Start {
    /// A file.
    File(PathBuf),
    /// A model that has no file of its own.
    Model(Box<ModelFile>),
}

impl Base {
    /// `from` if it is given, else the exact weights of what serves now, else the
    /// weights it serves with.
    ///
    /// # Errors
    /// If a file that is named, or in use, can't be read.
    pub(super) fn find(from: Option<&Path>, places: &Places) -> anyhow::Result<Self> {
        let shipped = places.shipped.read()?;
        if let Some(from) = from {
            let language = ModelFile::read(from)?.config.language;
            ensure!(
                language == shipped.config.language,
                "the weights of --from are for {language}, and the model is for {}: name the \
                 {language} model with --model",
                shipped.config.language
            );
        }
        let served = Served::find(places, shipped)?;
        let (name, exact) = match from {
            Some(path) => (path.display().to_string(), Ok(path.to_owned())),
            None => (served.name, served.exact),
        };
        let in_use = served.model;
        let (start, weights, note) = match exact {
            Ok(path) => {
                let weights = ModelFile::read(&path)?;
                (Start::File(path), weights, None)
            }
            Err(note) => {
                let start = Start::Model(Box::new(in_use.clone()));
                (start, in_use.clone(), Some(note))
            }
        };
        Ok(Self {
            basis: basis([&in_use, &weights])?,
            language: in_use.config.language.clone(),
            bytes_trained: weights.provenance.bytes_trained,
            in_use,
            start,
            name,
            note,
        })
    }
}

/// The model that serves a language, as the server chooses it where its client
/// names none.
struct Served {
    name: String,
    model: ModelFile,
    /// The file with its exact weights, or what the user should know if there is none.
    exact: Result<PathBuf, String>,
}

impl Served {
    /// What serves the language of `shipped`.
    fn find(places: &Places, shipped: ModelFile) -> anyhow::Result<Self> {
        let language = &shipped.config.language;
        let files = Files::default().look(&places.store.models());
        let Some(path) = files.for_language(language) else {
            return Ok(Self {
                name: format!("{language}@{SHIPPED}"),
                exact: master_of(places, &shipped).ok_or_else(|| match &places.shipped {
                    Source::Embedded(_) => format!(
                        "training starts from the int8 weights: {MASTER} is neither beside the \
                         program nor in your data folder; the exact ones lie in models/ of the \
                         repository, for --from"
                    ),
                    Source::File(path) => only_these(path),
                }),
                model: shipped,
            });
        };
        let model = ModelFile::read(path)?;
        Ok(match places.store.version_at(path, language)? {
            Some(version) => Self {
                name: version.to_string(),
                exact: Ok(places.store.master(&version)),
                model,
            },
            None => Self {
                name: path.display().to_string(),
                exact: Err(only_these(path)),
                model,
            },
        })
    }
}

/// What is said where a file is all there is of a model.
fn only_these(path: &Path) -> String {
    format!(
        "training starts from the weights of {}; if you have more exact ones of that model, they \
         are for --from",
        path.display()
    )
}

impl Start {
    /// The weights as a file, made in `folder` if they are in none.
    ///
    /// # Errors
    /// If the file can't be written.
    pub(super) fn file(&self, folder: &Path) -> anyhow::Result<PathBuf> {
        match self {
            Self::File(path) => Ok(path.clone()),
            Self::Model(model) => {
                let path = folder.join("start.safetensors");
                model.to_precision(Precision::F32)?.write_own(&path)?;
                Ok(path)
            }
        }
    }
}

/// See [`Base::basis`].
fn basis(models: [&ModelFile; 2]) -> Result<String, FormatError> {
    let mut hash = Sha256::new();
    hash.update(env!("CARGO_PKG_VERSION"));
    for model in models {
        hash.update(Sha256::digest(model.to_bytes(None)?));
    }
    Ok(super::in_hex(&hash.finalize()))
}

/// The folder of models in the repository that this was built from; none of a program that
/// is released, on whose users' machines another may have put something there.
fn repository() -> Option<PathBuf> {
    let released = option_env!("LSTM_LS_RELEASED").is_some();
    let folder = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models");
    (!released).then(folder)
}

/// The exact weights of the shipped model, where they are on this machine: beside
/// the program, in the user's folder, or in the repository it was built from.
fn master_of(places: &Places, shipped: &ModelFile) -> Option<PathBuf> {
    if places.shipped != Source::DEFAULT {
        return None;
    }
    let program = std::env::current_exe().ok();
    let beside = program.as_deref().and_then(Path::parent);
    let folders = [beside.map(Path::to_owned), user::data(), repository()];
    let mut masters = folders
        .into_iter()
        .flatten()
        .map(|folder| folder.join(MASTER));
    // One of another version would not be what is measured against.
    masters.find(|path| {
        ModelFile::read(path).is_ok_and(|model| {
            model.config == shipped.config
                && model.provenance.bytes_trained == shipped.provenance.bytes_trained
        })
    })
}
