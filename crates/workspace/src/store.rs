//! The cache file of a workspace.
//!
//! A length, a JSON header (groups, files, stamps), for each group its texts in
//! the header's order and its index, and a checksum of all that. A file that is
//! not exactly so is no cache; it is made again.

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use code_index::{Group, Segment};
use disk::{Readers, Stamp};
use serde::{Deserialize, Serialize};

use crate::reading::Kept;

/// Changes with the layout.
const VERSION: u32 = 2;

#[derive(Serialize, Deserialize)]
struct Header {
    version: u32,
    groups: Vec<GroupHeader>,
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
    path: PathBuf,
    stamp: Stamp,
    /// Bytes of its text, which is shorter than the file where lines end in CRLF.
    text: usize,
}

/// Writes `groups` to `path`; as a whole or not at all.
///
/// # Errors
/// If that fails.
pub(crate) fn save(path: &Path, groups: &HashMap<String, Kept>) -> io::Result<()> {
    let mut groups: Vec<_> = groups
        .iter()
        .filter_map(|(name, kept)| Some((name, kept, kept.group.index()?)))
        .collect();
    groups.sort_by_key(|(name, ..)| *name);
    let mut header = Header {
        version: VERSION,
        groups: Vec::new(),
    };
    let mut body = Vec::new();
    for (name, kept, index) in groups {
        let mut texts: Vec<_> = kept.group.indexed().iter().collect();
        texts.sort_by_key(|(path, _)| *path);
        header.groups.push(GroupHeader {
            name: name.clone(),
            files: texts
                .iter()
                .map(|(path, text)| FileHeader {
                    path: path.to_path_buf(),
                    stamp: kept.stamps.get(*path).copied().unwrap_or_default(),
                    text: text.len(),
                })
                .collect(),
            index: index.as_bytes().len(),
        });
        texts
            .iter()
            .for_each(|(_, text)| body.extend_from_slice(text));
        body.extend_from_slice(index.as_bytes());
    }
    let header = serde_json::to_vec(&header).map_err(io::Error::other)?;
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&header);
    hasher.update(&body);

    let folder = path.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    // It holds what the user wrote.
    let written = disk::write_with(path, Readers::Owner, |file| {
        file.write_all(&(header.len() as u64).to_le_bytes())?;
        file.write_all(&header)?;
        file.write_all(&body)?;
        file.write_all(&hasher.finalize().to_le_bytes())
    });
    written.map_err(|refused| refused.error)
}

/// The groups that [`save`] wrote to `path`; `None` where there is nothing, or
/// nothing of use.
pub(crate) fn load(path: &Path) -> Option<HashMap<String, Kept>> {
    let bytes = std::fs::read(path).ok()?;
    let (length, rest) = bytes.split_first_chunk::<8>()?;
    let (content, checksum) = rest.split_last_chunk::<4>()?;
    if crc32fast::hash(content) != u32::from_le_bytes(*checksum) {
        return None;
    }
    let length = usize::try_from(u64::from_le_bytes(*length)).ok()?;
    let (header, mut body) = content.split_at_checked(length)?;
    let header: Header = serde_json::from_slice(header).ok()?;
    if header.version != VERSION {
        return None;
    }
    let mut groups = HashMap::new();
    for group in header.groups {
        let mut texts = HashMap::new();
        let mut stamps = HashMap::new();
        for file in group.files {
            let text;
            (text, body) = body.split_at_checked(file.text)?;
            texts.insert(file.path.clone(), text.into());
            stamps.insert(file.path, file.stamp);
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
    Some(groups)
}
