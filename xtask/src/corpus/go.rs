//! Go, from the packages in which Debian ships libraries: their code alone, without the
//! copies of each other that their authors' archives carry.

use std::fs;
use std::process::Command;

use anyhow::{Context, Result};

use super::Pack;
use super::debian;
use crate::{process, workspace};

/// Checks packages against the lock and takes code and metadata out of them.
const UNPACK: &str = include_str!("go/unpack.py");

/// Fetches the packages of `models/corpus/go/packages.txt` and packs them.
///
/// # Errors
/// If a step fails, or a package is not what the lock says.
pub(super) fn provide() -> Result<()> {
    let lock = workspace::root().join("models/corpus/go/packages.txt");
    let wanted =
        fs::read_to_string(&lock).with_context(|| format!("reading {}", lock.display()))?;
    let folder = workspace::root().join(".corpus/go");
    let archives = debian::provide(&wanted, &folder, |apt, lines, archives| {
        apt.packages(&debian::named(lines, 0), archives)
    })?;

    let packages = folder.join("packages");
    if packages.exists() {
        fs::remove_dir_all(&packages)?;
    }
    let mut unpack = Command::new("python3");
    process::run(
        unpack
            .args(["-c", &format!("{}{UNPACK}", debian::READER)])
            .args([&packages, &lock, &archives]),
    )?;
    Pack {
        name: "go",
        languages: "go",
        folder: &packages,
        repository_kb: 600,
        options: &["--own-code-only"],
    }
    .run()
}
