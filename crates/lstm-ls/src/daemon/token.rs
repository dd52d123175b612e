//! The secret that clients of a TCP address must name.
//!
//! Owns: where it comes from, and that no other user can read it. Any program of the
//! machine, and any page in its browser, can connect to a TCP address; only who can read
//! the user's files can name the token.

use std::fs::File;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, ensure};
use disk::Links;

/// No token is longer, in bytes.
const MOST_BYTES: u64 = 4096;

/// Bytes of a token that is made here.
const RANDOM_BYTES: usize = 32;

/// Where the token comes from.
#[derive(Clone, Debug)]
pub enum Origin {
    /// The user said it.
    Said(Arc<str>),
    /// The user has written it into this file.
    Written(PathBuf),
    /// It is in this file, or made there.
    Made(PathBuf),
}

impl Origin {
    /// The token.
    ///
    /// # Errors
    /// If it is blank, its file can't be read or made, or others can read it.
    pub fn token(&self) -> anyhow::Result<Arc<str>> {
        match self {
            Self::Said(token) => checked(token, || "the token".to_owned()),
            Self::Written(path) => read(path, Links::Followed),
            Self::Made(path) => match make(path) {
                Err(error) if is(&error, ErrorKind::AlreadyExists) => read(path, Links::Refused),
                made => made,
            },
        }
    }
}

fn is(error: &anyhow::Error, kind: ErrorKind) -> bool {
    let error = error.downcast_ref::<std::io::Error>();
    error.is_some_and(|error| error.kind() == kind)
}

fn checked(token: &str, name: impl FnOnce() -> String) -> anyhow::Result<Arc<str>> {
    let token = token.trim();
    ensure!(!token.is_empty(), "{} is blank", name());
    Ok(token.into())
}

fn read(path: &Path, links: Links) -> anyhow::Result<Arc<str>> {
    let cannot = || format!("cannot read the token in {}", path.display());
    let file = disk::open(path, links).with_context(cannot)?;
    let metadata = file.metadata().with_context(cannot)?;
    ensure!(
        !another_wrote(&metadata),
        "{} belongs to another user, who may have put a token of their own into it",
        path.display()
    );
    ensure!(
        !others_can_read(&metadata),
        "other users can read {}: `chmod 600` it, and put another token into it",
        path.display()
    );
    let token = disk::read_open(&file, MOST_BYTES).with_context(cannot)?;
    let token = String::from_utf8(token).with_context(cannot)?;
    checked(&token, || path.display().to_string())
}

/// Writes a new token that none but this user can read.
fn make(path: &Path) -> anyhow::Result<Arc<str>> {
    let cannot = || format!("cannot write the token to {}", path.display());
    if let Some(folder) = path.parent() {
        disk::make_folder(folder).with_context(cannot)?;
    }
    let bytes: [u8; RANDOM_BYTES] = rand::random();
    let token: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let mut file = create(path).with_context(cannot)?;
    let written = writeln!(file, "{token}").and_then(|()| file.sync_all());
    written.with_context(cannot)?;
    Ok(token.into())
}

#[cfg(unix)]
fn create(path: &Path) -> std::io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    let mut options = File::options();
    options.write(true).create_new(true).mode(0o600).open(path)
}

#[cfg(not(unix))]
fn create(path: &Path) -> std::io::Result<File> {
    File::options().write(true).create_new(true).open(path)
}

#[cfg(unix)]
fn others_can_read(metadata: &std::fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    metadata.mode() & 0o004 != 0
}

/// Whether it belongs to neither this user nor the machine's administrator.
#[cfg(unix)]
fn another_wrote(metadata: &std::fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    let us = rustix::process::geteuid().as_raw();
    ![us, 0].contains(&metadata.uid())
}

/// What a user puts into a folder of theirs is closed to others on Windows.
#[cfg(windows)]
fn another_wrote(_: &std::fs::Metadata) -> bool {
    false
}

/// What a user puts into a folder of theirs is closed to others on Windows.
#[cfg(windows)]
fn others_can_read(_: &std::fs::Metadata) -> bool {
    false
}

#[cfg(all(test, unix))]
mod tests {
    use std::fs::Permissions;
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_token_is_made_once_and_for_its_user_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("deep/token");
        let origin = Origin::Made(path.clone());
        let made = origin.token().expect("it is made");
        assert_eq!(made.len(), 2 * RANDOM_BYTES);
        assert_eq!(origin.token().expect("it is read"), made);
        assert_eq!(
            Origin::Written(path.clone()).token().expect("it is read"),
            made
        );
        let mode = path.metadata().expect("it is there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let other = Origin::Made(folder.path().join("other"));
        assert_ne!(other.token().expect("it is made"), made);
    }

    #[test]
    fn what_is_no_secret_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("token");
        let with = |text: &str, mode: u32| {
            std::fs::write(&path, text).expect("it is written");
            let permissions = Permissions::from_mode(mode);
            std::fs::set_permissions(&path, permissions).expect("they are set");
            let token = Origin::Written(path.clone()).token();
            token.map_err(|error| error.to_string())
        };
        assert_eq!(with(" open sesame\n", 0o600).as_deref(), Ok("open sesame"));
        assert_eq!(with("open sesame\n", 0o640).as_deref(), Ok("open sesame"));
        for blank in ["", " ", "\n\t \n"] {
            assert!(with(blank, 0o600).is_err_and(|error| error.ends_with("is blank")));
            assert!(Origin::Said(blank.into()).token().is_err());
        }
        for mode in [0o644, 0o604, 0o666] {
            let refused = with("open sesame\n", mode).expect_err("others can read it");
            assert!(refused.starts_with("other users can read"), "{refused}");
        }
        assert!(with(&"x".repeat(4097), 0o600).is_err());
        assert!(Origin::Written(folder.path().to_owned()).token().is_err());
        assert!(Origin::Written(folder.path().join("none")).token().is_err());
    }

    #[test]
    fn what_another_user_wrote_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("token");
        std::fs::write(&path, "open sesame\n").expect("it is written");
        std::fs::set_permissions(&path, Permissions::from_mode(0o600)).expect("they are set");
        // Only root may give a file away.
        if std::os::unix::fs::chown(&path, Some(4711), None).is_ok() {
            for origin in [Origin::Written(path.clone()), Origin::Made(path)] {
                let refused = origin.token().expect_err("it is another's").to_string();
                assert!(refused.contains("belongs to another user"), "{refused}");
            }
        }
    }

    #[test]
    fn a_pipe_in_the_place_of_a_token_is_not_waited_for() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("token");
        let mode = rustix::fs::Mode::from_raw_mode(0o600);
        let kind = rustix::fs::FileType::Fifo;
        rustix::fs::mknodat(rustix::fs::CWD, &path, kind, mode, 0).expect("a pipe");
        assert!(Origin::Written(path.clone()).token().is_err());
        assert!(Origin::Made(path).token().is_err());
    }
}
