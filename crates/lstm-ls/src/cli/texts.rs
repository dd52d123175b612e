//! Files that the commands work on, found and read as the server does.

use std::path::{Path, PathBuf};

use anyhow::Context;
use disk::Links;
use workspace::files;

/// Most bytes of one file, as of a document in the server.
const MOST_BYTES: u64 = 32 << 20;

/// The bytes of a file that the user named, or that was found [below](below) a folder.
///
/// # Errors
/// If it can't be read, is no regular file, or is too large.
pub(super) fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    let read = disk::read(path, Links::Followed, MOST_BYTES);
    read.with_context(|| path.display().to_string())
}

/// The files at or below `input` that are `wanted`, in order of path. What git ignores and
/// what is hidden is left out, and links are not followed.
///
/// # Errors
/// If there is nothing at `input`.
pub(super) fn below(input: &Path, wanted: impl Fn(&Path) -> bool) -> anyhow::Result<Vec<PathBuf>> {
    if !disk::is_folder(input) {
        // Says why, where it is nothing else either.
        disk::open(input, Links::Followed).with_context(|| input.display().to_string())?;
        let named = Some(input.to_owned()).filter(|input| wanted(input));
        return Ok(named.into_iter().collect());
    }
    let root = workspace::identity(input);
    let files = files::below(input, |path| wanted(path).then(String::new));
    // By the name that the user gave, not by the one that the disk has.
    let named = files
        .into_iter()
        .map(|(path, _)| match path.strip_prefix(&root) {
            Ok(inside) => input.join(inside),
            Err(_) => path,
        });
    Ok(named.collect())
}
