//! Where things lie in the workspace.

use std::path::{Path, PathBuf};

/// The folder that holds the workspace's `Cargo.toml`.
///
/// Cargo names the manifest's folder at run time; the compiled-in path serves a
/// binary that is started by hand.
pub(crate) fn root() -> PathBuf {
    let manifest_dir = std::env::var_os("CARGO_MANIFEST_DIR")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    manifest_dir
        .parent()
        .map_or_else(|| manifest_dir.clone(), Path::to_path_buf)
}

/// What can be fetched again: `.cache/NAME`.
pub(crate) fn cache(name: &str) -> PathBuf {
    root().join(".cache").join(name)
}

/// Where cargo puts what it builds.
pub(crate) fn target() -> PathBuf {
    let chosen = std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
    root().join(chosen.unwrap_or_else(|| PathBuf::from("target")))
}
