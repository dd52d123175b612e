//! Which repository a file comes from, under which licence and version.

use std::path::Path;

use super::license;
use super::metadata::{self, Part};

/// A folder that is trained on or held out as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repository {
    /// `owner/name` in lower case, or the package's or folder's name.
    pub key: String,
    /// Package name: its own, or the folder's.
    pub package: String,
    /// Package version, as the package writes it.
    pub version: Option<String>,
    /// SPDX expression, where the package states one.
    pub license: Option<String>,
    /// Its parts, where it states what each is licensed under: a file is of the last one that
    /// holds it, and `license` is what those files ask for that were taken.
    pub(super) parts: Vec<Part>,
}

impl Repository {
    /// Describes the package in `folder`: by its metadata if it has any that can be
    /// read, else by the folder's name.
    pub fn of_folder(folder: &Path) -> Self {
        let name = folder.file_name().map(|n| n.to_string_lossy().into_owned());
        let name = name.unwrap_or_else(|| "workspace".to_owned());
        let stated = metadata::of_folder(folder);
        // A name becomes a folder's name, so one such as `../x` is not taken.
        let package = stated.name.filter(|n| is_package_name(n)).unwrap_or(name);
        let key = stated.repository.as_deref().and_then(key_of_url);
        Self {
            key: key.unwrap_or_else(|| package.to_lowercase()),
            package,
            version: stated.version,
            license: stated.license,
            parts: stated.parts,
        }
    }

    /// What tells of the path of a file in it which part it is of.
    pub(super) fn part_of<'a>(&'a self) -> impl Fn(&Path) -> Option<&'a Part> {
        let parts: Vec<_> = self.parts.iter().map(|part| (part.files(), part)).collect();
        move |inside| {
            let mut last_first = parts.iter().rev();
            let found = last_first.find(|(files, _)| files.is_match(inside));
            found.map(|&(_, part)| part)
        }
    }

    /// What it is called, under any owner; `None` if it states none.
    pub fn name(&self) -> Option<&str> {
        self.key.split_once('/').map(|(_, name)| name)
    }

    /// Whether the stated licence is [permissive](license::is_permissive). No
    /// statement is no.
    pub fn is_permissive(&self) -> bool {
        self.license.as_deref().is_some_and(license::is_permissive)
    }
}

/// Whether `name` is one that registries allow and that stays in its folder:
/// letters, digits, `-`, `_`, `+` and, inside, `.`.
fn is_package_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_alphanumeric() || matches!(c, '-' | '_'))
        && (name.chars()).all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '+' | '.'))
}

/// `owner/name` of a repository URL, lower case, without `.git`.
fn key_of_url(url: &str) -> Option<String> {
    let (_, rest) = url.split_once("://")?;
    let mut parts = rest.split('/').filter(|p| !p.is_empty()).skip(1);
    let (owner, name) = (parts.next()?, parts.next()?);
    let name = name.split(['#', '?']).next()?;
    let name = name.strip_suffix(".git").unwrap_or(name);
    Some(format!("{owner}/{name}").to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_owner_and_name_in_lower_case() {
        let key = |url| key_of_url(url).unwrap();
        assert_eq!(key("https://example.org/Owner/Name.git"), "owner/name");
        assert_eq!(key("https://example.org/a/b/tree/main/sub"), "a/b");
        assert_eq!(key("https://example.org/a/b#readme"), "a/b");
        assert_eq!(key_of_url("not a url"), None);
        assert_eq!(key_of_url("https://example.org/only"), None);
    }

    #[test]
    fn a_name_that_is_a_way_out_of_its_folder_is_not_taken() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("plain");
        std::fs::create_dir(&folder).unwrap();
        let package = |name: &str| {
            let manifest = format!("[package]\nname = \"{name}\"\n");
            std::fs::write(folder.join("Cargo.toml"), manifest).unwrap();
            Repository::of_folder(&folder).package
        };
        assert_eq!(package("some-crate_2"), "some-crate_2");
        assert_eq!(package("some.package"), "some.package");
        for name in ["../../x", "/etc/x", "a/b", "..", ".x", ""] {
            assert_eq!(package(name), "plain");
        }
    }
}
