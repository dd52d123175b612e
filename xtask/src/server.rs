//! The binary that users run.

use std::path::PathBuf;

use anyhow::Result;

use crate::{process, workspace};

pub(crate) mod site;

/// Builds it; its path.
pub(crate) fn release() -> Result<PathBuf> {
    process::shown(process::cargo().args(["build", "--release", "--package=lstm-ls"]))?;
    Ok(workspace::target().join("release/lstm-ls"))
}
