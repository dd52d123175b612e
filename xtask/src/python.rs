//! Fetches what tests, benchmarks and releases need of PyPI.
//!
//! Packages that belong together go to one folder, which is put on Python's
//! path; nothing of the system or the user changes. The folder appears under its
//! name when it is complete.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};

use crate::{process, workspace};

/// Holds the requirements that a folder was made from.
const MARKER: &str = "requirements.txt";

/// Packages that belong together.
struct Packages {
    name: &'static str,
    /// What the download takes, for people.
    size: &'static str,
    /// The packages, their versions and hashes.
    requirements: &'static str,
    /// What cannot be done without Python.
    without: &'static str,
}

/// pygls, a language client that takes the protocol at its word, for the
/// end-to-end tests: the folder that Python finds it in.
pub(crate) fn pygls() -> Result<PathBuf> {
    Packages {
        name: "pygls",
        size: "1 MB",
        requirements: include_str!("python/pygls.txt"),
        without: "the end-to-end tests need python3 (3.11 or newer) with pip \
                  (on Debian: apt install python3-pip)",
    }
    .provide()
}

/// typos, which finds misspelt words: the folder with its program in `bin`.
pub(crate) fn typos() -> Result<PathBuf> {
    Packages {
        name: "typos",
        size: "8 MB",
        requirements: include_str!("python/typos.txt"),
        without: "the spelling is checked by a program from PyPI, which needs python3 with pip \
                  (on Debian: apt install python3-pip)",
    }
    .provide()
}

/// ONNX Runtime, a peer of the benchmarks: the folder that Python finds it in.
pub(crate) fn onnx() -> Result<PathBuf> {
    Packages {
        name: "onnx",
        size: "70 MB",
        requirements: include_str!("python/onnx.txt"),
        without: "ONNX Runtime needs python3 (3.11, on Linux x86-64) with pip \
                  (on Debian: apt install python3-pip)",
    }
    .provide()
}

/// zig, a C compiler and linker with every version of the C library, and `cargo zigbuild`:
/// the folder that Python finds it in, with the program in `bin`.
pub(crate) fn zig() -> Result<PathBuf> {
    Packages {
        name: "zig",
        size: "100 MB",
        requirements: include_str!("python/zig.txt"),
        without: "releases for Linux need python3 with pip \
                  (on Debian: apt install python3-pip)",
    }
    .provide()
}

impl Packages {
    fn provide(&self) -> Result<PathBuf> {
        let Self {
            name,
            size,
            requirements,
            without,
        } = *self;
        let folder = workspace::cache(name);
        if fs::read_to_string(folder.join(MARKER)).is_ok_and(|made_from| made_from == requirements)
        {
            return Ok(folder);
        }
        eprintln!(
            "{name}: fetching it from PyPI, {size}, into {}",
            folder.display()
        );
        let partial = folder.with_extension("partial");
        // Neither need be there.
        let _ = fs::remove_dir_all(&partial);
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&partial)
            .with_context(|| format!("could not create {}", partial.display()))?;
        let file = partial.join(MARKER);
        fs::write(&file, requirements)
            .with_context(|| format!("could not write {}", file.display()))?;
        let mut install = Command::new("python3");
        install
            .args([
                "-m",
                "pip",
                "install",
                "--quiet",
                "--require-hashes",
                "--no-deps",
            ])
            .args(["--only-binary=:all:", "--target"])
            .arg(&partial)
            .arg("--requirement")
            .arg(&file);
        process::read(&mut install).context(without)?;
        fs::rename(&partial, &folder)
            .with_context(|| format!("could not rename {}", partial.display()))?;
        Ok(folder)
    }
}
