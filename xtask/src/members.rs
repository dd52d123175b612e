//! The crates of the workspace: where each lies and what it is built from.

use std::path::PathBuf;

use anyhow::Result;

use crate::metadata::{Metadata, Package, Target};

/// A crate of the workspace.
#[derive(Debug)]
pub(crate) struct Member {
    pub(crate) name: String,
    pub(crate) folder: PathBuf,
    /// The root files of its library and its programs, build script and tests left out.
    pub(crate) targets: Vec<PathBuf>,
}

/// Every crate of the workspace, as cargo sees it.
pub(crate) fn read() -> Result<Vec<Member>> {
    let metadata = Metadata::read(&["--no-deps"])?;
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
