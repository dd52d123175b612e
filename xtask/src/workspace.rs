//! Where things lie in the workspace.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// What stands in the place of the checkout's folder in programs that leave this machine.
pub(crate) const ROOT: &str = "/lstm-ls";

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

/// Flags for the compiler that put short names in the place of this machine's folders, which
/// no user has and which would make every machine's program another.
///
/// # Errors
/// If cargo's own folder is not known.
pub(crate) fn remapped() -> Result<[String; 2]> {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| Some(std::env::home_dir()?.join(".cargo")));
    let home = home.context("there is no home folder, and no CARGO_HOME")?;
    Ok([
        format!("--remap-path-prefix={}=/cargo", home.display()),
        format!("--remap-path-prefix={}={ROOT}", root().display()),
    ])
}
