//! `cargo xtask corpus`: fetches the files a shipped model is made of and packs them.

use anyhow::Result;
use clap::ValueEnum;

use crate::{libtorch, process, workspace};

/// The corpora there are.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Name {
    /// Popular Rust crates and their dependencies
    Rust,
}

/// Fetches and packs the corpus called `name`.
///
/// # Errors
/// If a step fails.
pub(crate) fn provide(name: Name) -> Result<()> {
    match name {
        Name::Rust => rust(),
    }
}

/// The crates of `models/corpus/rust`, at the versions and checksums of its lock file.
fn rust() -> Result<()> {
    let manifests = workspace::root().join("models/corpus/rust");
    let folder = workspace::root().join(".corpus");
    println!(
        "fetching 3692 crates into {}: 600 MB to load, 5 GB on disk",
        folder.display()
    );
    let mut vendor = process::cargo();
    vendor.args([
        "vendor",
        "--quiet",
        "--locked",
        "--versioned-dirs",
        "--manifest-path",
    ]);
    vendor
        .arg(manifests.join("Cargo.toml"))
        .arg(folder.join("vendor"));
    process::run(vendor.stdout(std::process::Stdio::null()))?;

    libtorch::provide()?;
    let mut pack = process::cargo();
    pack.args([
        "run",
        "--quiet",
        "--release",
        "--package",
        "char-lstm",
        "--bin",
        "lstm-train",
    ]);
    pack.args(["--", "corpus"]).arg(folder.join("vendor"));
    pack.arg("--out").arg(folder.join("rust.pack"));
    pack.arg("--manifest").arg(manifests.join("manifest.tsv"));
    pack.arg("--evaluation-files")
        .arg(folder.join("evaluation"));
    process::run(&mut pack)
}
