//! A Windows of Wine's that the programs of Rust run in. Must not know what they are.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use crate::{process, workspace};

/// Makes one in `folder/wine` with `starter`, which runs a program in it.
///
/// # Errors
/// If Wine does not start.
pub(super) fn provide(folder: &Path, compiler: &str, starter: &Path) -> Result<()> {
    let library = folder.join("wine/drive_c/windows/system32/bcryptprimitives.dll");
    if library.is_file() {
        return Ok(());
    }
    process::read(Command::new(starter).args(["wineboot", "--init"])).context("starting Wine")?;
    if library.is_file() {
        return Ok(());
    }
    let source = workspace::root().join("xtask/src/platforms/bcryptprimitives.c");
    let made = folder.join("bcryptprimitives.dll");
    let mut build = Command::new(compiler);
    build
        .args(["-shared", "-O1", "-o"])
        .arg(&made)
        .arg(source)
        .arg("-ladvapi32");
    process::run(&mut build)?;
    fs::copy(made, library)?;
    Ok(())
}
