//! What a package says of itself, whatever registry it comes from.
//!
//! Each kind of package has a reader in `metadata/`, which knows one format and
//! nothing of corpora; what they give is the same for all. Must not know files of code.

mod cargo;
mod debian;
mod npm;
mod python;

use std::path::Path;

use globset::{Glob, GlobSet, GlobSetBuilder};

/// What a package states, unchecked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Metadata {
    /// Its name.
    pub(super) name: Option<String>,
    /// Its version, as it is written.
    pub(super) version: Option<String>,
    /// Its licence, as an SPDX expression where it can be read as one.
    pub(super) license: Option<String>,
    /// Instead of one licence those of its parts, where it says so.
    pub(super) parts: Vec<Part>,
    /// URL of the repository it is kept in.
    pub(super) repository: Option<String>,
}

/// Files of a package that are under one licence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Part {
    /// Their paths in the package: `*` stands for any text, `?` for one character.
    pub(super) patterns: Vec<String>,
    /// Their licence, as an SPDX expression where it can be read as one.
    pub(super) license: String,
}

impl Part {
    /// What tells of a path in the package whether the file there is one of these.
    pub(super) fn files(&self) -> GlobSet {
        let globs = self.patterns.iter().map(|pattern| plain_glob(pattern));
        let mut files = GlobSetBuilder::new();
        for glob in globs.filter_map(|glob| Glob::new(&glob).ok()) {
            files.add(glob);
        }
        files.build().unwrap_or_default()
    }
}

/// `pattern` as a glob in which nothing but `*` and `?` is special.
fn plain_glob(pattern: &str) -> String {
    let mut glob = String::new();
    for character in pattern.chars() {
        match character {
            '*' | '?' => glob.push(character),
            other => glob += &globset::escape(other.encode_utf8(&mut [0; 4])),
        }
    }
    glob
}

/// A format of metadata.
struct Reader {
    /// Whether a folder holds such metadata.
    stands_in: fn(&Path) -> bool,
    /// What it says there; `None` if it can't be read.
    read: fn(&Path) -> Option<Metadata>,
}

/// The first that finds something is asked.
const READERS: [Reader; 4] = [cargo::READER, python::READER, npm::READER, debian::READER];

/// What the package in `folder` says of itself; nothing if it is none.
pub(super) fn of_folder(folder: &Path) -> Metadata {
    let reader = READERS.iter().find(|reader| (reader.stands_in)(folder));
    reader
        .and_then(|reader| (reader.read)(folder))
        .unwrap_or_default()
}

/// No metadata is longer, in bytes.
const MOST_BYTES: u64 = 4 << 20;

/// The text of the file of metadata at `path`, if it can be read.
fn text(path: &Path) -> Option<String> {
    let bytes = disk::read(path, disk::Links::Refused, MOST_BYTES).ok()?;
    String::from_utf8(bytes).ok()
}

/// Whether `folder` is a package.
pub(super) fn stands_in(folder: &Path) -> bool {
    READERS.iter().any(|reader| (reader.stands_in)(folder))
}

/// Sites that keep repositories at `owner/name`. Elsewhere a home page's path says
/// nothing about a repository.
const FORGES: [&str; 6] = [
    "bitbucket.org",
    "codeberg.org",
    "git.sr.ht",
    "github.com",
    "gitlab.com",
    "salsa.debian.org",
];

/// Whether `url` is of a site that keeps repositories.
fn is_on_a_forge(url: &str) -> bool {
    let Some((_, rest)) = url.split_once("://") else {
        return false;
    };
    let host = rest.split('/').next().unwrap_or_default();
    let host = host.rsplit('@').next().unwrap_or_default();
    FORGES.contains(&host.trim_start_matches("www."))
        && rest.split('/').nth(1).is_none_or(|o| o != "sponsors")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_globs_without_brackets() {
        for (pattern, path, expected) in [
            ("*", "a/b/c.h", true),
            ("src/*", "src/deep/a.c", true),
            ("src/*.c", "src/a.h", false),
            ("a?c.h", "abc.h", true),
            ("src/[a].c", "src/a.c", false),
            ("src/[a].c", "src/[a].c", true),
            ("lib/{x,y}.c", "lib/x.c", false),
        ] {
            let part = Part {
                patterns: vec!["none".to_owned(), pattern.to_owned()],
                license: String::new(),
            };
            assert_eq!(part.files().is_match(path), expected, "{pattern} {path}");
        }
    }
}
