//! What is the same in everything that is released: version, address, time.

use std::process::Command;

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::{process, workspace};

/// What the workspace says of itself.
pub(super) struct Release {
    pub(super) version: String,
    /// Where its source, and one day its releases, are to be had.
    pub(super) repository: String,
    /// Seconds since 1970.
    pub(super) time: u64,
}

#[derive(Deserialize)]
struct Manifest {
    workspace: Workspace,
}

#[derive(Deserialize)]
struct Workspace {
    package: Package,
}

#[derive(Deserialize)]
struct Package {
    version: String,
    repository: String,
}

impl Release {
    /// Of the commit that is checked out.
    pub(super) fn read() -> Result<Self> {
        let path = workspace::root().join("Cargo.toml");
        let text = std::fs::read_to_string(&path);
        let text = text.with_context(|| format!("could not read {}", path.display()))?;
        let manifest: Manifest = toml::from_str(&text)?;
        let Package {
            version,
            repository,
        } = manifest.workspace.package;
        Ok(Self {
            version,
            repository,
            time: time()?,
        })
    }
}

/// The variable that other tools take the time from.
pub(super) const TIME_VARIABLE: &str = "SOURCE_DATE_EPOCH";

/// The time that every file is given: the commit's, so that the same commit makes the same
/// archive. A constant would not do: a daemon makes way for a program whose file is newer.
fn time() -> Result<u64> {
    if let Ok(said) = std::env::var(TIME_VARIABLE) {
        let seconds = said.parse();
        return seconds.with_context(|| format!("{TIME_VARIABLE} is {said:?}, not seconds"));
    }
    let mut git = Command::new("git");
    git.current_dir(workspace::root());
    let printed = process::read(git.args(["log", "-1", "--format=%ct"]))?;
    printed.trim().parse().context("git printed no time")
}
