//! The sums by which a download is checked.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

/// The file that holds them, in the form that `sha256sum --check` reads.
pub(super) const FILE: &str = "SHA256SUMS";

/// Writes the sums of everything in `folder`.
pub(super) fn write(folder: &Path) -> Result<()> {
    let mut text = String::new();
    for path in files(folder)? {
        let bytes =
            fs::read(&path).with_context(|| format!("could not read {}", path.display()))?;
        let name = path.file_name().and_then(|name| name.to_str());
        let name = name.context("a file that is not called in Unicode")?;
        for byte in Sha256::digest(&bytes) {
            write!(text, "{byte:02x}")?;
        }
        writeln!(text, "  {name}")?;
    }
    let path = folder.join(FILE);
    fs::write(&path, text).with_context(|| format!("could not write {}", path.display()))
}

/// Everything in `folder` that has a sum, sorted.
pub(super) fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let entries = fs::read_dir(folder);
    for entry in entries.with_context(|| format!("could not read {}", folder.display()))? {
        let path = entry?.path();
        if path.is_file() && !path.ends_with(FILE) {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// The sum of the file `name`, by what [`write`] wrote.
pub(super) fn find<'a>(sums: &'a str, name: &str) -> Option<&'a str> {
    let mut pairs = sums.lines().filter_map(|line| line.split_once("  "));
    pairs.find_map(|(sum, file)| (file == name).then_some(sum))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_but_the_sums_has_one() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("b"), "abc").unwrap();
        fs::write(folder.path().join("a"), "").unwrap();
        fs::create_dir(folder.path().join("manifests")).unwrap();
        // Written anew, it does not hold its own.
        write(folder.path()).unwrap();
        write(folder.path()).unwrap();
        let sums = fs::read_to_string(folder.path().join(FILE)).unwrap();
        // The sums of FIPS 180-4's examples.
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(sums, format!("{empty}  a\n{abc}  b\n"));
        assert_eq!(find(&sums, "b"), Some(abc));
        assert_eq!(find(&sums, "c"), None);
    }
}
