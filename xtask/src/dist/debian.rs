//! The Debian package. What lies where in it stands in `crates/lstm-ls/Cargo.toml`.

use std::path::Path;
use std::process::Command;

use anyhow::Result;

use super::build::PROFILE;
use super::release::{Release, TIME_VARIABLE};
use super::table::Target;
use super::tools;
use crate::{process, workspace};

const CARGO_DEB: &str = "3.8.0";

/// Packs what was built for `target` into `path`.
pub(super) fn package(target: &Target, release: &Release, path: &Path) -> Result<()> {
    let mut deb = Command::new(tools::installed("cargo-deb", CARGO_DEB)?);
    deb.current_dir(workspace::root());
    deb.args(["--quiet", "--no-build", "--no-strip", "--package=lstm-ls"]);
    deb.arg(format!("--profile={PROFILE}"));
    deb.arg(format!("--target={}", target.name));
    deb.arg("--output").arg(path);
    deb.env(TIME_VARIABLE, release.time.to_string());
    process::shown(&mut deb)
}
