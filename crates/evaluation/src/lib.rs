//! How good suggestions and surprises are on files.
//!
//! Owns: which files are measured on, typing them again key by key, putting
//! faults into them, and what their bytes cost. Must not know where texts come
//! from, on how many threads the caller measures, or how it prints what comes out.
//!
//! ```
//! use completer::show;
//! use evaluation::Scenario;
//! use evaluation::replay::{Suggester, Typist};
//!
//! let typist = Typist {
//!     suggester: Suggester::Words,
//!     path: "src/lib.rs",
//!     text: "let counter = 1;\ncounter + counter\n",
//! };
//! let cost = show::glance_cost(show::DEFAULT_EAGERNESS);
//! let replayed = typist.replays(Scenario::Append, &[cost], |key| {
//!     if let (true, Some(shown)) = (key.accepts, key.shown) {
//!         assert_eq!(shown.text, "ounter");
//!     }
//! });
//! let tally = replayed.tallies[0];
//! assert_eq!((tally.shown, tally.accepted, tally.accepted_bytes), (2, 2, 12));
//! ```

#![forbid(unsafe_code)]

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
