//! npm packages that carry their sources: unpacked, never installed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::{Pack, lines_in_parts};
use crate::{process, workspace};

/// Checks archives against the lock and takes code and metadata out of them.
const UNPACK: &str = include_str!("typescript/unpack.py");

/// Downloads run side by side.
const AT_ONCE: usize = 3;

/// Packages one run of npm fetches.
const BATCH: usize = 25;

/// Fetches the packages of `models/corpus/CORPUS/packages.txt` and packs their TypeScript
/// and JavaScript.
///
/// # Errors
/// If a step fails, or a package is not what the lock says.
pub(super) fn provide(corpus: &str) -> Result<()> {
    Pack {
        name: corpus,
        languages: "typescript,typescriptreact,javascript,javascriptreact",
        folder: &unpacked(corpus)?,
        repository_kb: 600,
        options: &["--own-code-only"],
    }
    .run()
}

/// The folder of the packages that `models/corpus/CORPUS/packages.txt` names.
fn unpacked(corpus: &str) -> Result<PathBuf> {
    let lock = workspace::root().join(format!("models/corpus/{corpus}/packages.txt"));
    let folder = workspace::root().join(".corpus").join(corpus);
    let wanted =
        fs::read_to_string(&lock).with_context(|| format!("reading {}", lock.display()))?;
    println!(
        "fetching {} packages into {}",
        wanted.lines().count(),
        folder.display()
    );
    let archives = folder.join("archives");
    fetch(&wanted, &folder, &archives)?;

    let packages = folder.join("packages");
    if packages.exists() {
        fs::remove_dir_all(&packages)?;
    }
    let mut unpack = Command::new("python3");
    unpack
        .args(["-c", UNPACK])
        .args([&packages, &lock, &archives]);
    process::run(&mut unpack)?;
    Ok(packages)
}

/// Has npm fetch what `wanted` names into `archives`; no script of a package is run.
/// What it names is checked when it is unpacked.
fn fetch(wanted: &str, folder: &Path, archives: &Path) -> Result<()> {
    let marker = folder.join("packages.txt");
    if fs::read_to_string(&marker).is_ok_and(|fetched| fetched == wanted) {
        return Ok(());
    }
    if archives.exists() {
        fs::remove_dir_all(archives)?;
    }
    fs::create_dir_all(archives)?;
    let fetchers: Vec<_> = lines_in_parts(wanted, AT_ONCE)
        .into_iter()
        .map(|part| {
            let archives = archives.to_owned();
            std::thread::spawn(move || fetch_part(&part, &archives))
        })
        .collect();
    for fetcher in fetchers {
        let fetched = fetcher.join();
        fetched.unwrap_or_else(|_| bail!("a thread that fetches packages failed"))?;
    }
    fs::write(&marker, wanted).with_context(|| format!("writing {}", marker.display()))
}

fn fetch_part(lines: &str, archives: &Path) -> Result<()> {
    let names = lines
        .lines()
        .filter_map(|line| line.split_whitespace().next());
    let names: Vec<&str> = names.collect();
    for batch in names.chunks(BATCH) {
        let mut npm = Command::new("npm");
        npm.args(["pack", "--silent", "--ignore-scripts"]);
        npm.args(batch).current_dir(archives);
        process::read(&mut npm).context("the TypeScript corpus needs npm")?;
    }
    Ok(())
}
