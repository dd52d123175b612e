//! Debian's source packages: fetched by apt with a state of its own, unpacked, never built.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use super::Pack;
use crate::{libtorch, process, workspace};

/// Where the packages come from: one line of apt's own, read by no other apt.
const SOURCE: &str = "deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] \
                      http://deb.debian.org/debian bookworm main\n";

/// Checks packages against a lock and takes code and metadata out of them.
const UNPACK: &str = include_str!("debian/unpack.py");

/// Packages one run of apt fetches.
const BATCH: usize = 100;

/// A corpus of Debian's source packages.
pub(super) struct Sources {
    /// Of the corpus, and of the folder of its lock.
    pub(super) name: &'static str,
    /// LSP identifiers, that of the model first.
    pub(super) languages: &'static str,
    /// How names of files of code end.
    pub(super) endings: &'static [&'static str],
}

impl Sources {
    /// Fetches the packages of `models/corpus/NAME/packages.txt` and packs them.
    ///
    /// # Errors
    /// If a step fails, or a package is not what the lock says.
    pub(super) fn provide(&self) -> Result<()> {
        let lock = workspace::root().join(format!("models/corpus/{}/packages.txt", self.name));
        let wanted =
            fs::read_to_string(&lock).with_context(|| format!("reading {}", lock.display()))?;
        let folder = workspace::root().join(".corpus").join(self.name);
        let archives = folder.join("archives");
        println!(
            "fetching {} source packages into {}",
            wanted.lines().count(),
            folder.display()
        );
        let marker = folder.join("packages.txt");
        if fs::read_to_string(&marker).is_ok_and(|fetched| fetched == wanted) {
            println!("they are there");
        } else {
            let named: Vec<String> = wanted
                .lines()
                .map(|line| line.split(' ').take(2).collect::<Vec<_>>().join("="))
                .collect();
            let apt = Apt::new(&folder.join("apt"))?;
            fs::create_dir_all(&archives)?;
            for batch in named.chunks(BATCH) {
                apt.download(batch, &archives)?;
            }
            fs::write(&marker, &wanted)?;
        }

        let packages = folder.join("packages");
        if packages.exists() {
            fs::remove_dir_all(&packages)?;
        }
        let mut unpack = Command::new("python3");
        unpack.args(["-c", UNPACK]);
        unpack
            .args([&packages, &lock, &archives])
            .args(self.endings);
        process::run(&mut unpack)?;
        libtorch::provide()?;
        Pack {
            name: self.name,
            languages: self.languages,
            folder: &packages,
            repository_kb: 500,
            options: &["--own-code-only"],
        }
        .run()
    }
}

/// apt with lists and caches of its own, which needs no root and leaves the system's
/// lists and sources alone.
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
        fs::write(&list, SOURCE)?;
        let option = |name: &str, value: PathBuf| format!("{name}={}", value.display());
        let options = vec![
            option("Dir::State", folder.join("state")),
            option("Dir::Cache", folder.join("cache")),
            option("Dir::Etc::sourcelist", list),
            "Dir::Etc::sourceparts=-".to_owned(),
            // Root's apt would hand downloads to a user who may not write here.
            "APT::Sandbox::User=".to_owned(),
        ];
        let apt = Self { options };
        apt.run(folder, &["update".to_owned()])?;
        Ok(apt)
    }

    /// Loads the source packages `named`, as `NAME` or `NAME=VERSION`, into `folder`.
    ///
    /// # Errors
    /// If one is not there any more or can't be loaded.
    pub(super) fn download(&self, named: &[String], folder: &Path) -> Result<()> {
        let mut words = vec!["source".to_owned(), "--download-only".to_owned()];
        words.extend_from_slice(named);
        self.run(folder, &words)
    }

    fn run(&self, folder: &Path, words: &[String]) -> Result<()> {
        let mut apt = Command::new("apt-get");
        for option in &self.options {
            apt.arg("--option").arg(option);
        }
        apt.current_dir(folder).arg("--quiet").args(words);
        process::read(&mut apt).context("these sources come from Debian by apt")?;
        Ok(())
    }
}
