//! `cargo xtask site`: the engine for browsers, a program that carries it, and the page as
//! a folder of files.
//!
//! What the engine is built with is fetched once: the standard library of the target from
//! rustup, and the program that writes the engine's JavaScript, at the version that the
//! engine was built against.

use std::env::consts::EXE_SUFFIX;
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};

use crate::metadata::Metadata;
use crate::{process, workspace};

/// What a page runs.
const TARGET: &str = "wasm32-unknown-unknown";

/// Vectors, which every browser has since 2023.
const FLAGS: &str = "-C target-feature=+simd128";

/// The profile in `Cargo.toml` that it is built with.
const PROFILE: &str = "dist";

/// Names the engine's folder to a build of `lstm-ls` with the feature `site`.
const VARIABLE: &str = "LSTM_LS_ENGINE";

/// Writes a site; `arguments` are what `lstm-ls explore --site` takes.
///
/// # Errors
/// If something cannot be built, or the site cannot be written.
pub(crate) fn run(arguments: &[OsString]) -> Result<()> {
    let program = program()?;
    process::shown(
        Command::new(program)
            .args(["explore", "--site"])
            .args(arguments),
    )
}

/// Builds the binary that users run, with the engine in it; its path.
pub(crate) fn program() -> Result<PathBuf> {
    let engine = engine()?;
    let mut build = process::cargo();
    build.args(["build", "--release", "--package=lstm-ls", "--features=site"]);
    build.env(VARIABLE, engine);
    process::shown(&mut build)?;
    Ok(workspace::target().join(format!("release/lstm-ls{EXE_SUFFIX}")))
}

/// Builds the engine; the folder with `web.js` and `web_bg.wasm`.
pub(crate) fn engine() -> Result<PathBuf> {
    process::read(Command::new("rustup").args(["target", "add", TARGET]))
        .context("rustup cannot bring the standard library for browsers")?;
    let mut build = process::cargo();
    build.args([
        "build",
        "--package=web",
        "--profile",
        PROFILE,
        "--target",
        TARGET,
    ]);
    build.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS", FLAGS);
    process::shown(&mut build)?;
    let built = workspace::target()
        .join(TARGET)
        .join(PROFILE)
        .join("web.wasm");
    let folder = workspace::target().join("site/engine");
    let mut bind = Command::new(bindgen()?);
    bind.args(["--target", "web", "--no-typescript", "--out-dir"]);
    process::shown(bind.arg(&folder).arg(built))?;
    Ok(folder)
}

/// The program that writes the JavaScript beside an engine; fetched and built where it is
/// not there.
fn bindgen() -> Result<PathBuf> {
    let metadata = Metadata::read(&[])?;
    let mut packages = metadata.packages.iter();
    let package = packages.find(|package| package.name == "wasm-bindgen");
    let version = &package
        .context("the engine is not built with wasm-bindgen")?
        .version;
    let folder = workspace::cache(&format!("wasm-bindgen-{version}"));
    let program = folder.join("bin").join(format!("wasm-bindgen{EXE_SUFFIX}"));
    let found = process::read(Command::new(&program).arg("--version"));
    if !found.is_ok_and(|found| found.trim().ends_with(version.as_str())) {
        let mut install = process::cargo();
        install.args(["install", "--quiet", "--locked", "--debug"]);
        install.args(["--version", version, "--root"]);
        install.env("CARGO_PROFILE_DEV_DEBUG", "0");
        process::shown(install.arg(&folder).arg("wasm-bindgen-cli"))?;
    }
    Ok(program)
}
