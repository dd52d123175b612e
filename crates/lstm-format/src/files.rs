//! Models as files of this machine's disk. The rest of the crate knows bytes only,
//! so that it also builds where there is no file system.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use crate::error::FormatError;
use crate::model_file::{MAX_FILE_BYTES, ModelFile};

impl ModelFile {
    /// Reads a model from `path`.
    ///
    /// # Errors
    /// [`FormatError::Io`], or [`FormatError::File`] naming the file and the problem.
    pub fn read(path: &Path) -> Result<Self, FormatError> {
        let io = |error| FormatError::Io {
            path: path.to_owned(),
            error,
        };
        let named = |error| FormatError::File {
            path: path.to_owned(),
            error: Box::new(error),
        };
        // Not by the size the system tells: a device or a pipe has none.
        let mut bytes = Vec::new();
        let file = File::open(path).map_err(io)?;
        let read = file.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes);
        if read.map_err(io)? as u64 > MAX_FILE_BYTES {
            return Err(named(FormatError::TooLarge {
                limit: MAX_FILE_BYTES,
            }));
        }
        Self::from_bytes(&bytes).map_err(named)
    }

    /// Writes the model to `path`, as a whole or not at all.
    ///
    /// # Errors
    /// [`FormatError::Io`]; what stood at `path` before is then still there.
    pub fn write(&self, path: &Path) -> Result<(), FormatError> {
        let written = disk::write(path, &self.to_bytes(None)?);
        written.map_err(|disk::WriteError { path, error }| FormatError::Io { path, error })
    }
}
