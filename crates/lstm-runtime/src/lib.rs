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
//! for the products, `gates` and `activation` for the rest.
//!
//! Invariant: for the same file every [`Kernel`] gives the same bits. Integer
//! sums are exact; floating-point work is done by the same operations in the
//! same order, never fused into multiply-adds. So a completion does not depend
//! on the machine's vector width.

mod activation;
mod aligned;
mod block;
mod cell;
mod error;
mod float;
mod gates;
mod int8;
mod kernel;
mod matrix;
mod network;
mod pipeline;
mod record;
mod reference;
mod runtime;
mod session;
mod tile;
mod tracer;

pub use error::RuntimeError;
pub use kernel::{KERNEL_VARIABLE, Kernel, cpu_multiplies_bf16};
pub use record::{Amount, Change, Record, Signal, Target, TraceSession, Tracer};
pub use reference::{LayerTrace, Reference, Trace};
pub use runtime::Runtime;
