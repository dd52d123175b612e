//! Files of repositories the shipped models were not trained on.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// A committed validation file.
pub struct ValidationFile {
    /// Path below `tests/data/validation`, with `/`.
    pub path: String,
    /// Content.
    pub text: String,
}

/// Every committed validation file, in order of path.
///
/// # Errors
/// If one can't be read.
pub fn validation_files() -> Result<Vec<ValidationFile>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/validation");
    let mut paths = Vec::new();
    collect(&root, &mut paths)?;
    paths.sort();
    paths
        .into_iter()
        .map(|path| {
            let named = || format!("reading {}", path.display());
            let text = std::fs::read_to_string(&path).with_context(named)?;
            let path = path.strip_prefix(&root).with_context(named)?;
            let path = path.to_string_lossy().replace('\\', "/");
            Ok(ValidationFile { path, text })
        })
        .collect()
}

fn collect(folder: &Path, paths: &mut Vec<PathBuf>) -> Result<()> {
    let entries = std::fs::read_dir(folder);
    for entry in entries.with_context(|| format!("reading {}", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, paths)?;
        } else if path.extension().is_some_and(|e| e == "rs") {
            paths.push(path);
        }
    }
    Ok(())
}
