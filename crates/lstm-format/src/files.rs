//! Models as files of this machine's disk. The rest of the crate knows bytes only,
//! so that it also builds where there is no file system.

use std::path::Path;

use disk::{Links, ReadError};

use crate::error::FormatError;
use crate::model_file::{MAX_FILE_BYTES, ModelFile};

/// Bytes that tell whether the rest of a file is worth reading: a gigabyte of zeros is not.
const BEGINNING: u64 = 9;

/// Whether a safetensors file may begin like this: the length of its header, and the brace
/// that a header begins with.
fn begins_like_a_model(start: &[u8]) -> bool {
    start.len() as u64 == BEGINNING && start.last() == Some(&b'{')
}

impl ModelFile {
    /// Reads a model from `path`.
    ///
    /// # Errors
    /// [`FormatError::Io`], or [`FormatError::File`] naming the file and the problem.
    pub fn read(path: &Path) -> Result<Self, FormatError> {
        let named = |error| FormatError::File {
            path: path.to_owned(),
            error: Box::new(error),
        };
        let refused = |error| match error {
            ReadError::TooLarge(limit) => named(FormatError::TooLarge { limit }),
            error => FormatError::Io {
                path: path.to_owned(),
                error: error.into(),
            },
        };
        // Models are kept where there is room for them, and linked to from there.
        let start = disk::read_beginning(path, Links::Followed, BEGINNING).map_err(refused)?;
        if !begins_like_a_model(&start) {
            return Self::from_bytes(&start).map_err(named);
        }
        let bytes = disk::read(path, Links::Followed, MAX_FILE_BYTES).map_err(refused)?;
        Self::from_bytes(&bytes).map_err(named)
    }

    /// Writes the model to `path`, as a whole or not at all.
    ///
    /// # Errors
    /// [`FormatError::Io`]; what stood at `path` before is then still there.
    pub fn write(&self, path: &Path) -> Result<(), FormatError> {
        written(disk::write(path, &self.to_bytes(None)?))
    }

    /// The same where only this user may read it: it was trained on the user's own files.
    ///
    /// # Errors
    /// As [`write`](Self::write).
    pub fn write_own(&self, path: &Path) -> Result<(), FormatError> {
        written(disk::write_own(path, &self.to_bytes(None)?))
    }
}

fn written(written: Result<(), disk::WriteError>) -> Result<(), FormatError> {
    written.map_err(|disk::WriteError { path, error }| FormatError::Io { path, error })
}
