//! Apache Commons Lang: the source package of Debian, or a folder that holds it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::Files;
use super::debian::Apt;
use crate::{process, workspace};

const PACKAGE: &str = "libcommons-lang3-java";

/// Packs the files of Commons Lang of at most `largest_file_kb` kilobytes, from the
/// folder `from` if one is given, else from Debian.
///
/// # Errors
/// If a step fails.
pub(super) fn provide(from: Option<&Path>, largest_file_kb: usize) -> Result<()> {
    let folder = workspace::root().join(".corpus/java-commons-lang");
    let sources = folder.join("commons-lang3");
    if let Some(from) = from
        && from.canonicalize()?.starts_with(&folder)
    {
        bail!(
            "{}: name a folder outside of {}",
            from.display(),
            folder.display()
        );
    }
    if sources.exists() {
        fs::remove_dir_all(&sources)?;
    }
    fs::create_dir_all(&sources)?;
    match from {
        Some(from) => copy(from, &sources)?,
        None => {
            println!(
                "fetching {PACKAGE} into {}: 11 MB to load",
                folder.display()
            );
            let archive = fetch(&folder.join("apt"))?;
            let mut unpack = Command::new("tar");
            unpack.arg("--extract").arg("--file").arg(&archive);
            unpack.arg("--strip-components=1").arg("--directory");
            process::run(unpack.arg(&sources))?;
        }
    }
    Files {
        name: "java-commons-lang",
        languages: "java",
        license: "Apache-2.0",
        folder: &sources,
        options: &["--largest-file-kb", &largest_file_kb.to_string()],
    }
    .pack()
}

/// Fetches the package's sources into `folder`; gives the path of what its authors
/// released.
fn fetch(folder: &Path) -> Result<PathBuf> {
    let fetched = Apt::new(folder).and_then(|apt| apt.sources(&[PACKAGE.to_owned()], folder));
    fetched.context("Commons Lang comes from Debian; elsewhere give its folder: --from DIR")?;
    let entries = fs::read_dir(folder)?.collect::<Result<Vec<_>, _>>()?;
    let mut archives: Vec<PathBuf> = entries.into_iter().map(|entry| entry.path()).collect();
    archives.retain(|path| path.to_string_lossy().contains(".orig.tar."));
    archives.sort();
    let newest = archives.pop();
    newest.with_context(|| format!("apt left no sources of {PACKAGE} in {}", folder.display()))
}

/// Copies the Java files below `from`, each to its place below `to`.
fn copy(from: &Path, to: &Path) -> Result<()> {
    let mut copied = 0;
    let mut folders = vec![from.to_owned()];
    while let Some(folder) = folders.pop() {
        let entries = fs::read_dir(&folder);
        let entries = entries.with_context(|| format!("reading {}", folder.display()))?;
        for entry in entries {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path
                .extension()
                .is_some_and(|extension| extension == "java")
            {
                let place = to.join(path.strip_prefix(from)?);
                fs::create_dir_all(place.parent().context("a file lies in a folder")?)?;
                fs::copy(&path, &place)?;
                copied += 1;
            }
        }
    }
    if copied == 0 {
        bail!("there is no Java file in {}", from.display());
    }
    Ok(())
}
