//! How good suggestions and surprises are on files.
//!
//! Owns: which files are measured on, typing them again key by key, putting
//! faults into them, and what their bytes cost. Must not know where texts come
//! from, on how many threads the caller measures, or how it prints what comes out.

mod bits;
mod fault;
pub mod replay;
mod scenario;
pub mod selection;
pub mod surprise;
mod tally;
mod words;

pub use bits::{Bits, Cost, Observation, bits, bits_unless, observe};
pub use fault::{Fault, FaultKind};
pub use scenario::{Passage, Scenario};
pub use tally::{Bin, Reliability, Tally};
