//! What a model is on disk and what it promises to its callers.
//!
//! Owns: the configuration, the byte vocabulary's framing of documents, tensor
//! names and shapes, quantisation, what is fitted beside the weights, provenance, and
//! the [`Engine`] door between a model and its users. Must not know: any LSTM
//! arithmetic, libtorch, or LSP. Files are behind the feature `files`; without it
//! there are bytes alone, and no file system is needed.
//!
//! ```
//! use lstm_format::{CellKind, Fit, HeadInput, ModelConfig, ModelFile, Precision};
//!
//! let config = ModelConfig {
//!     language: "rust".to_owned(),
//!     cell: CellKind::Lstm,
//!     num_layers: 1,
//!     hidden_size: 8,
//!     embedding_size: 4,
//!     head: HeadInput::LastLayer,
//!     window: 256,
//! };
//! let mut model = ModelFile::random(config, Precision::Int8, 1.0, 7)?;
//! model.fits.set(Fit::Names, vec![0.5, -0.25])?;
//! let again = ModelFile::from_bytes(&model.to_bytes(None)?)?;
//! assert_eq!(again, model);
//! # Ok::<(), lstm_format::FormatError>(())
//! ```

#![forbid(unsafe_code)]

pub mod cell;
pub mod config;
pub mod context;
pub mod engine;
pub mod error;
#[cfg(feature = "files")]
mod files;
pub mod fits;
pub mod messages;
pub mod model_file;
pub mod provenance;
pub mod tensor;

pub use cell::{CellKind, Gate};
pub use config::{HeadInput, ModelConfig, TensorSpec};
pub use context::{Window, WindowRule, document_header};
pub use engine::{Engine, Session, State};
pub use error::FormatError;
pub use fits::{Fit, Fits};
pub use model_file::{ModelFile, Precision, TrainingState};
pub use provenance::Provenance;
pub use tensor::Tensor;

/// Number of symbols: a character is one byte of UTF-8.
pub const VOCABULARY_SIZE: usize = 256;

/// The byte that separates documents; it never occurs inside one.
pub const DOCUMENT_SEPARATOR: u8 = 0;
