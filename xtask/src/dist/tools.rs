//! What links and packs a release, fetched into `.cache` at fixed versions.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;

use crate::{process, python, workspace};

/// `cargo`, for `cargo zigbuild`, which links with an older C library than this machine's.
pub(super) fn zig() -> Result<Command> {
    let folder = python::zig()?;
    let mut cargo = process::cargo();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::iter::once(folder.join("bin")).chain(std::env::split_paths(&path));
    cargo.env("PATH", std::env::join_paths(folders)?);
    cargo.env("PYTHONPATH", &folder);
    let cache = workspace::cache("zig-build");
    cargo.env("CARGO_ZIGBUILD_CACHE_DIR", &cache);
    cargo.env("ZIG_GLOBAL_CACHE_DIR", cache.join("global"));
    cargo.env("ZIG_LOCAL_CACHE_DIR", cache.join("local"));
    Ok(cargo)
}

/// The path of the program `name` of crates.io, at `version`.
pub(super) fn installed(name: &str, version: &str) -> Result<PathBuf> {
    let root = workspace::cache("cargo");
    let mut install = process::cargo();
    // Does nothing where it is installed. Without optimisation: it runs once and is built in
    // a minute.
    install.args(["install", "--quiet", "--locked", "--debug", "--root"]);
    install.arg(&root).args(["--version", version, name]);
    process::shown(&mut install)?;
    Ok(root.join("bin").join(name))
}
