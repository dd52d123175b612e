//! Looks inside a character LSTM: what its units do over a text, which of them
//! track what, what becomes of a text when one is held; and the page that shows it.
//!
//! Owns: the views and their JSON and SVG, the questions that a page may ask, the
//! page. Must not know: who serves the page, LSP, how a model is trained, files,
//! threads, clocks.
//!
//! Architecture invariant: an answer is a function of model, texts and question. So it
//! is the same whether a server computes it (`explorer-server`) or the page itself, in
//! a worker (`web`). Whatever takes a while pauses, and may be left there.
//!
//! Reading order: [`reading`], what a step of a text is; [`search`]; then the other
//! views in any order; [`question`], what is asked and how it is answered.
//!
//! # Example
//!
//! ```
//! use std::ops::ControlFlow;
//!
//! use explorer::now;
//! use explorer::reading::{Document, read};
//! use explorer::subject::Subject;
//! use lstm_format::{CellKind, HeadInput, ModelConfig, ModelFile, Precision};
//!
//! let config = ModelConfig {
//!     language: "rust".into(),
//!     cell: CellKind::Lstm,
//!     num_layers: 1,
//!     hidden_size: 10,
//!     embedding_size: 8,
//!     head: HeadInput::LastLayer,
//!     window: 1024,
//! };
//! // Random weights; `ModelFile::read` takes those of a trained model.
//! let model = ModelFile::random(config, Precision::F32, 1.0, 1)?;
//! let subject = Subject::load(&model, "an example".into())?;
//! // What unit 7 of the first layer says after each byte.
//! let unit = subject.unit(0, 7, "h")?;
//! let document = Document {
//!     name: "main.rs".into(),
//!     text: "fn main() {}\n".into(),
//! };
//! let mut values = Vec::new();
//! let _ = now(read(&subject, &document, 0..document.text.len(), |step| {
//!     values.push(step.value(unit));
//!     ControlFlow::Continue(())
//! }));
//! assert_eq!(values.len(), 13);
//! assert!(values.iter().all(|h| h.abs() < 1.0));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#![forbid(unsafe_code)]
#![cfg_attr(not(test), warn(clippy::disallowed_methods))]

pub mod matches;
pub mod page;
mod pause;
pub mod picture;
pub mod property;
pub mod question;
pub mod reading;
pub mod samples;
pub mod saturation;
pub mod search;
pub mod steering;
pub mod subject;
pub mod writing;

pub use pause::now;
