//! What tells that a file has changed without reading it.

use std::path::Path;
use std::time::UNIX_EPOCH;

use serde::{Deserialize, Serialize};

/// When a file was written and how long it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamp {
    /// When it was written, in nanoseconds since 1970; 0 for what is older.
    pub nanos: u64,
    /// Its length in bytes.
    pub length: u64,
}

impl Stamp {
    /// The stamp of the file at `path`; `None` if there is none, or its file system
    /// does not say when it was written.
    pub fn of(path: &Path) -> Option<Self> {
        let metadata = std::fs::metadata(path).ok()?;
        let age = metadata.modified().ok()?.duration_since(UNIX_EPOCH);
        let nanos = age.map_or(0, |age| u64::try_from(age.as_nanos()).unwrap_or(u64::MAX));
        Some(Self {
            nanos,
            length: metadata.len(),
        })
    }
}
