//! A Unix socket.

use std::fs::{File, TryLockError};
use std::io::{ErrorKind, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use rustix::fs::{Mode, OFlags};
/// The process of a daemon.
pub use rustix::process::Pid as Process;
use rustix::process::{Signal, kill_process};
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};

use super::{Built, NotConnected, ServedAlready, lock_path};

/// No signature is longer.
const SIGNATURE_BYTES: u64 = 128;

/// A socket that is ours until this is dropped.
#[derive(Debug)]
pub struct Bound {
    /// Until it is listened to.
    listener: Option<UnixListener>,
    path: PathBuf,
    /// Device and number of the socket's file.
    file: (u64, u64),
    /// Held, and read by a process that may take over.
    lock: File,
}

impl Bound {
    /// The socket for use inside a runtime, once. When that is dropped, a client that
    /// connects is refused at once.
    ///
    /// # Errors
    /// If the system refuses, or it was taken before.
    pub fn listen(&mut self) -> std::io::Result<Listener> {
        let listener = self.listener.take();
        let listener = listener.ok_or(std::io::Error::from(ErrorKind::NotConnected))?;
        listener.set_nonblocking(true)?;
        Ok(Listener(tokio::net::UnixListener::from_std(listener)?))
    }

    /// Whether the socket is still where it was: else no client will come any more.
    pub fn is_there(&self) -> bool {
        file_at(&self.path).is_ok_and(|file| file == self.file)
    }

    /// Writes down who this is, so that a newer program can take its place.
    ///
    /// # Errors
    /// If it can't be written.
    pub fn sign(&mut self, built: Built) -> std::io::Result<()> {
        writeln!(&self.lock, "{} {}", std::process::id(), built.0)
    }
}

/// Lets clients in.
#[derive(Debug)]
pub struct Listener(tokio::net::UnixListener);

impl Listener {
    /// What the next client says and hears.
    ///
    /// # Errors
    /// If the system refuses, or the client is another user's.
    pub async fn accept(&self) -> std::io::Result<(OwnedReadHalf, OwnedWriteHalf)> {
        let (stream, _) = self.0.accept().await?;
        match is_own(&stream) {
            true => Ok(stream.into_split()),
            false => Err(ErrorKind::PermissionDenied.into()),
        }
    }
}

/// A connection to a daemon.
#[derive(Debug)]
pub struct Stream(tokio::net::UnixStream);

/// Connects to the daemon on `path`.
///
/// # Errors
/// If none of this user's listens there.
pub async fn connect(path: &Path) -> Result<Stream, NotConnected> {
    let stream = tokio::net::UnixStream::connect(path).await?;
    match is_own(&stream) {
        true => Ok(Stream(stream)),
        false => Err(NotConnected::Foreign),
    }
}

impl Stream {
    /// What the daemon says and hears.
    pub fn into_split(self) -> (OwnedReadHalf, OwnedWriteHalf) {
        self.0.into_split()
    }

    /// The daemon's process, where the system tells.
    pub fn process(&self) -> Option<Process> {
        Process::from_raw(self.0.peer_cred().ok()?.pid()?)
    }

    /// Asks the daemon, which is that on `path`, to leave if it signed, and is of an older
    /// program than `built`. It answers what is under way first. Its process, if it was
    /// asked.
    pub fn relieve(&self, path: &Path, built: Built) -> Option<Process> {
        let lock = open_lock(&lock_path(path), OFlags::empty()).ok()?;
        let signed = signature(&lock).ok()?;
        let mut words = signed.split_whitespace();
        let process = Process::from_raw(words.next()?.parse().ok()?)?;
        let older = Built(words.next()?.parse().ok()?);
        // Seen from within a container the number may be another process's.
        let asked = older < built
            && self.process() == Some(process)
            && kill_process(process, Signal::TERM).is_ok();
        asked.then_some(process)
    }
}

/// Whether the process at the other end is this user's. The mode of the socket's file says
/// so too, but not on every system, and not of a socket that another user put there.
fn is_own(stream: &tokio::net::UnixStream) -> bool {
    let own = rustix::process::geteuid().as_raw();
    stream.peer_cred().is_ok_and(|peer| peer.uid() == own)
}

/// Device and number of the file at `path` itself.
fn file_at(path: &Path) -> std::io::Result<(u64, u64)> {
    let metadata = std::fs::symlink_metadata(path)?;
    Ok((metadata.dev(), metadata.ino()))
}

impl Drop for Bound {
    fn drop(&mut self) {
        // Before the lock goes. The user may have deleted it, or put something else there.
        if self.is_there() {
            let _ = std::fs::remove_file(&self.path);
        }
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
    let lock = open_lock(&lock_path, OFlags::CREATE)?;
    match lock.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => bail!(ServedAlready(path.to_owned())),
        Err(TryLockError::Error(error)) => {
            return Err(error).with_context(|| format!("cannot lock {}", lock_path.display()));
        }
    }
    let cannot = || format!("cannot write {}", lock_path.display());
    // Nothing is emptied that may be another program's: a socket called `Cargo` has its
    // lock where a project keeps its versions.
    let signed = signature(&lock).with_context(cannot)?;
    if !is_signature(&signed) {
        bail!("{} is there and is no lock of ours", lock_path.display());
    }
    lock.set_len(0).with_context(cannot)?;
    remove_stale(path)?;
    let listen = || format!("cannot listen on {}", path.display());
    let listener = UnixListener::bind(path).with_context(listen)?;
    Ok(Bound {
        listener: Some(listener),
        file: file_at(path).with_context(listen)?,
        path: path.to_owned(),
        lock,
    })
}

/// Opens a lock, which must be a file of this user's.
fn open_lock(path: &Path, flags: OFlags) -> anyhow::Result<File> {
    let cannot = || format!("cannot write {}", path.display());
    // A link may lead to any file, and a pipe would be waited for.
    let safe = OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let flags = flags | safe | OFlags::RDWR | OFlags::APPEND;
    let mode = Mode::RUSR | Mode::WUSR;
    let lock = rustix::fs::open(path, flags, mode).with_context(cannot)?;
    let lock = File::from(lock);
    let metadata = lock.metadata().with_context(cannot)?;
    let own = metadata.uid() == rustix::process::geteuid().as_raw();
    if !metadata.is_file() || !own {
        bail!("{} is there and is no lock of ours", path.display());
    }
    Ok(lock)
}

/// What stands in a lock, as much of it as a signature may have.
fn signature(mut lock: &File) -> std::io::Result<String> {
    let mut signed = String::new();
    lock.seek(SeekFrom::Start(0))?;
    lock.take(SIGNATURE_BYTES).read_to_string(&mut signed)?;
    Ok(signed)
}

/// Whether `text` is what [`Bound::sign`] writes, or nothing.
fn is_signature(text: &str) -> bool {
    let numbers = text
        .strip_suffix('\n')
        .and_then(|line| line.split_once(' '));
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let is_two = numbers.is_some_and(|(process, built)| is_number(process) && is_number(built));
    text.is_empty() || is_two
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
    fn what_is_no_lock_of_ours_is_left_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("Cargo");
        let lock = folder.path().join("Cargo.lock");
        let long = "1".repeat(200);
        let foreign = [
            "version = 4\n",
            "1",
            "1 2",
            "1 2\n3",
            " 1\n",
            "a 1\n",
            &long,
        ];
        for foreign in foreign {
            std::fs::write(&lock, foreign).expect("it is written");
            assert!(refusal(&path).ends_with("is no lock of ours"), "{foreign}");
            let kept = std::fs::read_to_string(&lock).expect("it is there");
            assert_eq!(kept, foreign);
        }
        for own in ["", "12 345\n"] {
            std::fs::write(&lock, own).expect("it is written");
            drop(bind_masked(&path).expect("it is ours"));
        }
        std::fs::remove_file(&lock).expect("it is there");

        let precious = folder.path().join("precious");
        std::fs::write(&precious, "").expect("it is written");
        std::os::unix::fs::symlink(&precious, &lock).expect("a link");
        refusal(&path);
        std::fs::remove_file(&lock).expect("it is there");
        let kind = rustix::fs::FileType::Fifo;
        let mode = Mode::RUSR | Mode::WUSR;
        rustix::fs::mknodat(rustix::fs::CWD, &lock, kind, mode, 0).expect("a pipe");
        assert!(refusal(&path).ends_with("is no lock of ours"));
    }

    #[test]
    fn a_socket_that_was_deleted_or_replaced_is_not_there() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("s");
        let bound = bind_masked(&path).expect("no process listens there");
        assert!(bound.is_there());
        std::fs::remove_file(&path).expect("it is there");
        assert!(!bound.is_there());
        std::fs::write(&path, "dear diary").expect("it is written");
        assert!(!bound.is_there());
        drop(bound);
        assert!(path.exists());
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
