//! Which files of a folder are worth remembering.
//!
//! Of those that a walk comes by, what may hold secrets, is too large, or is no text is
//! left out.

use std::path::{Path, PathBuf};

use crate::tree::Tree;
use crate::{identity, rules};
use code_index::newline;
use disk::{Links, ReadError};

/// Bytes at the start of a file that tell text from data.
const SNIFFED: usize = 8192;

/// Longest average line of text that a person wrote, in bytes.
const LONGEST_LINE: usize = 400;

/// Limits on what is remembered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Largest file, in bytes.
    pub file: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { file: 1 << 20 }
    }
}

/// Why a file is not remembered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Skipped {
    /// By its name.
    #[error("may hold secrets")]
    Secret,
    /// Beyond [`Limits::file`].
    #[error("is larger than {0} bytes")]
    TooLarge(usize),
    /// Holds a zero byte, or is not UTF-8.
    #[error("is not text")]
    NotText,
    /// Its lines are far too long to be written by hand.
    #[error("looks generated")]
    Generated,
    /// What may be remembered in all is remembered already.
    #[error("is beyond the limit on all text remembered")]
    NoRoom,
    /// It is a link, a folder, a pipe, a device or a socket.
    #[error("is no regular file")]
    NotAFile,
    /// It has rules on what is ignored, more than can be followed.
    #[error("has too many patterns, so its folder is left out")]
    TooManyRules,
    /// It could not be read.
    #[error("cannot be read: {0}")]
    Unreadable(String),
    /// It is a folder that could not be looked into.
    #[error("cannot be looked into: its file system does not answer")]
    Slow,
    /// It should be a cache, which is made again, so nothing is to be done.
    #[error("is no cache that can be used ({0}); all is read again")]
    NoCache(String),
    /// It is a cache that could not be written.
    #[error("cannot be written ({0}); the next start reads all again")]
    Unwritable(String),
}

impl From<ReadError> for Skipped {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Link | ReadError::NotAFile => Self::NotAFile,
            ReadError::TooLarge(limit) => {
                Self::TooLarge(usize::try_from(limit).unwrap_or(usize::MAX))
            }
            error @ (ReadError::System(_) | ReadError::Slow) => Self::Unreadable(error.to_string()),
        }
    }
}

/// The reasons kept in [`Progress::skipped`](crate::Progress::skipped).
const MOST_SKIPPED: usize = 100;

/// The first of `skipped`, with their reasons as text.
pub(crate) fn named(skipped: Vec<(PathBuf, Skipped)>) -> Vec<(PathBuf, String)> {
    let first = skipped.into_iter().take(MOST_SKIPPED);
    first.map(|(path, why)| (path, why.to_string())).collect()
}

/// The files below `folder`, in order of path, that have a group by `group_of`.
pub fn below(folder: &Path, group_of: impl Fn(&Path) -> Option<String>) -> Vec<(PathBuf, String)> {
    let walked = Tree::new(&identity(folder)).walk(|_| {});
    let files = walked.files.into_iter();
    let mut files: Vec<_> = files
        .filter_map(|(path, _)| group_of(&path).map(|group| (path, group)))
        .collect();
    files.sort();
    files
}

/// The text of the file at `path`, if it is worth remembering.
///
/// # Errors
/// Why not.
pub fn read(path: &Path, limits: Limits) -> Result<Vec<u8>, Skipped> {
    if is_secret(path) {
        return Err(Skipped::Secret);
    }
    let text = disk::read(path, Links::Refused, limits.file as u64)?;
    if text[..text.len().min(SNIFFED)].contains(&0) {
        return Err(Skipped::NotText);
    }
    let text = String::from_utf8(text).map_err(|_| Skipped::NotText)?;
    let text = newline::into_lf(text).into_bytes();
    let lines = text.iter().filter(|&&byte| byte == b'\n').count() + 1;
    if text.len() / lines > LONGEST_LINE {
        return Err(Skipped::Generated);
    }
    Ok(text)
}

/// Whether git, or an `.ignore` file, leaves the file at `path` out of the one of the opened
/// `folders` that holds it, or else of its repository; all are [identities](identity).
pub fn is_ignored<'a>(path: &Path, folders: impl IntoIterator<Item = &'a Path>) -> bool {
    let holding = folders
        .into_iter()
        .filter(|folder| path.starts_with(folder));
    let mut holding = holding.peekable();
    if holding.peek().is_none() {
        return rules::leave_out(path, None);
    }
    // Where several hold it, one that does not leave it out is enough.
    holding.all(|folder| rules::leave_out(path, Some(folder)))
}

/// Whether a file of this name is likely to hold passwords or keys.
pub fn is_secret(path: &Path) -> bool {
    language::secrets::is_secret_file(path)
}
