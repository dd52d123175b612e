//! Finds a model: the embedded one, or a file the user names.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use lstm_format::{Engine, FormatError, ModelConfig, ModelFile, Precision};
use lstm_runtime::{Kernel, Runtime, RuntimeError};

/// Makes a model file runnable.
pub type Loader = fn(&ModelFile) -> anyhow::Result<Arc<dyn Engine>>;

/// Threads that read a long text into a state. The text of one jump takes some
/// 30 ms on two; more would hardly shorten that and take from other programs.
const FEEDING_THREADS: usize = 2;

/// A model inside the binary.
struct Shipped {
    /// What the file itself states, so that it need not be read to know.
    language: &'static str,
    bytes: &'static [u8],
}

/// A model of the folder `models`, if it is to be inside. A static, since a constant would be
/// there once for every place that names it; pages of one that is not used are not read.
macro_rules! shipped {
    ($name:ident, $language:literal, $file:literal, $is_inside:expr) => {
        static $name: Option<Shipped> = match $is_inside {
            true => Some(Shipped {
                language: $language,
                bytes: include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../models/", $file)),
            }),
            false => None,
        };
    };
}

shipped!(RUST, "rust", "rust.safetensors", true);
shipped!(
    PYTHON,
    "python",
    "python.safetensors",
    cfg!(feature = "python")
);
shipped!(
    TYPESCRIPT,
    "typescript",
    "typescript.safetensors",
    cfg!(feature = "typescript")
);
shipped!(C, "c", "c-cpp.safetensors", cfg!(feature = "c-cpp"));
shipped!(GO, "go", "go.safetensors", cfg!(feature = "go"));
shipped!(JAVA, "java", "java.safetensors", cfg!(feature = "java"));

/// Every one of them, the default first.
static EMBEDDED: [&Option<Shipped>; 6] = [&RUST, &PYTHON, &TYPESCRIPT, &C, &GO, &JAVA];

/// Where a model is read from.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Source {
    /// One inside the binary, by its place among them.
    Embedded(Embedded),
    /// A file.
    File(PathBuf),
}

/// A model inside the binary.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Embedded(usize);

impl Embedded {
    /// The one for `language`, if there is one.
    pub fn of(language: &str) -> Option<Self> {
        Self::all().find(|embedded| language::serves(embedded.language(), language))
    }

    /// Every one.
    pub fn all() -> impl Iterator<Item = Self> {
        let inside = |index: &usize| EMBEDDED[*index].is_some();
        (0..EMBEDDED.len()).filter(inside).map(Self)
    }

    /// LSP identifier of the language it was made for.
    pub fn language(self) -> &'static str {
        self.shipped().language
    }

    fn bytes(self) -> &'static [u8] {
        self.shipped().bytes
    }

    fn shipped(self) -> &'static Shipped {
        let shipped = EMBEDDED[self.0].as_ref();
        shipped.expect("only what is inside is given out")
    }
}

impl Source {
    /// What is used where nothing says which model.
    pub const DEFAULT: Self = Self::Embedded(Embedded(0));

    /// `path` if there is one, else the embedded model that is the default.
    pub fn new(path: Option<PathBuf>) -> Self {
        path.map_or(Self::DEFAULT, Self::File)
    }

    /// A file as it is; of those inside the binary the one for `language`, if there is
    /// one.
    pub fn for_language(&self, language: &str) -> Self {
        match (self, Embedded::of(language)) {
            (Self::Embedded(_), Some(embedded)) => Self::Embedded(embedded),
            _ => self.clone(),
        }
    }

    /// The file; `None` for a model inside the binary.
    pub fn path(&self) -> Option<&Path> {
        match self {
            Self::Embedded(_) => None,
            Self::File(path) => Some(path),
        }
    }

    /// Reads the model.
    ///
    /// # Errors
    /// One line that names the file and what is wrong with it.
    pub fn read(&self) -> Result<ModelFile, FormatError> {
        match self {
            Self::Embedded(embedded) => {
                ModelFile::from_bytes(embedded.bytes()).map_err(|error| FormatError::File {
                    path: PathBuf::from("embedded model"),
                    error: Box::new(error),
                })
            }
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
            Self::Embedded(embedded) => Some(embedded.bytes().len() as u64),
            Self::File(path) => disk::Stamp::of(path).map(|stamp| stamp.length),
        }
    }

    /// The source as people write it: `embedded` or the path.
    pub fn name(&self) -> String {
        match self {
            Self::Embedded(_) => "embedded".to_owned(),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_embedded_model_is_for_the_language_it_stands_under() {
        for embedded in Embedded::all() {
            let model = Source::Embedded(embedded).read().expect("a model");
            assert_eq!(model.config.language, embedded.language());
            assert_eq!(Embedded::of(embedded.language()), Some(embedded));
        }
        assert_eq!(Embedded::of("cobol"), None);
    }

    #[test]
    fn a_file_that_was_named_is_not_replaced() {
        let file = Source::File("m.safetensors".into());
        assert_eq!(file.for_language("python"), file);
        #[cfg(feature = "python")]
        assert_ne!(Source::DEFAULT.for_language("python"), Source::DEFAULT);
        assert_eq!(Source::DEFAULT.for_language("cobol"), Source::DEFAULT);
    }
}
