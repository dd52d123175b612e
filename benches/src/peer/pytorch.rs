//! PyTorch in a virtual environment of its own under `.cache`, made when it is
//! first asked for.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

/// What is installed.
const REQUIREMENTS: &str = include_str!("../../peers/pytorch.txt");

/// Holds the requirements that an environment was made from, once it is complete.
const MARKER: &str = "lstm-bench.txt";

/// The Python that has it.
///
/// # Errors
/// If there is no Python 3 with venv, or the packages can't be fetched.
pub(crate) fn provide() -> Result<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("..")
        .canonicalize()?;
    let folder = root.join(".cache/pytorch");
    let (marker, python) = (folder.join(MARKER), folder.join("bin/python"));
    if std::fs::read_to_string(&marker).is_ok_and(|made_from| made_from == REQUIREMENTS) {
        return Ok(python);
    }
    eprintln!(
        "PyTorch: fetching it from PyPI, 3 GB, into {}",
        folder.display()
    );
    // An older environment, or one whose making was interrupted, is made anew.
    let _ = std::fs::remove_dir_all(&folder);
    let made = Command::new("python3")
        .args(["-m", "venv"])
        .arg(&folder)
        .status();
    ensure!(
        made.is_ok_and(|status| status.success()),
        "python3 could not make a virtual environment (on Debian: apt install python3-venv)"
    );
    let requirements = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers/pytorch.txt");
    let mut install = Command::new(&python);
    install.args([
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-compile",
        "--requirement",
    ]);
    let status = install.arg(requirements).status();
    ensure!(
        status.context("starting pip")?.success(),
        "pip could not fetch PyTorch; run the command again"
    );
    std::fs::write(&marker, REQUIREMENTS)?;
    Ok(python)
}
