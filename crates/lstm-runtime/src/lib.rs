//! Runs a character LSTM on the CPU, without libtorch.
//!
//! Owns: the arithmetic of a step, in two forms. [`Reference`] is the oracle, a
//! scalar f32 forward pass of every cell, meant to be read and, through
//! [`Reference::trace`], looked into. [`Runtime`] is the engine that ships: int8
//! or f32 weights repacked once for the CPU at hand and streamed once a step for
//! all lanes. Must not know: training, files on disk, text beyond bytes, or LSP.
//!
//! Reading order: [`reference`](Reference) and `cell` for what is computed, `session`, `block`
//! and `pipeline` for the order of the work, `tile` for the memory layout, `int8` and `float`
//! for what a matrix holds, `kernel` for the products and gates, a file an instruction set.
//!
//! Invariant: for the same file every [`Kernel`] gives the same bits. Integer
//! sums are exact; floating-point work is done by the same operations in the
//! same order, never fused into multiply-adds. So a completion does not depend
//! on the machine's vector width.
//!
//! # Example
//!
//! ```
//! use lstm_format::{CellKind, Engine, HeadInput, ModelConfig, ModelFile, Precision, State};
//! use lstm_runtime::{Kernel, Runtime};
//!
//! let config = ModelConfig {
//!     language: "rust".into(),
//!     cell: CellKind::Lstm,
//!     num_layers: 2,
//!     hidden_size: 32,
//!     embedding_size: 8,
//!     head: HeadInput::LastLayer,
//!     window: 1024,
//! };
//! // Random weights; `ModelFile::read` takes those of a trained model.
//! let model = ModelFile::random(config, Precision::Int8, 1.0, 1)?;
//! let runtime = Runtime::load(&model, Kernel::detect())?;
//! let mut session = runtime.session();
//! let mut state = State::zeros(runtime.config());
//! session.feed(&mut state, b"\0rust main.rs\nfn ");
//! let mut log_probs = [0.0; 256];
//! session.log_probs(&state, &mut log_probs);
//! let sum: f32 = log_probs.iter().map(|p| p.exp()).sum();
//! assert!((sum - 1.0).abs() < 1e-4, "a distribution over the next byte");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#![cfg_attr(not(test), warn(clippy::disallowed_methods))]

mod activation;
mod aligned;
mod block;
mod cell;
mod error;
mod inputs;
mod kernel;
mod matrix;
mod network;
mod pipeline;
mod record;
mod reference;
mod runtime;
mod tile;

pub use error::RuntimeError;
pub use kernel::{KERNEL_VARIABLE, Kernel, KernelError, KernelName, cpu_multiplies_bf16};
pub use record::{Amount, Change, Record, Signal, Target, TraceSession, Tracer};
pub use reference::{LayerTrace, Reference, Trace};
pub use runtime::Runtime;
