//! Languages whose code Debian keeps as its authors released it: from source packages, and
//! what is known of them from packages that are built from those.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};

use super::Pack;
use super::debian;
use crate::{process, workspace};

/// Checks packages against the lock and takes code and metadata out of them.
const UNPACK: &str = include_str!("sources/unpack.py");

/// What is taken of source packages.
pub(super) struct Sources {
    /// LSP identifiers, that of the model first.
    pub(super) languages: &'static str,
    /// How the names of files of code end.
    pub(super) extensions: &'static [&'static str],
    /// Most that one repository gives to training.
    repository_kb: u32,
}

/// C and C++, which share headers and so one model.
pub(super) const C_CPP: Sources = Sources {
    languages: "c,cpp",
    extensions: &[
        "c", "h", "cc", "cpp", "cxx", "hh", "hpp", "hxx", "inl", "ipp", "tpp",
    ],
    repository_kb: 1000,
};

/// Java: few repositories, and large ones.
pub(super) const JAVA: Sources = Sources {
    languages: "java",
    extensions: &["java"],
    repository_kb: 2500,
};

impl Sources {
    /// Fetches the packages of `models/corpus/CORPUS/packages.txt` and packs them, with these
    /// `options` besides.
    ///
    /// # Errors
    /// If a step fails, or a package is not what the lock says.
    pub(super) fn provide(&self, corpus: &str, options: &[&str]) -> Result<()> {
        Pack {
            name: corpus,
            languages: self.languages,
            folder: &unpacked(corpus, self.extensions)?,
            repository_kb: self.repository_kb,
            options: &[&["--own-code-only"], options].concat(),
        }
        .run()
    }
}

/// The folder of the packages that `models/corpus/CORPUS/packages.txt` names.
fn unpacked(corpus: &str, extensions: &[&str]) -> Result<PathBuf> {
    let lock = workspace::root().join(format!("models/corpus/{corpus}/packages.txt"));
    let wanted =
        fs::read_to_string(&lock).with_context(|| format!("reading {}", lock.display()))?;
    let folder = workspace::root().join(".corpus").join(corpus);
    let archives = debian::provide(&wanted, &folder, |apt, lines, archives| {
        apt.sources(&debian::named(lines, 0), archives)?;
        apt.packages(&debian::named(lines, 3), archives)
    })?;

    let packages = folder.join("packages");
    if packages.exists() {
        fs::remove_dir_all(&packages)?;
    }
    let mut unpack = Command::new("python3");
    unpack.args(["-c", &format!("{}{UNPACK}", debian::READER)]);
    unpack.args([&packages, &lock, &archives]);
    process::run(unpack.args(extensions))?;
    Ok(packages)
}
