//! A workspace to measure in: Rust files of other projects, not written for this.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

/// Bytes of the workspace that is timed.
pub(crate) const WORKSPACE: usize = 20_000_000;

/// Texts of Rust files below `folder`, or of the crates that cargo has fetched,
/// `most` bytes of them or all.
///
/// # Errors
/// If they are not enough for a workspace, or cannot be read.
pub(crate) fn rust_texts(folder: Option<&Path>, most: usize) -> Result<Vec<Vec<u8>>> {
    let folder = match folder {
        Some(folder) => folder.to_owned(),
        None => cargo_sources()?,
    };
    let mut folders = vec![folder.clone()];
    let mut texts: Vec<Vec<u8>> = Vec::new();
    let mut bytes = 0;
    while let Some(folder) = folders.pop() {
        let mut entries: Vec<PathBuf> = fs::read_dir(&folder)?
            .filter_map(|entry| Some(entry.ok()?.path()))
            .collect();
        entries.sort();
        for path in entries {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                let text = fs::read(&path)?;
                if (200..500_000).contains(&text.len()) {
                    bytes += text.len();
                    texts.push(text);
                }
            }
        }
        if bytes > most {
            break;
        }
    }
    ensure!(
        bytes > WORKSPACE,
        "{} holds only {bytes} bytes of Rust",
        folder.display()
    );
    Ok(texts)
}

/// Writes `most` bytes of `texts` to files in `folder`, some folders deep: the
/// folder, and how many bytes it were.
///
/// # Errors
/// If they cannot be written.
pub(crate) fn write(folder: &Path, texts: &[Vec<u8>], most: usize) -> Result<(PathBuf, usize)> {
    let mut written = 0;
    for (number, text) in texts.iter().enumerate() {
        if written > most {
            break;
        }
        let inside = folder.join(format!("{}", number / 50));
        fs::create_dir_all(&inside)?;
        fs::write(inside.join(format!("{number}.rs")), text)?;
        written += text.len();
    }
    Ok((folder.to_owned(), written))
}

/// Where cargo keeps the sources of crates.
fn cargo_sources() -> Result<PathBuf> {
    let home = match std::env::var_os("CARGO_HOME") {
        Some(home) => PathBuf::from(home),
        None => std::env::home_dir()
            .context("there is no home directory")?
            .join(".cargo"),
    };
    let sources = home.join("registry/src");
    ensure!(
        sources.is_dir(),
        "{} is not there; name a folder of Rust files with --folder",
        sources.display()
    );
    Ok(sources)
}
