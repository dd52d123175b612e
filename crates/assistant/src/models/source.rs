//! Finds a model: the embedded one, or a file the user names.

use std::path::PathBuf;
use std::sync::Arc;

use lstm_format::{Engine, FormatError, ModelConfig, ModelFile, Precision};
use lstm_runtime::{Kernel, Runtime, RuntimeError};

/// Makes a model file runnable.
pub type Loader = fn(&ModelFile) -> anyhow::Result<Arc<dyn Engine>>;

/// Threads that read a long text into a state. The text of one jump takes some
/// 30 ms on two; more would hardly shorten that and take from other programs.
const FEEDING_THREADS: usize = 2;

/// The model shipped inside the binary.
const EMBEDDED: &[u8] = include_bytes!(concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../models/rust.safetensors"
));

/// Where a model is read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// The one inside the binary.
    Embedded,
    /// A file.
    File(PathBuf),
}

impl Source {
    /// `path` if there is one, else the embedded model.
    pub fn new(path: Option<PathBuf>) -> Self {
        path.map_or(Self::Embedded, Self::File)
    }

    /// Reads the model.
    ///
    /// # Errors
    /// One line that names the file and what is wrong with it.
    pub fn read(&self) -> Result<ModelFile, FormatError> {
        match self {
            Self::Embedded => ModelFile::from_bytes(EMBEDDED).map_err(|error| FormatError::File {
                path: PathBuf::from("embedded model"),
                error: Box::new(error),
            }),
            Self::File(path) => ModelFile::read(path),
        }
    }

    /// Makes `model`, which came from here, ready to run.
    ///
    /// # Errors
    /// One line; it names the file if that is to blame.
    pub fn engine(&self, model: &ModelFile, loader: Loader) -> anyhow::Result<Arc<dyn Engine>> {
        loader(model).map_err(|error| match error.downcast_ref() {
            Some(RuntimeError::UnsupportedCell { .. }) => error.context(self.name()),
            _ => error,
        })
    }

    /// Bytes the model takes as a file, where that can be told.
    pub fn size(&self) -> Option<u64> {
        match self {
            Self::Embedded => Some(EMBEDDED.len() as u64),
            Self::File(path) => std::fs::metadata(path).ok().map(|m| m.len()),
        }
    }

    /// The source as people write it: `embedded` or the path.
    pub fn name(&self) -> String {
        match self {
            Self::Embedded => "embedded".to_owned(),
            Self::File(path) => path.display().to_string(),
        }
    }
}

/// `rust 2x768`: the model in two words.
pub fn title(config: &ModelConfig) -> String {
    format!(
        "{} {}x{}",
        config.language, config.num_layers, config.hidden_size
    )
}

/// The precision as the file format spells it.
pub fn precision_name(precision: Precision) -> &'static str {
    match precision {
        Precision::F32 => "f32",
        Precision::Bf16 => "bf16",
        Precision::Int8 => "int8",
    }
}

/// The [`Loader`] of the `lstm-ls` binary: int8 kernels on this CPU.
///
/// # Errors
/// If `LSTM_KERNEL` names a kernel this CPU lacks, or the model cannot be run.
pub fn int8_engine(model: &ModelFile) -> anyhow::Result<Arc<dyn Engine>> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let runtime = Runtime::load(model, Kernel::from_env()?)?;
    Ok(Arc::new(runtime.with_threads(cores.min(FEEDING_THREADS))))
}
