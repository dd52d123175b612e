//! Files: ours written as a whole or not at all, those of others read within limits.
//!
//! Owns: how a file is replaced so that no crash leaves a part of it, how one is read that
//! may be a pipe, a device, a link, without end or on a disk that does not answer, who may
//! look at what is written, and what tells that a file has changed. Must not know: what is in a file.
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

#![forbid(unsafe_code)]

mod patience;
mod private;
mod reading;
mod stamp;
mod whole;

pub use patience::{PATIENCE, within};
pub use private::{make_folder, make_own_folder};
pub use reading::{
    Links, ReadError, exists, is_file, is_folder, open, open_lock, open_log, read, read_beginning,
    read_open, touch,
};
pub use stamp::Stamp;
pub use whole::{Readers, WriteError, WriteSeek, is_partial, write, write_own, write_with};
