//! Wheels of pure Python: their files and what they state, unpacked, never installed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::{Pack, lines_in_parts};
use crate::{process, workspace};

/// Takes code and metadata out of wheels.
const UNPACK: &str = include_str!("python/unpack.py");

/// Downloads run side by side.
const AT_ONCE: usize = 4;

/// Fetches the wheels of `models/corpus/python/requirements.txt` and packs them.
///
/// # Errors
/// If a step fails.
pub(super) fn provide() -> Result<()> {
    Pack {
        name: "python",
        languages: "python",
        folder: &unpacked("python")?,
        repository_kb: 500,
        options: &["--own-code-only"],
    }
    .run()
}

/// Fetches the wheels of `models/corpus/mixing-python/requirements.txt`, which no model
/// was trained on.
///
/// # Errors
/// If a step fails.
pub(super) fn provide_mixing() -> Result<()> {
    unpacked("mixing-python").map(drop)
}

/// The folder of the packages whose wheels `models/corpus/NAME/requirements.txt` names.
fn unpacked(name: &str) -> Result<PathBuf> {
    let manifests = workspace::root().join("models/corpus").join(name);
    let folder = workspace::root().join(".corpus").join(name);
    let requirements = manifests.join("requirements.txt");
    let requirements = fs::read_to_string(&requirements)
        .with_context(|| format!("reading {}", requirements.display()))?;
    let wheels = folder.join("wheels");
    fs::create_dir_all(&wheels)?;
    println!(
        "fetching {} wheels into {}",
        requirements.lines().count(),
        folder.display()
    );
    fetch(&requirements, &folder, &wheels)?;

    let packages = folder.join("packages");
    if packages.exists() {
        fs::remove_dir_all(&packages)?;
    }
    let mut unpack = Command::new("python3");
    unpack.args(["-c", UNPACK]).arg(&packages);
    for entry in fs::read_dir(&wheels)? {
        unpack.arg(entry?.path());
    }
    process::run(&mut unpack)?;
    Ok(packages)
}

/// Has pip download what `requirements` names, hash for hash, into `wheels`; nothing
/// of it is run. Wheels of other requirements go.
fn fetch(requirements: &str, folder: &Path, wheels: &Path) -> Result<()> {
    let marker = folder.join("requirements.txt");
    if fs::read_to_string(&marker).is_ok_and(|fetched| fetched == requirements) {
        return Ok(());
    }
    fs::remove_dir_all(wheels)?;
    fs::create_dir_all(wheels)?;
    let mut running = Vec::new();
    for (number, part) in lines_in_parts(requirements, AT_ONCE)
        .into_iter()
        .enumerate()
    {
        let list = folder.join(format!("requirements.{number}.txt"));
        fs::write(&list, part)?;
        let mut download = Command::new("python3");
        download.args(["-m", "pip", "download", "--quiet", "--no-input"]);
        download.args(["--no-deps", "--require-hashes", "--only-binary=:all:"]);
        // Wheels for any platform and interpreter are those of pure Python.
        download.args(["--platform", "any", "--implementation", "py"]);
        download.args(["--abi", "none", "--python-version", "3.13"]);
        download
            .arg("--dest")
            .arg(wheels)
            .arg("--requirement")
            .arg(&list);
        let started = download.spawn();
        running.push(started.context("the Python corpus needs python3 with pip")?);
    }
    let mut failed = 0;
    for mut download in running {
        failed += usize::from(!download.wait()?.success());
    }
    if failed > 0 {
        bail!("{failed} of {AT_ONCE} downloads failed; run the command again");
    }
    fs::write(&marker, requirements).with_context(|| format!("writing {}", marker.display()))
}
