//! A Unix socket that one daemon at a time listens on.
//!
//! Whose it is, is said by a lock on `PATH.lock`, which ends with the process
//! however that ends. So a socket without a lock is stale, and two daemons that
//! start at once cannot take it from each other.

use std::fs::{File, TryLockError};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::FileTypeExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use anyhow::{Context, bail};
use rustix::fs::Mode;
use rustix::process::{Pid, Signal, kill_process};

/// A socket that is ours until this is dropped.
#[derive(Debug)]
pub struct Bound {
    listener: UnixListener,
    path: PathBuf,
    /// Held, and read by a process that may take over.
    lock: File,
}

impl Bound {
    /// The socket for use inside a runtime.
    ///
    /// # Errors
    /// If the system refuses.
    pub fn listen(&self) -> std::io::Result<tokio::net::UnixListener> {
        let listener = self.listener.try_clone()?;
        listener.set_nonblocking(true)?;
        tokio::net::UnixListener::from_std(listener)
    }

    /// Writes down who this is, so that a newer program can take its place.
    ///
    /// # Errors
    /// If it can't be written.
    pub fn sign(&self, built: Built) -> std::io::Result<()> {
        writeln!(&self.lock, "{} {}", std::process::id(), built.0)
    }
}

/// Another daemon listens on this socket.
#[derive(Debug, thiserror::Error)]
#[error("{} is served already", .0.display())]
pub struct ServedAlready(PathBuf);

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

/// Asks the daemon behind `stream`, which is connected to `path`, to leave if it
/// signed, and is of an older program than `built`. It answers what is under way
/// first. Its process, if it was asked.
pub fn relieve(stream: &tokio::net::UnixStream, path: &Path, built: Built) -> Option<Pid> {
    let signed = std::fs::read_to_string(lock_path(path)).ok()?;
    let mut words = signed.split_whitespace();
    let process = Pid::from_raw(words.next()?.parse().ok()?)?;
    let older = Built(words.next()?.parse().ok()?);
    // Seen from within a container the number may be another process's.
    let asked = older < built
        && process_behind(stream) == Some(process)
        && kill_process(process, Signal::TERM).is_ok();
    asked.then_some(process)
}

/// The process at the other end, where the system tells.
pub fn process_behind(stream: &tokio::net::UnixStream) -> Option<Pid> {
    Pid::from_raw(stream.peer_cred().ok()?.pid()?)
}

fn lock_path(path: &Path) -> PathBuf {
    let mut lock = path.as_os_str().to_owned();
    lock.push(".lock");
    lock.into()
}

impl Drop for Bound {
    fn drop(&mut self) {
        // Before the lock goes. The user may have deleted it already.
        let _ = std::fs::remove_file(&self.path);
    }
}

/// Listens on `path`, readable and writable by this user alone. Call it before
/// there are threads: it changes the process's file mode mask for a moment.
///
/// # Errors
/// If another daemon listens there, if the file is not a socket, or if its
/// folder cannot be written to.
pub fn bind(path: &Path) -> anyhow::Result<Bound> {
    let mask = rustix::process::umask(Mode::from_raw_mode(0o177));
    let bound = bind_masked(path);
    rustix::process::umask(mask);
    bound
}

fn bind_masked(path: &Path) -> anyhow::Result<Bound> {
    let lock_path = lock_path(path);
    // What stands in it is the holder's.
    let lock = File::options().create(true).append(true).open(&lock_path);
    let lock = lock.with_context(|| format!("cannot write {}", lock_path.display()))?;
    match lock.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => bail!(ServedAlready(path.to_owned())),
        Err(TryLockError::Error(error)) => {
            return Err(error).with_context(|| format!("cannot lock {}", lock_path.display()));
        }
    }
    lock.set_len(0)
        .with_context(|| format!("cannot write {}", lock_path.display()))?;
    remove_stale(path)?;
    let listener = UnixListener::bind(path);
    Ok(Bound {
        listener: listener.with_context(|| format!("cannot listen on {}", path.display()))?,
        path: path.to_owned(),
        lock,
    })
}

fn remove_stale(path: &Path) -> anyhow::Result<()> {
    let metadata = match std::fs::symlink_metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        metadata => metadata.with_context(|| format!("cannot read {}", path.display()))?,
    };
    if !metadata.file_type().is_socket() {
        bail!("{} is there and is not a socket", path.display());
    }
    // One that does not hold our lock may be another program's.
    if UnixStream::connect(path).is_ok() {
        bail!(ServedAlready(path.to_owned()));
    }
    std::fs::remove_file(path).with_context(|| format!("cannot replace {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(path: &Path) -> String {
        bind_masked(path).expect_err("refused").to_string()
    }

    #[test]
    fn a_live_socket_is_respected_and_a_stale_one_replaced() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("s");
        let first = bind_masked(&path).expect("no process listens there");
        assert!(refusal(&path).ends_with("is served already"));
        drop(first);
        assert!(!path.exists());

        // As after kill -9: the socket is there, no process listens, nothing is locked.
        drop(UnixListener::bind(&path).expect("no process listens there"));
        assert!(path.exists());
        drop(bind_masked(&path).expect("a stale one is replaced"));

        let foreign = UnixListener::bind(&path).expect("no process listens there");
        assert!(refusal(&path).ends_with("is served already"));
        drop(foreign);
    }

    #[test]
    fn a_file_that_is_no_socket_is_left_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("notes.txt");
        std::fs::write(&path, "dear diary").expect("it is written");
        assert!(refusal(&path).ends_with("is there and is not a socket"));
        let text = std::fs::read_to_string(&path).expect("it is there");
        assert_eq!(text, "dear diary");
    }
}
