//! How large a crate and a folder may be before ARCHITECTURE.md has to say why.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::folder;
use crate::members::Member;

/// Lines of a crate's `src`.
const LINES: usize = 8_000;
/// Rust files of a folder, not counting those of the folders within it.
const FILES: usize = 15;

/// What is larger, and the words of ARCHITECTURE.md that say why.
const EXCUSED: &[(&str, &str)] = &[
    (
        "crates/lstm-ls/src/lsp/api",
        "`lsp/api` has one file a method and so as many as the protocol",
    ),
    ("crates/lstm-ls", "`crates/lstm-ls` has one folder a face"),
    ("xtask", "`xtask` has one folder a task"),
];

/// A line for each room that is too large, and for each excuse that does not hold.
pub(super) fn check(members: &[Member], root: &Path) -> Result<Vec<String>> {
    let mut rooms = Vec::new();
    for member in members {
        let source = member.folder.join("src");
        let files = rust_files(&source)?;
        let shown = |path: &Path| {
            path.strip_prefix(root)
                .unwrap_or(path)
                .display()
                .to_string()
        };
        let mut lines = 0;
        let mut folders: BTreeMap<PathBuf, usize> = BTreeMap::new();
        for file in &files {
            lines += std::fs::read_to_string(file)?.lines().count();
            let holds = |own: &Path| files.iter().any(|other| other.parent() == Some(own));
            *folders.entry(folder(file, holds)).or_default() += 1;
        }
        rooms.push(Room {
            name: shown(&member.folder),
            size: lines,
            limit: LINES,
            unit: "lines",
        });
        rooms.extend(folders.into_iter().map(|(folder, files)| Room {
            name: shown(&folder),
            size: files,
            limit: FILES,
            unit: "files",
        }));
    }
    let architecture = std::fs::read_to_string(root.join("ARCHITECTURE.md"))
        .context("could not read ARCHITECTURE.md")?;
    Ok(complaints(&rooms, EXCUSED, &architecture))
}

/// A crate or a folder.
struct Room {
    name: String,
    size: usize,
    limit: usize,
    unit: &'static str,
}

fn complaints(rooms: &[Room], excused: &[(&str, &str)], architecture: &str) -> Vec<String> {
    // A sentence may be broken anywhere.
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let architecture = words(architecture);
    let mut found = Vec::new();
    for room in rooms.iter().filter(|room| room.size > room.limit) {
        if !excused.iter().any(|(name, _)| *name == room.name) {
            found.push(format!(
                "{} has {} {}, more than {}: split it, or say in ARCHITECTURE.md why it reads \
                 better whole and point there from xtask/src/rooms/sizes.rs",
                room.name, room.size, room.unit, room.limit
            ));
        }
    }
    for (name, why) in excused {
        if !rooms
            .iter()
            .any(|room| room.name == *name && room.size > room.limit)
        {
            found.push(format!(
                "{name} needs no excuse; correct the list in xtask/src/rooms/sizes.rs"
            ));
        }
        if !architecture.contains(&words(why)) {
            found.push(format!(
                "ARCHITECTURE.md does not say \"{why}\", which excuses {name}"
            ));
        }
    }
    found
}

/// The Rust files in `folder`, however deep; none where it is missing.
fn rust_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    if !folder.is_dir() {
        return Ok(files);
    }
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            files.extend(rust_files(&path)?);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn room(name: &str, size: usize) -> Room {
        Room {
            name: name.to_owned(),
            size,
            limit: 15,
            unit: "files",
        }
    }

    #[test]
    fn a_room_that_is_too_large_is_reported_unless_the_page_gives_the_reason() {
        let rooms = [room("small", 15), room("large", 16)];
        let found = complaints(&rooms, &[], "");
        assert_eq!(found.len(), 1);
        assert!(
            found[0].starts_with("large has 16 files, more than 15"),
            "{found:?}"
        );
        let excuse = [("large", "one file a method")];
        assert!(complaints(&rooms, &excuse, "It has one\nfile a method.").is_empty());
    }

    #[test]
    fn an_excuse_has_to_be_needed_and_to_stand_on_the_page() {
        let found = complaints(&[room("small", 3)], &[("small", "because")], "");
        assert_eq!(found.len(), 2, "{found:?}");
    }
}
