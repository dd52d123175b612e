//! Remembers the user's files: next-byte counts after any context.
//!
//! Owns: the index, the memory of the text before the cursor, and the
//! distribution both make. Must not know: LSTMs, LSP, sockets.

mod cursor;
mod error;
pub mod files;
mod group;
mod layer;
mod memory;
pub mod newline;
mod prefix;
mod segment;
mod stops;
mod store;
mod workspace;

pub use error::SegmentError;
pub use layer::Layer;
pub use memory::{Counts, Evidence, Found, Memory, Prediction, Reader};
pub use prefix::{Prefix, PrefixCache};
pub use segment::{MOST_TEXT, Segment};
pub use stops::{StopFit, Stops};
pub use workspace::{Progress, Setup, Workspace};

/// Parts documents; never inside one.
pub const SEPARATOR: u8 = 0;

/// The longest context that is told from longer ones, in bytes.
pub const MOST_ORDER: usize = 32;
