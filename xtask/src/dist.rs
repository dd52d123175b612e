//! `cargo xtask dist`: what is released, for one kind of machine.
//!
//! An archive, a Debian package, the VS Code extension with the server in it and without,
//! what is in the program (SBOM), and the sums of all of these. What the program is
//! linked and packed with is fetched into `.cache`.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use clap::Args;

use crate::workspace;

mod archive;
mod build;
mod contents;
mod debian;
mod manifests;
mod notices;
mod release;
mod sbom;
mod sums;
mod table;
mod tools;
mod vsix;

pub(crate) use manifests::fill as manifests;

use release::Release;
use table::{TABLE, Target};

/// The largest program, and the largest extension with one in it, that is released.
const LARGEST_PROGRAM: u64 = 60_000_000;
const LARGEST_VSIX: u64 = 40_000_000;

/// What `dist` takes.
#[derive(Args)]
pub(crate) struct Arguments {
    /// The kind of machine, as the compiler calls it (this one's when none is named)
    #[arg(long)]
    target: Option<String>,
}

/// What was made, of which the tests take some.
pub(crate) struct Made {
    folder: PathBuf,
    pub(crate) program: PathBuf,
    pub(crate) archive: PathBuf,
    pub(crate) deb: Option<PathBuf>,
    pub(crate) vsix: PathBuf,
}

/// Makes it all and says where it lies.
///
/// # Errors
/// If the target is unknown, or a part cannot be made.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let made = make(arguments.target.as_deref())?;
    println!();
    for path in sums::files(&made.folder)? {
        let size = fs::metadata(&path)?.len();
        println!("{:>8.1} MB  {}", size as f64 / 1e6, path.display());
    }
    Ok(())
}

/// Makes it all for the target called `name`, or for this machine.
///
/// # Errors
/// As [`run`].
pub(crate) fn make(name: Option<&str>) -> Result<Made> {
    let host = build::host()?;
    let target = find(name.unwrap_or(&host))?;
    let release = Release::read()?;
    let folder = workspace::target().join("releases");
    fs::create_dir_all(&folder).with_context(|| cannot_write(&folder))?;
    let place = |name: String| folder.join(name);

    let built = build::program(target, &release, &host)?;
    limit(&built.program, LARGEST_PROGRAM)?;
    notices::write(target, &built.pages.join(build::NOTICES))?;
    // Beside the program, where `lstm-ls setup vscode` looks for it.
    let extension = place(table::plain_vsix(&release.version));
    vsix::plain(&release, &extension)?;
    fs::copy(&extension, built.pages.join(build::EXTENSION)).with_context(|| {
        let pages = built.pages.display();
        format!("could not copy the extension into {pages}")
    })?;

    let made = Made {
        archive: place(target.archive(&release.version)),
        deb: target.deb(&release.version).map(place),
        vsix: place(target.vsix(&release.version)),
        program: built.program.clone(),
        folder: folder.clone(),
    };
    let root = target.folder(&release.version);
    let contents = contents::read(target, &built, &root)?;
    if target.is_windows() {
        archive::zip(&contents, release.time, &made.archive)
    } else {
        archive::tar_gz(&contents, release.time, &made.archive)
    }
    .with_context(|| cannot_write(&made.archive))?;
    if let Some(deb) = &made.deb {
        debian::package(target, &release, deb)?;
    }
    vsix::with_server(target, &built, &release, &made.vsix)?;
    limit(&made.vsix, LARGEST_VSIX)?;
    sbom::write(target, &release, &place(target.sbom(&release.version)))?;
    sums::write(&folder)?;
    Ok(made)
}

fn find(name: &str) -> Result<&'static Target> {
    let known = TABLE.iter().find(|target| target.name == name);
    known.with_context(|| {
        let names: Vec<_> = TABLE.iter().map(|target| target.name).collect();
        format!("{name} is none of {}", names.join(", "))
    })
}

fn limit(path: &Path, largest: u64) -> Result<()> {
    let size = fs::metadata(path)?.len();
    let path = path.display();
    ensure!(
        size <= largest,
        "{path} has {size} bytes, more than {largest}"
    );
    Ok(())
}

fn cannot_write(path: &Path) -> String {
    format!("could not write {}", path.display())
}
