//! The one way in for files that another program, or another person, may have put there.
//!
//! A cloned repository, a folder of models and a folder of caches can hold a pipe where a
//! file is expected, a device that never ends, a link that leads elsewhere, or a file that
//! grows while it is read. A file is therefore opened without waiting, looked at once it is
//! open (the name may lead to something else by then), and read up to a limit, as long as
//! the file system answers.

use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::patience::{PATIENCE, within};

/// Bytes that have to come within [`PATIENCE`].
const CHUNK: u64 = 1 << 20;

/// What is done about a name that is a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Links {
    /// It is refused: for what is found in a folder, where a link may lead out of it.
    Refused,
    /// It is followed, and what it leads to has to be a file: for names that the user
    /// gave, and for the user's own folder of models.
    Followed,
}

/// Why a file was not read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The name is a link, and those are [refused](Links::Refused).
    #[error("it is a link")]
    Link,
    /// It is a folder, a pipe, a device or a socket.
    #[error("it is no regular file")]
    NotAFile,
    /// It holds more than so many bytes.
    #[error("it is larger than {0} bytes")]
    TooLarge(u64),
    /// It did not come in time.
    #[error("its file system does not answer")]
    Slow,
    /// What the system said.
    #[error(transparent)]
    System(#[from] io::Error),
}

impl ReadError {
    /// Whether there is nothing at that name.
    pub fn is_not_found(&self) -> bool {
        let kind = match self {
            Self::System(error) => error.kind(),
            _ => return false,
        };
        // The second where a folder of the path is a file.
        matches!(kind, ErrorKind::NotFound | ErrorKind::NotADirectory)
    }
}

impl From<ReadError> for io::Error {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::System(error) => error,
            ReadError::TooLarge(_) => Self::new(ErrorKind::FileTooLarge, error),
            ReadError::Slow => Self::new(ErrorKind::TimedOut, error),
            ReadError::Link | ReadError::NotAFile => Self::new(ErrorKind::InvalidInput, error),
        }
    }
}

/// Opens the regular file at `path` to read, without waiting for anything but its file
/// system.
///
/// # Errors
/// If it can't be opened, or is something else.
pub fn open(path: &Path, links: Links) -> Result<File, ReadError> {
    let (path, asked) = (path.to_owned(), path);
    in_time(asked, move || open_here(&path, links))
}

/// Reads the regular file at `path`, of at most `limit` bytes.
///
/// # Errors
/// If it can't be read, is something else, or is larger.
pub fn read(path: &Path, links: Links, limit: u64) -> Result<Vec<u8>, ReadError> {
    let (path, asked) = (path.to_owned(), path);
    let begun = in_time(asked, move || {
        Reading::begin(open_here(&path, links)?, limit)?.go_on()
    });
    begun?.finish(asked)
}

/// Reads the rest of an open file, of at most `limit` bytes.
///
/// # Errors
/// If it can't be read, or is larger.
pub fn read_open(file: &File, limit: u64) -> Result<Vec<u8>, ReadError> {
    let file = file.try_clone()?;
    let nowhere = Path::new("");
    let begun = in_time(nowhere, move || Reading::begin(file, limit)?.go_on());
    begun?.finish(nowhere)
}

/// Reads the first `most` bytes of the regular file at `path`, or all where it has less: to
/// know whether the rest is worth reading.
///
/// # Errors
/// If it can't be read, or is something else.
pub fn read_beginning(path: &Path, links: Links, most: u64) -> Result<Vec<u8>, ReadError> {
    let (path, asked) = (path.to_owned(), path);
    in_time(asked, move || {
        let mut bytes = Vec::new();
        let file = open_here(&path, links)?;
        file.take(most).read_to_end(&mut bytes)?;
        Ok(bytes)
    })
}

/// Whether there is a regular file at `path`, or a link to one.
pub fn is_file(path: &Path) -> bool {
    let asked = path.to_owned();
    in_time(path, move || Ok(asked.is_file())).unwrap_or(false)
}

/// Whether there is a folder at `path`, or a link to one.
pub fn is_folder(path: &Path) -> bool {
    let asked = path.to_owned();
    in_time(path, move || Ok(asked.is_dir())).unwrap_or(false)
}

/// Whether there is something at `path`; not where its file system does not answer.
pub fn exists(path: &Path) -> bool {
    let asked = path.to_owned();
    in_time(path, move || Ok(asked.exists())).unwrap_or(false)
}

/// Opens the lock file at `path`, for this user alone, or makes it. Nothing in it is
/// changed.
///
/// # Errors
/// If it can't be opened or made, or is no regular file.
pub fn open_lock(path: &Path) -> Result<File, ReadError> {
    let (path, asked) = (path.to_owned(), path);
    in_time(asked, move || open_lock_here(&path))
}

/// Opens the file at `path`, which the user named, to write at its end, or makes it; only
/// the user may read it. A terminal or another device will do.
///
/// # Errors
/// If it can't be opened or made, or would be waited for.
pub fn open_log(path: &Path) -> Result<File, ReadError> {
    let (path, asked) = (path.to_owned(), path);
    in_time(asked, move || {
        let file = open_to_append(&path)?;
        let found = file.metadata()?;
        if found.is_file() {
            close_to_others(&file, &found)?;
        }
        Ok(file)
    })
}

/// Has the file at `path` look as if it were written at `time`.
///
/// # Errors
/// If it is no regular file, or its time can't be set.
pub fn touch(path: &Path, time: SystemTime) -> Result<(), ReadError> {
    let (path, asked) = (path.to_owned(), path);
    in_time(asked, move || {
        // On Unix it is enough to own the file; elsewhere it has to be open for writing.
        let file = match cfg!(unix) {
            true => open_here(&path, Links::Refused)?,
            false => open_lock_here(&path)?,
        };
        Ok(file.set_modified(time)?)
    })
}

/// A file that is read a chunk at a time, and what there is of it so far.
struct Reading {
    file: File,
    bytes: Vec<u8>,
    limit: u64,
    is_over: bool,
}

impl Reading {
    fn begin(file: File, limit: u64) -> Result<Self, ReadError> {
        let told = file.metadata()?.len();
        if told > limit {
            return Err(ReadError::TooLarge(limit));
        }
        // One byte more than it says, so that a file of that length is read in one go. It
        // may have become longer meanwhile.
        let capacity = usize::try_from(told).unwrap_or(usize::MAX);
        Ok(Self {
            file,
            bytes: Vec::with_capacity(capacity.saturating_add(1)),
            limit,
            is_over: false,
        })
    }

    fn go_on(mut self) -> Result<Self, ReadError> {
        let left = self.limit.saturating_add(1) - self.bytes.len() as u64;
        let chunk = left.min(CHUNK);
        let mut limited = self.file.by_ref().take(chunk);
        self.is_over = (limited.read_to_end(&mut self.bytes)? as u64) < chunk;
        match self.bytes.len() as u64 > self.limit {
            true => Err(ReadError::TooLarge(self.limit)),
            false => Ok(self),
        }
    }

    fn finish(mut self, asked: &Path) -> Result<Vec<u8>, ReadError> {
        while !self.is_over {
            self = in_time(asked, move || self.go_on())?;
        }
        Ok(self.bytes)
    }
}

/// What `work` on `path` comes to, unless its file system does not answer.
fn in_time<T: Send + 'static>(
    path: &Path,
    work: impl FnOnce() -> Result<T, ReadError> + Send + 'static,
) -> Result<T, ReadError> {
    within(path, PATIENCE, work).unwrap_or(Err(ReadError::Slow))
}

fn open_here(path: &Path, links: Links) -> Result<File, ReadError> {
    let path = resolved(path, links)?;
    // Before it is opened, as some devices act on that alone.
    expect_file(&path.symlink_metadata()?)?;
    let file = open_at_once(&path)?;
    expect_file(&file.metadata()?)?;
    Ok(file)
}

fn open_lock_here(path: &Path) -> Result<File, ReadError> {
    match path.symlink_metadata() {
        Ok(found) => expect_file(&found)?,
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(error) => return Err(error.into()),
    }
    let file = open_or_make(path)?;
    expect_file(&file.metadata()?)?;
    Ok(file)
}

#[cfg(unix)]
fn close_to_others(file: &File, found: &std::fs::Metadata) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    match found.permissions().mode() & 0o077 {
        0 => Ok(()),
        _ => file.set_permissions(std::fs::Permissions::from_mode(0o600)),
    }
}

/// The file has its readers from the folder that it is in.
#[cfg(not(unix))]
fn close_to_others(_: &File, _: &std::fs::Metadata) -> io::Result<()> {
    Ok(())
}

/// The name to open, which is a link no more.
fn resolved(path: &Path, links: Links) -> Result<PathBuf, ReadError> {
    match links {
        Links::Refused => Ok(path.to_owned()),
        Links::Followed => Ok(std::fs::canonicalize(path)?),
    }
}

fn expect_file(metadata: &std::fs::Metadata) -> Result<(), ReadError> {
    match metadata {
        file if file.is_file() => Ok(()),
        link if link.is_symlink() => Err(ReadError::Link),
        _ => Err(ReadError::NotAFile),
    }
}

#[cfg(unix)]
fn open_at_once(path: &Path) -> Result<File, ReadError> {
    use rustix::fs::{Mode, OFlags};
    let flags = OFlags::RDONLY | SAFE;
    let opened = rustix::fs::open(path, flags, Mode::empty());
    Ok(opened.map_err(unless_link)?.into())
}

#[cfg(unix)]
fn open_or_make(path: &Path) -> Result<File, ReadError> {
    use rustix::fs::{Mode, OFlags};
    let flags = OFlags::RDWR | OFlags::CREATE | SAFE;
    let opened = rustix::fs::open(path, flags, Mode::RUSR | Mode::WUSR);
    Ok(opened.map_err(unless_link)?.into())
}

/// As [`open_or_make`], but at the end of what the user named, which may be a link.
#[cfg(unix)]
fn open_to_append(path: &Path) -> Result<File, ReadError> {
    use rustix::fs::{Mode, OFlags};
    let flags = OFlags::WRONLY | OFlags::APPEND | OFlags::CREATE | SAFE;
    let flags = flags.difference(OFlags::NOFOLLOW);
    let opened = rustix::fs::open(path, flags, Mode::RUSR | Mode::WUSR);
    Ok(opened.map_err(unless_link)?.into())
}

/// A pipe is not waited for, a link not followed, a terminal not taken over, and no
/// program that is started has the file.
#[cfg(unix)]
const SAFE: rustix::fs::OFlags = rustix::fs::OFlags::NOFOLLOW
    .union(rustix::fs::OFlags::NONBLOCK)
    .union(rustix::fs::OFlags::NOCTTY)
    .union(rustix::fs::OFlags::CLOEXEC);

/// What the system says where a link took the place of the file since it was looked at.
#[cfg(unix)]
fn unless_link(error: rustix::io::Errno) -> ReadError {
    match error {
        rustix::io::Errno::LOOP => ReadError::Link,
        error => ReadError::System(error.into()),
    }
}

/// Pipes have names of their own there, and no folder has one.
#[cfg(not(unix))]
fn open_at_once(path: &Path) -> Result<File, ReadError> {
    Ok(File::open(path)?)
}

#[cfg(not(unix))]
fn open_or_make(path: &Path) -> Result<File, ReadError> {
    let mut options = File::options();
    let options = options.read(true).write(true).create(true).truncate(false);
    Ok(options.open(path)?)
}

#[cfg(not(unix))]
fn open_to_append(path: &Path) -> Result<File, ReadError> {
    Ok(File::options().append(true).create(true).open(path)?)
}

#[cfg(all(test, unix))]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn links_lead_to_files_where_the_user_named_them_and_nowhere_else() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::write(at("file"), "text").unwrap();
        std::os::unix::fs::symlink("file", at("link")).unwrap();
        std::os::unix::fs::symlink("/dev/zero", at("device")).unwrap();
        std::os::unix::fs::symlink("nowhere", at("dangling")).unwrap();
        let told = |name: &str, links| match read(&at(name), links, 4) {
            Ok(bytes) => String::from_utf8(bytes).unwrap(),
            Err(error) => error.to_string(),
        };
        assert_eq!(told("file", Links::Refused), "text");
        assert_eq!(told("link", Links::Followed), "text");
        for name in ["link", "device", "dangling"] {
            assert_eq!(told(name, Links::Refused), "it is a link");
        }
        assert_eq!(told("device", Links::Followed), "it is no regular file");
        assert!(read(&at("dangling"), Links::Followed, 4).is_err_and(|e| e.is_not_found()));
        assert!(read(&at("file"), Links::Refused, 3).is_err());
        assert!(open_lock(&at("link")).is_err());
    }

    #[test]
    fn what_grows_meanwhile_is_read_up_to_the_limit() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        fs::write(&path, "12").unwrap();
        let file = open(&path, Links::Refused).unwrap();
        fs::write(&path, "123456").unwrap();
        assert_eq!(read_open(&file, 6).unwrap(), b"123456");
        let file = open(&path, Links::Refused).unwrap();
        assert!(matches!(read_open(&file, 5), Err(ReadError::TooLarge(5))));
    }

    #[test]
    fn a_log_is_the_user_s_alone_and_goes_on_where_it_ended() {
        use std::os::unix::fs::PermissionsExt;

        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        fs::write(&path, "one\n").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        io::Write::write_all(&mut open_log(&path).unwrap(), b"two\n").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"one\ntwo\n");
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        open_log(Path::new("/dev/null")).unwrap();
        let pipe = folder.path().join("pipe");
        let (kind, mode) = (rustix::fs::FileType::Fifo, rustix::fs::Mode::RWXU);
        rustix::fs::mknodat(rustix::fs::CWD, &pipe, kind, mode, 0).unwrap();
        assert!(open_log(&pipe).is_err());
    }

    #[test]
    fn the_beginning_is_all_that_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        fs::write(&path, "12345").unwrap();
        let begins = |most| read_beginning(&path, Links::Refused, most).unwrap();
        assert_eq!((begins(2), begins(9)), (b"12".to_vec(), b"12345".to_vec()));
    }

    #[test]
    fn what_is_longer_than_a_chunk_is_read_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        for length in [CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK] {
            let text: Vec<u8> = (0..length).map(|i| (i % 251) as u8).collect();
            fs::write(&path, &text).unwrap();
            assert!(read(&path, Links::Refused, length).unwrap() == text);
            assert!(read(&path, Links::Refused, length - 1).is_err());
        }
    }

    #[test]
    fn a_lock_keeps_what_is_in_it() {
        use std::os::unix::fs::PermissionsExt;

        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        let made = open_lock(&path).unwrap();
        assert_eq!(made.metadata().unwrap().permissions().mode() & 0o077, 0);
        fs::write(&path, "12 34").unwrap();
        drop(open_lock(&path).unwrap());
        assert_eq!(fs::read(&path).unwrap(), b"12 34");
    }
}
