//! A file at which one daemon at a time can be reached by its user's other processes.
//!
//! On Unix it is a socket, on Windows it holds the name of a pipe; one file each, which have
//! the same to say to the rest of this crate.
//!
//! Whose the file is, is said by a lock on `PATH.lock`, which ends with the process however
//! that ends. So a file without a lock is stale, and two daemons that start at once cannot
//! take it from each other.

use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(unix)]
pub use unix::{Bound, Listener, Process, Stream, bind, connect};
#[cfg(windows)]
pub use windows::{Bound, Listener, Process, Stream, bind, connect};

/// Another daemon listens on this socket.
#[derive(Debug, thiserror::Error)]
#[error("{} is served already", .0.display())]
pub struct ServedAlready(PathBuf);

/// Why there is no connection to a daemon.
#[derive(Debug, thiserror::Error)]
pub enum NotConnected {
    /// What listens there is another user's, who could read what is said.
    #[error("it is another user's")]
    Foreign,
    /// What the system said.
    #[error(transparent)]
    System(#[from] std::io::Error),
}

/// When a program's file was written, in nanoseconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Built(u128);

impl Built {
    /// That of this program, as it is on the disk now; `None` where the system does
    /// not tell.
    pub fn now() -> Option<Self> {
        let program = std::env::current_exe().ok()?;
        let written = program.metadata().ok()?.modified().ok()?;
        Some(Self(written.duration_since(UNIX_EPOCH).ok()?.as_nanos()))
    }
}

fn lock_path(path: &Path) -> PathBuf {
    let mut lock = path.as_os_str().to_owned();
    lock.push(".lock");
    lock.into()
}
