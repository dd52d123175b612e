//! Our own files: written as a whole or not at all, and told from what they were.
//!
//! Owns: how a file is replaced so that no crash leaves a part of it, and what tells
//! that a file has changed. Must not know: what is in a file.
//!
//! ```
//! let folder = tempfile::tempdir()?;
//! let path = folder.path().join("counts.json");
//! disk::write(&path, b"{}")?;
//! let before = disk::Stamp::of(&path);
//! disk::write(&path, b"{\"keys\": 1}")?;
//! assert_eq!(std::fs::read(&path)?, b"{\"keys\": 1}");
//! assert_ne!(disk::Stamp::of(&path), before);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod stamp;
mod whole;

pub use stamp::Stamp;
pub use whole::{Readers, WriteError, is_partial, write, write_with};
