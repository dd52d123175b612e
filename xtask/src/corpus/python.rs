//! Wheels and sources of Python packages: what pip fetches of them, hash for hash. Wheels are
//! unpacked, never installed.

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

/// Wheels for any platform and interpreter are those of pure Python.
const PURE: &[&str] = &[
    "--only-binary=:all:",
    "--platform=any",
    "--implementation=py",
    "--abi=none",
    "--python-version=3.13",
];

/// Fetches the wheels of `models/corpus/python/requirements.txt` and packs them.
///
/// # Errors
/// If a step fails.
pub(super) fn provide() -> Result<()> {
    Pack {
        name: "python",
        languages: "python",
        folder: &unpacked("python", PURE, &[])?,
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
    unpacked("mixing-python", PURE, &[]).map(drop)
}

/// The folder of the packages whose wheels `models/corpus/NAME/requirements.txt` names:
/// their Python files, and headers below the folders `headers`. `kind` tells pip which
/// wheels are meant.
///
/// # Errors
/// If a step fails.
pub(super) fn unpacked(name: &str, kind: &[&str], headers: &[&str]) -> Result<PathBuf> {
    let wheels = downloaded(name, kind)?;
    let packages = empty(name)?;
    let mut unpack = Command::new("python3");
    unpack.args(["-c", UNPACK]).arg(&packages);
    unpack.arg(headers.join(",")).args(wheels);
    process::run(&mut unpack)?;
    Ok(packages)
}

/// Where the packages of the corpus `name` are to lie; what lay there before is gone.
///
/// # Errors
/// If it can't be removed.
pub(super) fn empty(name: &str) -> Result<PathBuf> {
    let packages = workspace::root().join(format!(".corpus/{name}/packages"));
    if packages.exists() {
        fs::remove_dir_all(&packages)?;
    }
    Ok(packages)
}

/// The files that `models/corpus/NAME/requirements.txt` names, fetched by pip with the
/// options `kind`.
///
/// # Errors
/// If pip can't fetch one, or it is not what its checksum says.
pub(super) fn downloaded(name: &str, kind: &[&str]) -> Result<Vec<PathBuf>> {
    let manifests = workspace::root().join("models/corpus").join(name);
    let folder = workspace::root().join(".corpus").join(name);
    let requirements = manifests.join("requirements.txt");
    let requirements = fs::read_to_string(&requirements)
        .with_context(|| format!("reading {}", requirements.display()))?;
    let files = folder.join("wheels");
    fs::create_dir_all(&files)?;
    println!(
        "fetching {} files into {}",
        requirements.lines().count(),
        folder.display()
    );
    fetch(&requirements, kind, &folder, &files)?;
    let entries = fs::read_dir(&files)?.map(|entry| Ok(entry?.path()));
    entries.collect()
}

/// Has pip download what `requirements` names, hash for hash, into `files`. Files of other
/// requirements go.
fn fetch(requirements: &str, kind: &[&str], folder: &Path, files: &Path) -> Result<()> {
    let marker = folder.join("requirements.txt");
    if fs::read_to_string(&marker).is_ok_and(|fetched| fetched == requirements) {
        return Ok(());
    }
    fs::remove_dir_all(files)?;
    fs::create_dir_all(files)?;
    let parts = lines_in_parts(requirements, AT_ONCE).into_iter();
    let mut running = Vec::new();
    for (number, part) in parts.enumerate().filter(|(_, part)| !part.is_empty()) {
        let list = folder.join(format!("requirements.{number}.txt"));
        fs::write(&list, part)?;
        let mut download = Command::new("python3");
        download.args(["-m", "pip", "download", "--quiet", "--no-input"]);
        download.args(["--no-deps", "--require-hashes"]).args(kind);
        download
            .arg("--dest")
            .arg(files)
            .arg("--requirement")
            .arg(&list);
        let started = download.spawn();
        running.push(started.context("what lies on PyPI needs python3 with pip")?);
    }
    let started = running.len();
    let mut failed = 0;
    for mut download in running {
        failed += usize::from(!download.wait()?.success());
    }
    if failed > 0 {
        bail!("{failed} of {started} downloads failed; run the command again");
    }
    fs::write(&marker, requirements).with_context(|| format!("writing {}", marker.display()))
}
