//! `cargo xtask corpus`: fetches the files a shipped model is made of and packs them.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, anyhow};
use clap::{FromArgMatches, Subcommand};

use crate::{libtorch, process, workspace};

mod debian;
mod go;
mod java;
mod python;
mod sources;
mod tensorflow;
mod tweets;
mod typescript;

/// The corpora there are.
#[derive(Clone, Debug, Subcommand)]
pub(crate) enum Name {
    /// Popular Rust crates and their dependencies
    Rust,
    /// Popular Python packages, from wheels of pure Python
    Python,
    /// npm packages that carry their sources, TypeScript and JavaScript
    Typescript,
    /// Go libraries, from Debian's packages
    Go,
    /// C and C++, from Debian's source packages
    CCpp,
    /// Java, from Debian's source packages
    Java,
    /// Apache Commons Lang, from Debian's source package
    JavaCommonsLang {
        /// A folder with its sources instead
        #[arg(long, value_name = "DIR")]
        from: Option<PathBuf>,
        /// Largest file taken, in kilobytes
        #[arg(long, default_value_t = 12)]
        largest_file_kb: usize,
    },
    /// TensorFlow's Python and headers, from its wheel
    Tensorflow,
    /// Tweets that vaderSentiment's source package carries
    Tweets,
    /// The crates that the mixing of LSTM and memory is fitted on
    Mixing,
    /// The same of Python
    MixingPython,
    /// The same of TypeScript and JavaScript
    MixingTypescript,
    /// The same of C and C++
    MixingCCpp,
}

/// Fetches and packs the corpus called `name`.
///
/// # Errors
/// If a step fails.
pub(crate) fn provide(name: &Name) -> Result<()> {
    match name {
        Name::Rust => rust(),
        Name::Python => python::provide(),
        Name::Typescript => typescript::provide("typescript"),
        Name::Go => go::provide(),
        Name::CCpp => sources::C_CPP.provide("c-cpp", &[]),
        Name::Java => sources::JAVA.provide("java", &[]),
        Name::JavaCommonsLang {
            from,
            largest_file_kb,
        } => java::provide(from.as_deref(), *largest_file_kb),
        Name::Tensorflow => tensorflow::provide(),
        Name::Tweets => tweets::provide(),
        Name::Mixing => mixing(),
        Name::MixingPython => python::provide_mixing(),
        Name::MixingTypescript => typescript::provide("mixing-typescript"),
        // Nothing of their text is kept, so that their licences forbid nothing.
        Name::MixingCCpp => sources::C_CPP.provide("mixing-c-cpp", &["--any-license"]),
    }
}

/// The corpus that the command line calls `name`, with its options as they are by default.
fn by_name(name: &str) -> Result<Name> {
    let arguments = ["corpus", name];
    let matches = Name::augment_subcommands(clap::Command::new("corpus"))
        .try_get_matches_from(arguments)
        .map_err(|_| anyhow!("there is no corpus called {name}"))?;
    Ok(Name::from_arg_matches(&matches)?)
}

/// Whether there is a corpus called `name`.
#[cfg(test)]
pub(crate) fn is_known(name: &str) -> bool {
    by_name(name).is_ok()
}

/// Fetches and packs the corpus that the command line calls `name`.
///
/// # Errors
/// If there is none, or a step fails.
pub(crate) fn provide_by_name(name: &str) -> Result<()> {
    provide(&by_name(name)?)
}

/// The program that packs and trains; what it is to do is still to be said.
pub(crate) fn lstm_train() -> Command {
    let mut program = process::cargo();
    program.args(["run", "--quiet", "--release", "--package", "char-lstm"]);
    program.args(["--bin", "lstm-train", "--"]);
    program
}

/// Packages in a folder that are to become a corpus split by repository.
struct Pack<'a> {
    /// Of the corpus, and of the folder of its manifests.
    name: &'a str,
    /// LSP identifiers, that of the model first.
    languages: &'a str,
    /// Where the packages are.
    folder: &'a Path,
    /// Most that one repository gives to training.
    repository_kb: u32,
    /// What is to be left out besides.
    options: &'a [&'a str],
}

impl Pack<'_> {
    /// Packs them into `.corpus/NAME.pack`, and writes what each package gave into
    /// `models/corpus/NAME/manifest.tsv`.
    fn run(&self) -> Result<()> {
        let corpus = workspace::root().join(".corpus");
        let manifests = workspace::root().join("models/corpus").join(self.name);
        libtorch::provide()?;
        let mut pack = lstm_train();
        pack.arg("corpus").arg(self.folder);
        pack.args(["--language", self.languages, "--stated-repositories"]);
        pack.args(["--repository-kb", &self.repository_kb.to_string()]);
        pack.args(self.options);
        let path = corpus.join(format!("{}.pack", self.name));
        pack.arg("--out").arg(path);
        pack.arg("--manifest").arg(manifests.join("manifest.tsv"));
        process::run(&mut pack)
    }
}

/// One package in a folder that is to become a corpus split by file: its own model is wanted.
struct Files<'a> {
    /// Of the corpus, and of the folder of its manifest.
    name: &'a str,
    /// LSP identifiers, that of the model first.
    languages: &'a str,
    /// Of the package (SPDX).
    license: &'a str,
    /// Where it is.
    folder: &'a Path,
    /// What is to be left out besides.
    options: &'a [&'a str],
}

impl Files<'_> {
    /// Packs it into `.corpus/NAME.pack`, and writes what it gave into
    /// `models/corpus/NAME/manifest.tsv`.
    fn pack(&self) -> Result<()> {
        let manifests = workspace::root().join("models/corpus").join(self.name);
        std::fs::create_dir_all(&manifests)?;
        libtorch::provide()?;
        let mut pack = lstm_train();
        pack.arg("corpus").arg(self.folder).arg("--hold-out-files");
        pack.args(["--language", self.languages, "--license", self.license]);
        // There is no other repository that it would outweigh.
        pack.args(["--repository-kb", "1000000"]).args(self.options);
        let path = workspace::root().join(format!(".corpus/{}.pack", self.name));
        pack.arg("--out").arg(path);
        pack.arg("--manifest").arg(manifests.join("manifest.tsv"));
        process::run(&mut pack)
    }
}

/// The lines of `text` dealt out to `parts` texts.
fn lines_in_parts(text: &str, parts: usize) -> Vec<String> {
    let mut dealt = vec![String::new(); parts];
    for (index, line) in text.lines().enumerate() {
        let part = &mut dealt[index % parts];
        part.push_str(line);
        part.push('\n');
    }
    dealt
}

/// The crates of `models/corpus/rust`, at the versions and checksums of its lock file.
fn rust() -> Result<()> {
    let manifests = workspace::root().join("models/corpus/rust");
    let folder = workspace::root().join(".corpus");
    println!(
        "fetching 3692 crates into {}: 600 MB to load, 5 GB on disk",
        folder.display()
    );
    vendor(&manifests, &folder.join("vendor"), &["--locked"])?;
    let evaluation = folder.join("evaluation");
    let evaluation = evaluation.to_string_lossy();
    Pack {
        name: "rust",
        languages: "rust",
        folder: &folder.join("vendor"),
        repository_kb: 200,
        options: &["--evaluation-files", &evaluation],
    }
    .run()
}

/// The crates named in `models/corpus/mixing`, without their dependencies: those
/// may have been trained or measured on.
fn mixing() -> Result<()> {
    let manifest = workspace::root().join("models/corpus/mixing");
    let folder = workspace::root().join(".corpus/mixing");
    println!("fetching into {}", folder.display());
    let all = workspace::root().join(".corpus/mixing.all");
    for left in [&folder, &all] {
        if left.exists() {
            std::fs::remove_dir_all(left)?;
        }
    }
    std::fs::create_dir_all(&folder)?;
    vendor(&manifest, &all, &[])?;
    let mut metadata = process::cargo();
    metadata.args([
        "metadata",
        "--no-deps",
        "--format-version=1",
        "--manifest-path",
    ]);
    let metadata = process::read(metadata.arg(manifest.join("Cargo.toml")))?;
    let metadata: serde_json::Value = serde_json::from_str(&metadata)?;
    let named = metadata.pointer("/packages/0/dependencies");
    for named in named.and_then(|d| d.as_array()).into_iter().flatten() {
        let text = |key: &str| named[key].as_str().unwrap_or_default();
        let package = format!("{}-{}", text("name"), text("req").trim_start_matches('='));
        std::fs::rename(all.join(&package), folder.join(&package))
            .with_context(|| format!("{package} is not among what cargo fetched"))?;
    }
    std::fs::remove_dir_all(&all)?;
    Ok(())
}

/// Has cargo fetch what the package in `manifests` depends on, and theirs.
fn vendor(manifests: &Path, into: &Path, options: &[&str]) -> Result<()> {
    let mut vendor = process::cargo();
    vendor.args(["vendor", "--quiet", "--versioned-dirs", "--manifest-path"]);
    vendor.arg(manifests.join("Cargo.toml")).arg(into);
    vendor.args(options);
    process::run(vendor.stdout(std::process::Stdio::null()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_dealt_out_once() {
        assert_eq!(lines_in_parts("a\nb\nc\n", 2), ["a\nc\n", "b\n"]);
        assert_eq!(lines_in_parts("", 2), ["", ""]);
    }
}
