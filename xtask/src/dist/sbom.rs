//! What is in the program (SBOM), in the form of CycloneDX.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use super::release::{Release, TIME_VARIABLE};
use super::table::Target;
use super::tools;
use crate::{members, process, workspace};

const CARGO_CYCLONEDX: &str = "0.5.9";
/// What the tool calls its file, less the ending.
const NAME: &str = "released";

/// Writes it to `path`.
pub(super) fn write(target: &Target, release: &Release, path: &Path) -> Result<()> {
    let program = tools::installed("cargo-cyclonedx", CARGO_CYCLONEDX)?;
    let folder = workspace::root().join("crates/lstm-ls");
    let mut cyclonedx = Command::new(program);
    cyclonedx.current_dir(&folder);
    cyclonedx.args([
        "cyclonedx",
        "--quiet",
        "--format=json",
        "--spec-version=1.5",
    ]);
    cyclonedx.args(["--manifest-path=Cargo.toml", "--target", target.name]);
    cyclonedx.arg(format!("--override-filename={NAME}"));
    cyclonedx.env(TIME_VARIABLE, release.time.to_string());
    process::shown(&mut cyclonedx)?;
    let written = |folder: &Path| folder.join(format!("{NAME}.json"));
    let text = fs::read_to_string(written(&folder));
    // It writes one for every crate of the workspace, beside its manifest.
    for member in members::read()? {
        let _ = fs::remove_file(written(&member.folder));
    }
    // Our own crates are named by where they lie on this machine.
    let root = workspace::root().display().to_string();
    let text = text.context("cargo-cyclonedx wrote nothing")?;
    let text = text.replace(&root, super::build::ROOT);
    fs::write(path, text).with_context(|| format!("could not write {}", path.display()))
}
