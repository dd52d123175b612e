//! apt with lists and caches of its own, which needs no root and leaves the system's
//! lists and sources alone. Knows no package.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::process;

/// Where packages come from, as binaries and as sources: lines that no other apt reads.
const SOURCES: &str = "\
deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://deb.debian.org/debian bookworm main
deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://deb.debian.org/debian bookworm main
";

/// Packages one run of apt fetches.
const BATCH: usize = 100;

/// Python that reads packages, for a script that unpacks some.
pub(super) const READER: &str = include_str!("debian/packages.py");

/// Name and version, the fields `at` and after it of every line, as apt wants them.
pub(super) fn named(lines: &[Vec<&str>], at: usize) -> Vec<String> {
    let fields = lines.iter().filter_map(|line| line.get(at..at + 2));
    fields.map(|fields| fields.join("=")).collect()
}

/// Has apt `load` what `wanted` names, a line each, into a folder in `folder`, if it is not
/// there; gives that folder. What is in it is still to be checked.
///
/// # Errors
/// As those of [`Apt`].
pub(super) fn provide(
    wanted: &str,
    folder: &Path,
    load: impl Fn(&Apt, &[Vec<&str>], &Path) -> Result<()>,
) -> Result<PathBuf> {
    let archives = folder.join("archives");
    let marker = folder.join("packages.txt");
    if fs::read_to_string(&marker).is_ok_and(|fetched| fetched == wanted) {
        return Ok(archives);
    }
    let lines: Vec<Vec<&str>> = (wanted.lines())
        .map(|line| line.split(' ').collect())
        .collect();
    println!(
        "fetching {} packages into {}",
        lines.len(),
        folder.display()
    );
    if archives.exists() {
        fs::remove_dir_all(&archives)?;
    }
    fs::create_dir_all(&archives)?;
    Apt::new(&folder.join("apt"))
        .and_then(|apt| load(&apt, &lines, &archives))
        .context("these packages come from Debian, by apt")?;
    fs::write(&marker, wanted)?;
    Ok(archives)
}

/// An apt whose lists are up to date.
pub(super) struct Apt {
    options: Vec<String>,
}

impl Apt {
    /// Brings its lists, in `folder`, up to date.
    ///
    /// # Errors
    /// If that fails, as it does where there is no apt.
    pub(super) fn new(folder: &Path) -> Result<Self> {
        for needed in ["state/lists/partial", "cache/archives/partial"] {
            fs::create_dir_all(folder.join(needed))?;
        }
        let list = folder.join("sources.list");
        fs::write(&list, SOURCES)?;
        let status = folder.join("state/status");
        fs::write(&status, "")?;
        let option = |name: &str, value: PathBuf| format!("{name}={}", value.display());
        let options = vec![
            option("Dir::State", folder.join("state")),
            option("Dir::State::status", status),
            option("Dir::Cache", folder.join("cache")),
            option("Dir::Etc::sourcelist", list),
            "Dir::Etc::sourceparts=-".to_owned(),
            // Root's apt would hand downloads to a user who may not write here.
            "APT::Sandbox::User=".to_owned(),
            // Of so many packages one may well fail to come the first time.
            "Acquire::Retries=3".to_owned(),
        ];
        let apt = Self { options };
        apt.run(folder, &["update"], &[])?;
        Ok(apt)
    }

    /// Loads the packages `named`, as `NAME` or `NAME=VERSION`, into `folder`.
    ///
    /// # Errors
    /// If one is not there any more or can't be loaded.
    pub(super) fn packages(&self, named: &[String], folder: &Path) -> Result<()> {
        let mut batches = named.chunks(BATCH);
        batches.try_for_each(|batch| self.run(folder, &["download"], batch))
    }

    /// Loads what authors released and the packages `named` are built from into `folder`.
    ///
    /// # Errors
    /// As [`Apt::packages`].
    pub(super) fn sources(&self, named: &[String], folder: &Path) -> Result<()> {
        let mut batches = named.chunks(BATCH);
        let words = ["source", "--download-only", "--tar-only"];
        batches.try_for_each(|batch| self.run(folder, &words, batch))
    }

    fn run(&self, folder: &Path, words: &[&str], packages: &[String]) -> Result<()> {
        let mut apt = Command::new("apt-get");
        for option in &self.options {
            apt.arg("--option").arg(option);
        }
        apt.current_dir(folder).arg("--quiet");
        process::read(apt.args(words).args(packages))?;
        Ok(())
    }
}
