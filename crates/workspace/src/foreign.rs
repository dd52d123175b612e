//! Folders whose files others wrote, or programs: what was fetched, built or cached.
//!
//! They lie inside a project and are mostly far larger than it. They are remembered
//! last, in a small part of the room there is; a cache that says so is left out.

use std::path::Path;

/// Names of folders that hold dependencies, or what a build makes.
const NAMES: &[&str] = &[
    // Dependencies: by language, then copied in by hand.
    "node_modules",
    "bower_components",
    "jspm_packages",
    "site-packages",
    "venv",
    "virtualenv",
    "Pods",
    "Carthage",
    "deps",
    "elm-stuff",
    "vendor",
    "vendored",
    "third_party",
    "third-party",
    "thirdparty",
    "external",
    // What builds make.
    "target",
    "dist",
    "build",
    "out",
    "_build",
    "zig-out",
    "cmake-build-debug",
    "cmake-build-release",
    "__pycache__",
    "coverage",
    "bazel-out",
];

/// What a cache has in a file called `CACHEDIR.TAG`, by <https://bford.info/cachedir/>.
const CACHE: &[u8] = b"Signature: 8a477f597d28d172789f06886806bc55";

/// The file that says so.
pub(crate) const CACHE_TAG: &str = "CACHEDIR.TAG";

/// Whether a folder called `name` holds what others wrote.
pub(crate) fn is_foreign(name: &str) -> bool {
    NAMES.contains(&name)
}

/// Whether `folder` says that all in it can be made again.
pub(crate) fn is_cache(folder: &Path) -> bool {
    let tag = folder.join(CACHE_TAG);
    let start = disk::read_beginning(&tag, disk::Links::Refused, CACHE.len() as u64);
    start.is_ok_and(|start| start == CACHE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cache_says_so_and_nothing_else_does() {
        let folder = tempfile::tempdir().unwrap();
        let tag = folder.path().join(CACHE_TAG);
        assert!(!is_cache(folder.path()));
        std::fs::write(&tag, "Signature: something else that is just as long").unwrap();
        assert!(!is_cache(folder.path()));
        std::fs::write(&tag, "Sig").unwrap();
        assert!(!is_cache(folder.path()));
        std::fs::write(&tag, [CACHE, b"\n# made by a test"].concat()).unwrap();
        assert!(is_cache(folder.path()));
        std::fs::remove_file(&tag).unwrap();
        std::fs::create_dir(&tag).unwrap();
        assert!(!is_cache(folder.path()));
    }
}
