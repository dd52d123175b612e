//! Files replaced as a whole: written beside their place, brought to the disk and
//! renamed. A reader sees the old file or the new one, after a crash too.

use std::fs::File;
use std::io::{self, BufWriter, Seek, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

/// A file that could not be written.
#[derive(Debug, thiserror::Error)]
#[error("{path}: {error}", path = path.display())]
pub struct WriteError {
    /// The file.
    pub path: PathBuf,
    /// What the system said.
    pub error: io::Error,
}

/// Who may read a new file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readers {
    /// As the user's umask has it, like any other file.
    AsUsual,
    /// The user alone: it holds what the user wrote.
    Owner,
}

/// Writes `bytes` to `path`, as a whole or not at all.
///
/// # Errors
/// If that fails; what stood at `path` before is then still there.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), WriteError> {
    write_with(path, Readers::AsUsual, |file| file.write_all(bytes))
}

/// The same for a file that only this user may read.
///
/// # Errors
/// If that fails; what stood at `path` before is then still there.
pub fn write_own(path: &Path, bytes: &[u8]) -> Result<(), WriteError> {
    write_with(path, Readers::Owner, |file| file.write_all(bytes))
}

/// A file that is being written, with what goes before and what after.
pub trait WriteSeek: Write + Seek {}

impl<T: Write + Seek> WriteSeek for T {}

/// Writes what `fill` writes to `path`, as a whole or not at all.
///
/// # Errors
/// If `fill` or the system fails; what stood at `path` before is then still there.
pub fn write_with(
    path: &Path,
    readers: Readers,
    fill: impl FnOnce(&mut dyn WriteSeek) -> io::Result<()>,
) -> Result<(), WriteError> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let written = || -> io::Result<()> {
        let mut file = BufWriter::new(partial_in(folder, readers)?);
        fill(&mut file)?;
        let file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.as_file().sync_all()?;
        file.persist(path).map_err(|refused| refused.error)?;
        sync_folder(folder);
        Ok(())
    };
    written().map_err(|error| WriteError {
        path: path.to_owned(),
        error,
    })
}

/// What the names of files begin and end with that are being written.
const PARTIAL: (&str, &str) = (".lstm-ls-", ".partial");

/// Whether a file called `name` was being written by [`write()`], or by what did that before
/// it: where no program is at it any more, it is of no use.
pub fn is_partial(name: &str) -> bool {
    (name.starts_with(PARTIAL.0) && name.ends_with(PARTIAL.1)) || name.starts_with(".tmp")
}

/// A new file in `folder`; removed when it is dropped.
fn partial_in(folder: &Path, readers: Readers) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(PARTIAL.0).suffix(PARTIAL.1);
    // Temporary files are for the owner alone unless they are asked not to be.
    #[cfg(unix)]
    if readers == Readers::AsUsual {
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    }
    #[cfg(not(unix))]
    let _ = readers;
    builder.tempfile_in(folder)
}

/// Brings the rename in `folder` to the disk. The file stands in its place by now,
/// so a file system that can't do this is no reason to call the writing failed.
fn sync_folder(folder: &Path) {
    // Elsewhere a folder can't be opened as a file.
    if cfg!(unix) {
        let _ = File::open(folder).and_then(|folder| folder.sync_all());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_write_leaves_nothing_behind() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("kept");
        write(&path, b"old").unwrap();
        // A folder stands where the new file should go: the rename fails.
        let blocked = folder.path().join("folder");
        std::fs::create_dir_all(blocked.join("inside")).unwrap();
        assert!(write(&blocked, b"new").is_err());
        let absent = write(&folder.path().join("no/such/folder"), b"new").unwrap_err();
        assert!(absent.to_string().contains("no/such/folder"), "{absent}");
        let broken = write_with(&path, Readers::AsUsual, |file| {
            file.write_all(b"ne")?;
            Err(io::Error::other("the disk is full"))
        });
        assert!(
            broken
                .unwrap_err()
                .to_string()
                .ends_with("the disk is full")
        );
        assert_eq!(std::fs::read(&path).unwrap(), b"old");
        let left = std::fs::read_dir(folder.path()).unwrap();
        assert_eq!(left.count(), 2, "no partial file is left behind");
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_reads_what_is_the_owners() {
        use std::os::unix::fs::PermissionsExt;

        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("memory");
        write_with(&path, Readers::Owner, |file| file.write_all(b"text")).unwrap();
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{mode:o}");
    }
}
