//! Fetches pygls, a language client that takes the protocol at its word, for
//! the end-to-end tests.
//!
//! It goes to one folder, which is put on Python's path; nothing of the system
//! or the user changes. The folder appears under its name when it is complete.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};

use crate::{process, workspace};

/// The packages, their versions and hashes.
const REQUIREMENTS: &str = include_str!("pygls/requirements.txt");
/// Holds the requirements that a folder was made from.
const MARKER: &str = "requirements.txt";

/// The folder that Python finds pygls in.
pub(crate) fn provide() -> Result<PathBuf> {
    let folder = workspace::cache("pygls");
    if fs::read_to_string(folder.join(MARKER)).is_ok_and(|made_from| made_from == REQUIREMENTS) {
        return Ok(folder);
    }
    eprintln!(
        "pygls: fetching it from PyPI, 1 MB, into {}",
        folder.display()
    );
    let partial = folder.with_extension("partial");
    // Neither need be there.
    let _ = fs::remove_dir_all(&partial);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&partial)
        .with_context(|| format!("could not create {}", partial.display()))?;
    let requirements = partial.join(MARKER);
    fs::write(&requirements, REQUIREMENTS)
        .with_context(|| format!("could not write {}", requirements.display()))?;
    let mut install = Command::new("python3");
    install
        .args([
            "-m",
            "pip",
            "install",
            "--quiet",
            "--require-hashes",
            "--no-deps",
        ])
        .args(["--only-binary=:all:", "--target"])
        .arg(&partial)
        .arg("--requirement")
        .arg(&requirements);
    process::read(&mut install).context(
        "the end-to-end tests need python3 (3.11 or newer) with pip \
         (on Debian: apt install python3-pip)",
    )?;
    fs::rename(&partial, &folder)
        .with_context(|| format!("could not rename {}", partial.display()))?;
    Ok(folder)
}
