//! Files → a packed corpus: filtered, deduplicated, split by repository.
//!
//! Owns which files a model learns from and is judged on. Must not know tensors.

pub mod build;
pub mod duplicates;
pub mod filter;
pub mod license;
mod metadata;
pub mod pack;
mod packages;
mod paths;
pub mod report;
pub mod repository;

pub use build::{BuildOptions, HoldOut, build};
pub use pack::{Corpus, Document, Traits};
pub use packages::files_below;
pub use report::{Package, Report};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// Which part of a corpus a repository belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Split {
    /// Trained on.
    Train,
    /// Measured on while deciding anything.
    Validation,
    /// Never trained on, tuned on or looked at; never packed.
    Test,
}

impl Split {
    /// The split of the repository with this key, decided by the first byte of
    /// the key's SHA-256: below `0xE0` trains, below `0xF0` validates.
    pub fn of_repository(key: &str) -> Self {
        match Sha256::digest(key.as_bytes())[0] {
            0x00..=0xDF => Self::Train,
            0xE0..=0xEF => Self::Validation,
            0xF0..=0xFF => Self::Test,
        }
    }

    /// The split of the file at this path, where there is one repository and
    /// files are held out: one in eight, by the first byte of the path's SHA-256.
    pub fn of_file(path: &str) -> Self {
        match Sha256::digest(path.as_bytes())[0] {
            0x00..=0xDF => Self::Train,
            0xE0..=0xFF => Self::Validation,
        }
    }
}
