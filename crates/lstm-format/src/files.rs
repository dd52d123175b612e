//! Models as files of this machine's disk. The rest of the crate knows bytes only,
//! so that it also builds where there is no file system.

use std::io::{Read, Seek};
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
        let mut file = disk::open(path, Links::Followed).map_err(refused)?;
        let io = |error| refused(ReadError::System(error));
        let mut start = Vec::new();
        let read = file.by_ref().take(BEGINNING).read_to_end(&mut start);
        read.map_err(io)?;
        if !begins_like_a_model(&start) {
            return Self::from_bytes(&start).map_err(named);
        }
        file.rewind().map_err(io)?;
        let bytes = disk::read_open(&file, MAX_FILE_BYTES).map_err(refused)?;
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
