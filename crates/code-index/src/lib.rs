//! An index over texts: what followed any context, and how often.
//!
//! Owns: the index, groups of texts that change, the memory of the text before the
//! cursor, and the distribution that all this makes. Must not know: files, threads,
//! clocks, networks, editors. An index goes to bytes and back; where the bytes are
//! kept is the caller's business.
//!
//! ```
//! use std::sync::Arc;
//!
//! use code_index::{Counts, Layer, Memory, Prediction, Prefix, PrefixCache};
//! use code_index::{Reader, Segment, Stops};
//!
//! // Another file of the project knows what follows `let aurora = `.
//! let others = Segment::new([b"let aurora = borealis;\n".as_slice()]);
//! let workspace = Layer::new().with(Arc::new(others));
//! let prefix = Prefix::new(b"let aurora = ", &PrefixCache::default());
//! let memory = Memory {
//!     prefix: &prefix,
//!     workspace: &workspace,
//!     stops: &Stops::default(),
//!     scorer: None,
//! };
//!
//! let mut next = Prediction::default();
//! Reader::new(&memory).predict(&memory, &mut Counts::default(), &mut next);
//! let likeliest = (0..=255_u8).max_by(|&a, &b| {
//!     let [a, b] = [a, b].map(|byte| next.probabilities[usize::from(byte)]);
//!     a.total_cmp(&b)
//! });
//! assert_eq!(likeliest, Some(b'b'));
//! ```

#![forbid(unsafe_code)]
#![cfg_attr(not(test), warn(clippy::disallowed_methods))]

mod contexts;
mod cursor;
mod error;
mod group;
mod layer;
mod memory;
pub mod newline;
mod prefix;
mod segment;
mod stops;
mod transform;

pub use contexts::{
    Followers, INPUTS, MOST_ROWS, NUMBERS, Near, Rows, Scorer, UNITS, VALUES, WIDTH,
};
pub use error::SegmentError;
pub use group::{Changes, Group, Texts};
pub use layer::Layer;
pub use memory::{Counts, Evidence, Found, Memory, Prediction, Reader};
pub use prefix::{Prefix, PrefixCache};
pub use segment::{MOST_TEXT, Segment};
pub use stops::{StopFit, Stops};

/// Parts documents; never inside one.
pub const SEPARATOR: u8 = 0;

/// The longest context that is told from longer ones, in bytes.
pub const MOST_ORDER: usize = 32;
