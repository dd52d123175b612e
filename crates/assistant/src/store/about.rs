//! Where a version comes from and what it is worth.

use std::path::{Path, PathBuf};

use anyhow::Context;
use disk::Links;
use serde::{Deserialize, Serialize};

use super::MOST_NOTES;

/// What is written down of a version.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct About {
    /// When it was made, as RFC 3339 has it.
    pub made: String,
    /// The folder it was trained on.
    pub workspace: PathBuf,
    /// What training started from: a version, or a file.
    pub started_from: String,
    /// Bytes read in this training, repeats counted.
    pub bytes_trained: u64,
    /// What training started from was worth on the held-out files.
    pub before: Quality,
    /// What it is worth on the same files.
    pub after: Quality,
}

/// What a model is worth on files it was not trained on, with the rest of their
/// workspace remembered.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Quality {
    /// Bits a byte under the LSTM alone.
    pub lstm: f64,
    /// Bits a byte of LSTM and memory, mixed.
    pub mixed: f64,
    /// Share of keystrokes that suggestions save, 0–1.
    pub saved: f64,
}

impl About {
    /// Reads what was written to `path`.
    ///
    /// # Errors
    /// If it can't be read or says something else.
    pub(super) fn read(path: &Path) -> anyhow::Result<Self> {
        let named = || format!("reading {}", path.display());
        let bytes = disk::read(path, Links::Refused, MOST_NOTES).with_context(named)?;
        serde_json::from_slice(&bytes).with_context(named)
    }

    /// Writes it to `path`.
    ///
    /// # Errors
    /// If the file can't be written.
    pub(super) fn write(&self, path: &Path) -> anyhow::Result<()> {
        disk::write_own(path, &serde_json::to_vec_pretty(self)?)?;
        Ok(())
    }
}
