//! What a model is on disk and what it promises to what runs it.
//!
//! Owns: the configuration, the byte vocabulary's framing of documents, tensor
//! names and shapes, quantisation, provenance, and the [`Engine`] door between
//! a model and its users. Must not know: any LSTM arithmetic, libtorch, or LSP.

pub mod cell;
pub mod config;
pub mod context;
pub mod engine;
pub mod error;
pub mod messages;
pub mod model_file;
pub mod provenance;
pub mod tensor;

pub use cell::{CellKind, Gate};
pub use config::{HeadInput, ModelConfig, TensorSpec};
pub use context::{Window, WindowRule, document_header};
pub use engine::{Engine, Session, State};
pub use error::FormatError;
pub use model_file::{ModelFile, Precision, TrainingState};
pub use provenance::Provenance;
pub use tensor::Tensor;

/// Number of symbols: a character is one byte of UTF-8.
pub const VOCABULARY_SIZE: usize = 256;

/// The byte that separates documents; it never occurs inside one.
pub const DOCUMENT_SEPARATOR: u8 = 0;
