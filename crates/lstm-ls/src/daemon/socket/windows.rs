//! A file that holds the name of a pipe.
//!
//! All users see the names of all pipes, and the first to make one has the name. So each
//! daemon makes up a name of its own, and only who can read the file knows which is whose.

use std::fs::{File, TryLockError};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, bail};
use disk::Links;
use tokio::io::{ReadHalf, WriteHalf};
use tokio::net::windows::named_pipe::{NamedPipeClient, NamedPipeServer};
use tokio::sync::Mutex;
use tokio::time::{Instant, sleep};
use win32::pipe;

use super::{Built, NotConnected, ServedAlready, lock_path};

/// What the names of our pipes begin with.
const PREFIX: &str = r"\\.\pipe\lstm-ls-";

/// No file of ours is longer.
const MOST_BYTES: u64 = 128;

/// Longest wait for a pipe with a free end: a daemon makes the next one as soon as it has
/// let a client in.
const BUSY: Duration = Duration::from_secs(1);

/// Between two looks for one.
const LOOKS: Duration = Duration::from_millis(10);

/// What tells one daemon from another: the name of its pipe.
pub type Process = String;

/// A file that is ours until this is dropped.
#[derive(Debug)]
pub struct Bound {
    path: PathBuf,
    entry: Entry,
    /// Held as long as this process lives.
    _lock: File,
}

/// What is in the file.
#[derive(Debug, PartialEq)]
struct Entry {
    pipe: String,
    /// When the daemon's program was written, where a newer one may take its place.
    built: Option<Built>,
}

impl Entry {
    /// What stands in `text`, if that is an entry and nothing else.
    fn parse(text: &str) -> Option<Self> {
        let mut lines = text.strip_suffix('\n')?.split('\n');
        let pipe = lines.next()?.to_owned();
        let number = pipe.strip_prefix(PREFIX)?;
        let is_number = number.len() == 32 && number.bytes().all(|b| b.is_ascii_hexdigit());
        let built = match lines.next() {
            Some(built) => Some(Built(built.parse().ok()?)),
            None => None,
        };
        (is_number && lines.next().is_none()).then_some(Self { pipe, built })
    }

    fn text(&self) -> String {
        let built = self.built.map(|built| format!("{}\n", built.0));
        format!("{}\n{}", self.pipe, built.unwrap_or_default())
    }

    /// That in the file at `path`.
    fn read(path: &Path) -> std::io::Result<Self> {
        let text = disk::read(path, Links::Refused, MOST_BYTES)?;
        let entry = str::from_utf8(&text).ok().and_then(Self::parse);
        entry.ok_or(ErrorKind::InvalidData.into())
    }
}

impl Bound {
    /// The pipe for use inside a runtime, once. When that is dropped no further client can
    /// connect.
    ///
    /// # Errors
    /// If the system refuses, or the file can't be written.
    pub fn listen(&mut self) -> std::io::Result<Listener> {
        let next = pipe::listen(&self.entry.pipe, true)?;
        // From now on clients come.
        disk::write_own(&self.path, self.entry.text().as_bytes()).map_err(|error| error.error)?;
        Ok(Listener {
            name: self.entry.pipe.clone(),
            next: Mutex::new(next),
        })
    }

    /// Whether the file is still where it was: else no client will come any more.
    pub fn is_there(&self) -> bool {
        Entry::read(&self.path).is_ok_and(|entry| entry == self.entry)
    }

    /// Has the file say who this is, so that a newer program can take its place.
    ///
    /// # Errors
    /// Never here; it is written by [`listen`](Self::listen).
    pub fn sign(&mut self, built: Built) -> std::io::Result<()> {
        self.entry.built = Some(built);
        Ok(())
    }
}

impl Drop for Bound {
    fn drop(&mut self) {
        // Before the lock goes. The user may have deleted it, or put something else there.
        if self.is_there() {
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

/// Lets clients in.
#[derive(Debug)]
pub struct Listener {
    name: String,
    /// The end for the next client.
    next: Mutex<NamedPipeServer>,
}

impl Listener {
    /// What the next client says and hears.
    ///
    /// # Errors
    /// If the system refuses.
    pub async fn accept(
        &self,
    ) -> std::io::Result<(ReadHalf<NamedPipeServer>, WriteHalf<NamedPipeServer>)> {
        let mut next = self.next.lock().await;
        next.connect().await?;
        // If this fails the client stays where it is, and is let in the next time.
        let after = pipe::listen(&self.name, false)?;
        Ok(tokio::io::split(std::mem::replace(&mut *next, after)))
    }
}

/// A connection to a daemon.
#[derive(Debug)]
pub struct Stream {
    pipe: NamedPipeClient,
    name: String,
}

/// Connects to the daemon whose pipe the file at `path` names.
///
/// # Errors
/// If none of this user's listens there.
pub async fn connect(path: &Path) -> Result<Stream, NotConnected> {
    let given_up = Instant::now() + BUSY;
    let name = Entry::read(path)?.pipe;
    let pipe = loop {
        match pipe::connect(&name) {
            Err(error) if pipe::is_busy(&error) && Instant::now() < given_up => sleep(LOOKS).await,
            connected => break connected?,
        }
    };
    // The daemon may be gone, and its name another's.
    match pipe::is_own(&pipe)? {
        true => Ok(Stream { pipe, name }),
        false => Err(NotConnected::Foreign),
    }
}

impl Stream {
    /// What the daemon says and hears.
    pub fn into_split(self) -> (ReadHalf<NamedPipeClient>, WriteHalf<NamedPipeClient>) {
        tokio::io::split(self.pipe)
    }

    /// The daemon.
    pub fn process(&self) -> Option<Process> {
        Some(self.name.clone())
    }

    /// Asks the daemon, which is that on `path`, to leave if it signed, and is of an older
    /// program than `built`. It answers what is under way first. Its name, if it was asked.
    pub fn relieve(&self, path: &Path, built: Built) -> Option<Process> {
        let entry = Entry::read(path).ok()?;
        let is_older = entry.pipe == self.name && entry.built? < built;
        // Windows has no signal for that; it leaves when its file is gone.
        let asked = is_older && std::fs::remove_file(path).is_ok();
        asked.then_some(entry.pipe)
    }
}

/// Makes `path` the place of a daemon, which is to listen next.
///
/// # Errors
/// If another daemon listens there, if the file is none of ours, or if its folder cannot be
/// written to.
pub fn bind(path: &Path) -> anyhow::Result<Bound> {
    let lock_path = lock_path(path);
    let cannot = || format!("cannot write {}", lock_path.display());
    let lock = disk::open_lock(&lock_path).with_context(cannot)?;
    match lock.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => bail!(ServedAlready(path.to_owned())),
        Err(TryLockError::Error(error)) => {
            return Err(error).with_context(|| format!("cannot lock {}", lock_path.display()));
        }
    }
    // What holds something is another program's.
    if lock.metadata().with_context(cannot)?.len() > 0 {
        bail!("{} is there and is no lock of ours", lock_path.display());
    }
    match Entry::read(path) {
        // The daemon that wrote it holds no lock any more.
        Ok(_) => {
            let cannot = || format!("cannot replace {}", path.display());
            std::fs::remove_file(path).with_context(cannot)?;
        }
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(_) => bail!("{} is there and is not a socket", path.display()),
    }
    let number: u128 = rand::random();
    Ok(Bound {
        path: path.to_owned(),
        entry: Entry {
            pipe: format!("{PREFIX}{number:032x}"),
            built: None,
        },
        _lock: lock,
    })
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    fn refusal(path: &Path) -> String {
        bind(path).expect_err("refused").to_string()
    }

    #[tokio::test]
    async fn clients_come_and_go_and_the_file_with_the_daemon() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("s");
        assert!(connect(&path).await.is_err());
        let mut bound = bind(&path).expect("no process listens there");
        assert!(refusal(&path).ends_with("is served already"));
        let listener = bound.listen().expect("it listens");
        for round in 0..3 {
            let (client, accepted) = tokio::join!(connect(&path), listener.accept());
            let (mut says, mut hears) = client.expect("it is let in").into_split();
            let (mut input, mut output) = accepted.expect("a client");
            hears.write_all(&[round]).await.expect("it listens");
            assert_eq!(input.read_u8().await.expect("it is said"), round);
            output.write_all(b"yes").await.expect("it listens");
            drop((input, output));
            let mut said = String::new();
            says.read_to_string(&mut said).await.expect("it is over");
            assert_eq!(said, "yes");
        }
        assert!(bound.is_there());
        drop(listener);
        assert!(connect(&path).await.is_err());
        drop(bound);
        assert!(!path.exists());
        // As after the end of its process: the file is there, nothing is locked.
        let stale = format!("{PREFIX}{:032x}\n", 1);
        std::fs::write(&path, stale).expect("it is written");
        drop(bind(&path).expect("a stale one is replaced"));
        assert!(!path.exists());
    }

    #[tokio::test]
    async fn a_newer_program_has_an_older_daemon_leave() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("s");
        let mut bound = bind(&path).expect("no process listens there");
        bound.sign(Built(7)).expect("it is noted");
        let _listener = bound.listen().expect("it listens");
        let stream = connect(&path).await.expect("it is let in");
        assert_eq!(stream.relieve(&path, Built(7)), None);
        assert!(bound.is_there());
        assert_eq!(stream.relieve(&path, Built(8)), stream.process());
        assert!(!bound.is_there());
        assert_eq!(stream.relieve(&path, Built(9)), None);
    }

    #[test]
    fn what_is_no_file_of_ours_is_left_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("Cargo");
        let lock = folder.path().join("Cargo.lock");
        std::fs::write(&lock, "version = 4\n").expect("it is written");
        assert!(refusal(&path).ends_with("is no lock of ours"));
        let kept = std::fs::read_to_string(&lock).expect("it is there");
        assert_eq!(kept, "version = 4\n");
        std::fs::remove_file(&lock).expect("it is there");
        let pipe = format!("{PREFIX}{:032x}", 1);
        for foreign in ["", "dear diary", &pipe, &format!("{pipe}\n1\n2\n"), "x\n"] {
            std::fs::write(&path, foreign).expect("it is written");
            assert!(refusal(&path).ends_with("is there and is not a socket"));
            let kept = std::fs::read_to_string(&path).expect("it is there");
            assert_eq!(kept, foreign);
        }
    }

    #[test]
    fn a_file_that_was_deleted_or_replaced_is_not_there() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("s");
        let bound = bind(&path).expect("no process listens there");
        assert!(!bound.is_there());
        std::fs::write(&path, "dear diary").expect("it is written");
        assert!(!bound.is_there());
        drop(bound);
        assert!(path.exists());
    }
}
