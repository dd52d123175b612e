//! The VS Code extension, with the server in it and without.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use super::build::{Built, NOTICES};
use super::release::{Release, TIME_VARIABLE};
use super::table::Target;
use crate::{process, workspace};

/// Packs the extension with the program in it, for `target` alone.
pub(super) fn with_server(
    target: &Target,
    built: &Built,
    release: &Release,
    path: &Path,
) -> Result<()> {
    let program = (built.program.clone(), target.program());
    let server = Server::put(&[program, (built.pages.join(NOTICES), NOTICES)])?;
    let packed = package(release, path, &["--target", target.vscode]);
    drop(server);
    packed
}

/// Packs the extension alone, for every machine.
pub(super) fn plain(release: &Release, path: &Path) -> Result<()> {
    let folder = folder().join("server");
    ensure!(!folder.exists(), "{} is there", folder.display());
    package(release, path, &[])
}

fn folder() -> PathBuf {
    workspace::root().join("editors/vscode")
}

fn package(release: &Release, path: &Path, words: &[&str]) -> Result<()> {
    let npm = || {
        let mut npm = Command::new("npm");
        npm.current_dir(folder());
        npm.env(TIME_VARIABLE, release.time.to_string());
        npm
    };
    process::shown(npm().args([
        "ci",
        "--ignore-scripts",
        "--no-audit",
        "--no-fund",
        "--silent",
    ]))?;
    let mut package = npm();
    package
        .args(["run", "--silent", "package", "--"])
        .args(words);
    process::shown(package.arg("--out").arg(path))
}

/// A server in the extension's folder, until this is dropped.
struct Server(PathBuf);

impl Server {
    /// Copies `files`, each under a name.
    fn put(files: &[(PathBuf, &str)]) -> Result<Self> {
        let folder = folder().join("server");
        // One that the user put there is not overwritten.
        ensure!(!folder.exists(), "{} is there", folder.display());
        let cannot = || format!("could not copy the server into {}", folder.display());
        fs::create_dir(&folder).with_context(cannot)?;
        let server = Self(folder.clone());
        for (from, name) in files {
            fs::copy(from, folder.join(name)).with_context(cannot)?;
        }
        Ok(server)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.0) {
            eprintln!("{} could not be removed: {error}", self.0.display());
        }
    }
}
