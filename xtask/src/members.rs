//! The crates of the workspace: where each lies and what it is built from.

use std::path::PathBuf;

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::process;

/// A crate of the workspace.
#[derive(Debug)]
pub(crate) struct Member {
    pub(crate) name: String,
    pub(crate) folder: PathBuf,
    /// The root files of its library and its programs, build script and tests left out.
    pub(crate) targets: Vec<PathBuf>,
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    manifest_path: PathBuf,
    targets: Vec<Target>,
}

#[derive(Deserialize)]
struct Target {
    kind: Vec<String>,
    src_path: PathBuf,
}

/// Every crate of the workspace, as cargo sees it.
pub(crate) fn read() -> Result<Vec<Member>> {
    let metadata =
        process::read(process::cargo().args(["metadata", "--format-version=1", "--no-deps"]))?;
    let metadata: Metadata =
        serde_json::from_str(&metadata).context("could not read what cargo metadata says")?;
    let built = |target: &Target| {
        let kinds = ["lib", "bin", "cdylib", "rlib"];
        target
            .kind
            .iter()
            .any(|kind| kinds.contains(&kind.as_str()))
    };
    let member = |package: Package| Member {
        name: package.name,
        folder: package
            .manifest_path
            .parent()
            .map(PathBuf::from)
            .unwrap_or_default(),
        targets: package
            .targets
            .into_iter()
            .filter(built)
            .map(|target| target.src_path)
            .collect(),
    };
    Ok(metadata.packages.into_iter().map(member).collect())
}
