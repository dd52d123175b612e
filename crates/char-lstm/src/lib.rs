//! A character LSTM on libtorch: training, evaluation, sampling, export.
//!
//! The only library that links libtorch. Must not know LSP, nor how a completion
//! is chosen. Files come in, model files go out; nothing is printed.
//!
//! # Example
//!
//! It is compiled but not run with the documentation's tests, which do not find
//! libtorch's shared libraries.
//!
//! ```no_run
//! use std::path::Path;
//!
//! use char_lstm::engine::TorchEngine;
//! use lstm_format::{Engine, ModelFile, State};
//!
//! let model = ModelFile::read(Path::new("models/rust.safetensors"))?;
//! let engine = TorchEngine::new(&model);
//! let mut session = engine.session();
//! let mut state = State::zeros(engine.config());
//! session.feed(&mut state, b"\0rust main.rs\nfn main");
//! let mut log_probs = [0.0; 256];
//! session.log_probs(&state, &mut log_probs);
//! println!("the chance of `(`: {}", log_probs[usize::from(b'(')].exp());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#![warn(clippy::print_stdout, clippy::print_stderr)]

pub mod batches;
mod cell;
pub mod curve;
pub mod engine;
pub mod evaluation;
pub mod lab;
mod learner;
pub mod network;
pub mod optimizer;
pub mod ranks;
pub mod samples;
pub mod schedule;
pub mod training;
