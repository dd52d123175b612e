//! What a training starts from, and what it has to be better than.

use std::path::{Path, PathBuf};

use anyhow::ensure;
use lstm_format::{FormatError, ModelFile, Precision};
use sha2::{Digest, Sha256};

use super::{Places, model_in_use};
use crate::model::Source;
use crate::user;

/// The master of the embedded model, as it is called wherever it lies.
const MASTER: &str = "rust.master.safetensors";

/// See the top of the file.
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
    /// `from` if it is given, else the master of the version in use, else that of
    /// the shipped model.
    ///
    /// # Errors
    /// If a file that is named, or in use, can't be read.
    pub(super) fn find(from: Option<&Path>, places: &Places) -> anyhow::Result<Self> {
        let shipped = places.shipped.read()?;
        let named = from.map(ModelFile::read).transpose()?;
        let language = named.as_ref().unwrap_or(&shipped).config.language.clone();
        if named.is_some() {
            ensure!(
                language == shipped.config.language,
                "the weights of --from are for {language}, and the model is for {}: name the \
                 {language} model with --model",
                shipped.config.language
            );
        }
        let (in_use_name, in_use) = model_in_use(places, &language)?;
        let mut base = Self {
            language,
            in_use,
            start: Start::Model(Box::new(shipped)),
            name: in_use_name,
            bytes_trained: 0,
            note: None,
            basis: String::new(),
        };
        if let (Some(path), Some(model)) = (from, named) {
            base.name = path.display().to_string();
            base.start_at(path.to_owned(), &model)?;
        } else if let Some((name, path)) = places.store.master(&base.language)? {
            base.name = name.to_string();
            let model = ModelFile::read(&path)?;
            base.start_at(path, &model)?;
        } else if let Some((path, model)) = master_of(places) {
            base.start_at(path, &model)?;
        } else if let Start::Model(model) = &base.start {
            base.basis = basis([&base.in_use, model])?;
            base.bytes_trained = model.provenance.bytes_trained;
            base.note = Some(format!(
                "training starts from the int8 weights: {MASTER} is neither beside the program \
                 nor in your data folder; the exact ones lie in models/ of the repository, for \
                 --from"
            ));
        }
        Ok(base)
    }

    fn start_at(&mut self, path: PathBuf, model: &ModelFile) -> Result<(), FormatError> {
        self.basis = basis([&self.in_use, model])?;
        self.bytes_trained = model.provenance.bytes_trained;
        self.start = Start::File(path);
        Ok(())
    }
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
                model.to_precision(Precision::F32)?.write(&path)?;
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

/// The exact weights of the shipped model, where they are on this machine: beside
/// the program, in the user's folder, or in the repository it was built from.
fn master_of(places: &Places) -> Option<(PathBuf, ModelFile)> {
    let shipped = match &places.shipped {
        Source::Embedded => places.shipped.read().ok()?,
        Source::File(_) => return None,
    };
    let program = std::env::current_exe().ok();
    let beside = program.as_deref().and_then(Path::parent);
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models");
    let folders = [beside.map(Path::to_owned), user::data(), Some(repository)];
    let mut masters = folders.into_iter().flatten().filter_map(|folder| {
        let path = folder.join(MASTER);
        let model = ModelFile::read(&path).ok()?;
        Some((path, model))
    });
    // One of another version would not be what is measured against.
    masters.find(|(_, model)| {
        model.config == shipped.config
            && model.provenance.bytes_trained == shipped.provenance.bytes_trained
    })
}
