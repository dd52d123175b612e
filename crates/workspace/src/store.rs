//! The cache file of a workspace.
//!
//! Whose it is, as JSON after its length; the length of a JSON header (groups, files,
//! stamps), the header, for each group its texts in the header's order and its index; and
//! a checksum of all but the lengths. A file that is not exactly so is no cache; it is
//! made again.

use std::collections::HashMap;
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use code_index::{Group, Segment};
use disk::{Links, ReadError, Readers, Stamp};
use serde::{Deserialize, Serialize};

/// Changes with the layout, and with what is left out of texts.
const VERSION: u32 = 4;

/// No list of folders is longer, in bytes.
const MOST_ABOUT: u64 = 1 << 20;

/// No cache is longer, in bytes: texts, and indexes of almost twice as much.
const MOST_CACHE: u64 = 4 << 30;

/// A group, and the stamps of the files that its index was made of.
pub(crate) struct Kept {
    pub(crate) group: Arc<Group>,
    pub(crate) stamps: HashMap<PathBuf, Stamp>,
}

/// Whose cache it is.
#[derive(Serialize, Deserialize)]
struct About {
    version: u32,
    folders: Vec<Name>,
}

#[derive(Serialize, Deserialize)]
struct Header {
    groups: Vec<GroupHeader>,
}

/// A path. Those that are no Unicode, as of old in Latin-1, are kept byte by byte.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Name {
    Text(String),
    Raw(OsString),
}

impl From<&Path> for Name {
    fn from(path: &Path) -> Self {
        match path.to_str() {
            Some(text) => Self::Text(text.to_owned()),
            None => Self::Raw(path.as_os_str().to_owned()),
        }
    }
}

impl From<Name> for PathBuf {
    fn from(name: Name) -> Self {
        match name {
            Name::Text(text) => text.into(),
            Name::Raw(raw) => raw.into(),
        }
    }
}

#[derive(Serialize, Deserialize)]
struct GroupHeader {
    name: String,
    files: Vec<FileHeader>,
    /// Bytes of its index.
    index: usize,
}

#[derive(Serialize, Deserialize)]
struct FileHeader {
    path: Name,
    /// What it was when it was read, if another text would have made another stamp.
    stamp: Option<Stamp>,
    /// Bytes of its text, which is shorter than the file where lines end in CRLF.
    text: usize,
}

/// Writes the `groups` of `folders` to `path`, as a whole or not at all. `stamp_of` gives
/// the stamps of files as they were read.
///
/// # Errors
/// If that fails.
pub(crate) fn save(
    path: &Path,
    folders: &[PathBuf],
    groups: &HashMap<String, Arc<Group>>,
    stamp_of: impl Fn(&Path) -> Option<Stamp>,
) -> io::Result<()> {
    let mut groups: Vec<_> = groups
        .iter()
        .filter_map(|(name, group)| Some((name, group, group.index()?)))
        .collect();
    groups.sort_by_key(|(name, ..)| *name);
    let mut header = Header { groups: Vec::new() };
    let mut body = Vec::new();
    for (name, group, index) in groups {
        let mut texts: Vec<_> = group.indexed().iter().collect();
        texts.sort_by_key(|(path, _)| *path);
        let files = texts.iter().map(|(path, text)| FileHeader {
            path: Name::from(path.as_path()),
            // The stamp of a text that changed since is not that of the indexed one.
            stamp: stamp_of(path).filter(|_| !group.has_changed(path)),
            text: text.len(),
        });
        header.groups.push(GroupHeader {
            name: name.clone(),
            files: files.collect(),
            index: index.as_bytes().len(),
        });
        texts
            .iter()
            .for_each(|(_, text)| body.extend_from_slice(text));
        body.extend_from_slice(index.as_bytes());
    }
    let about = About {
        version: VERSION,
        folders: folders.iter().map(|f| Name::from(f.as_path())).collect(),
    };
    let about = serde_json::to_vec(&about).map_err(io::Error::other)?;
    let header = serde_json::to_vec(&header).map_err(io::Error::other)?;
    let mut hasher = crc32fast::Hasher::new();
    for part in [&about, &header, &body] {
        hasher.update(part);
    }

    let folder = path.parent().unwrap_or(Path::new("."));
    disk::make_folder(folder)?;
    // It holds what the user wrote.
    let written = disk::write_with(path, Readers::Owner, |file| {
        file.write_all(&(about.len() as u64).to_le_bytes())?;
        file.write_all(&about)?;
        file.write_all(&(header.len() as u64).to_le_bytes())?;
        file.write_all(&header)?;
        file.write_all(&body)?;
        file.write_all(&hasher.finalize().to_le_bytes())
    });
    written.map_err(|refused| refused.error)
}

/// Why there is no cache at a path.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NoCache {
    /// There is none yet.
    #[error("there is none")]
    Absent,
    /// It can't be read.
    #[error(transparent)]
    Unreadable(ReadError),
    /// Another version of this program wrote it.
    #[error("it is of another version")]
    Version,
    /// It is not what was written.
    #[error("it is torn, or was changed")]
    Torn,
}

impl From<ReadError> for NoCache {
    fn from(error: ReadError) -> Self {
        match error.is_not_found() {
            true => Self::Absent,
            false => Self::Unreadable(error),
        }
    }
}

/// The folders that the cache at `path` is of, without a look at the rest of it.
///
/// # Errors
/// If it is no cache of this version.
pub(crate) fn folders_of(path: &Path) -> Result<Vec<PathBuf>, NoCache> {
    let length = disk::read_beginning(path, Links::Refused, 8)?;
    let length = u64::from_le_bytes(length.try_into().map_err(|_| NoCache::Torn)?);
    if length > MOST_ABOUT {
        return Err(NoCache::Torn);
    }
    let about = disk::read_beginning(path, Links::Refused, 8 + length)?;
    let (about, _) = part(&about).ok_or(NoCache::Torn)?;
    folders_in(about)
}

fn folders_in(about: &[u8]) -> Result<Vec<PathBuf>, NoCache> {
    let about: About = serde_json::from_slice(about).map_err(|_| NoCache::Torn)?;
    if about.version != VERSION {
        return Err(NoCache::Version);
    }
    Ok(about.folders.into_iter().map(PathBuf::from).collect())
}

/// The groups that [`save`] wrote to `path`.
///
/// # Errors
/// If there is nothing, or nothing of use.
pub(crate) fn load(path: &Path) -> Result<HashMap<String, Kept>, NoCache> {
    // Before so much is read as a cache may have.
    folders_of(path)?;
    let bytes = disk::read(path, Links::Refused, MOST_CACHE)?;
    let (about, groups) = unpack(&bytes).ok_or(NoCache::Torn)?;
    folders_in(about)?;
    Ok(groups)
}

/// Whose the cache in `bytes` is, and what is in it.
pub(crate) fn unpack(bytes: &[u8]) -> Option<(&[u8], HashMap<String, Kept>)> {
    let (content, checksum) = bytes.split_last_chunk::<4>()?;
    let (about, rest) = part(content)?;
    let (header, mut body) = part(rest)?;
    let mut hasher = crc32fast::Hasher::new();
    for part in [about, header, body] {
        hasher.update(part);
    }
    if hasher.finalize() != u32::from_le_bytes(*checksum) {
        return None;
    }
    let header: Header = serde_json::from_slice(header).ok()?;
    let mut groups = HashMap::new();
    for group in header.groups {
        let mut texts = HashMap::new();
        let mut stamps = HashMap::new();
        for file in group.files {
            let text;
            (text, body) = body.split_at_checked(file.text)?;
            let path = PathBuf::from(file.path);
            stamps.extend(file.stamp.map(|stamp| (path.clone(), stamp)));
            texts.insert(path, text.into());
        }
        let index;
        (index, body) = body.split_at_checked(group.index)?;
        let index = Segment::from_bytes(index.to_vec()).ok()?;
        let kept = Kept {
            group: Arc::new(Group::of_parts(texts, Some(Arc::new(index)))),
            stamps,
        };
        groups.insert(group.name, kept);
    }
    Some((about, groups))
}

/// What follows its length, and the rest.
fn part(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<8>()?;
    rest.split_at_checked(usize::try_from(u64::from_le_bytes(*length)).ok()?)
}
