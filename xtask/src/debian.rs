//! Programs from Debian that the editor tests need: what the machine has, or
//! what root can install.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, bail};
use which::which;

use crate::process;

/// The path of `program`; where it is lacking, root gets `packages`.
pub(crate) fn provide(program: &str, packages: &[&str]) -> Result<PathBuf> {
    if let Ok(found) = which(program) {
        return Ok(found);
    }
    let wanted = packages.join(" ");
    if !can_install() {
        bail!("{program} is not on the PATH; on Debian: apt install {wanted}");
    }
    eprintln!("installing {wanted}");
    let apt = |words: &[&str], packages: &[&str]| {
        process::read(
            Command::new("apt-get")
                .env("DEBIAN_FRONTEND", "noninteractive")
                .args(words)
                .args(packages),
        )
    };
    apt(&["-q", "update"], &[])?;
    apt(
        &["-q", "--yes", "--no-install-recommends", "install"],
        packages,
    )?;
    which(program).with_context(|| format!("{program} was installed, but is not on the PATH"))
}

/// Whether packages can be installed: this is Debian, and root.
pub(crate) fn can_install() -> bool {
    let is_root = process::read(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0");
    is_root && which("apt-get").is_ok()
}
