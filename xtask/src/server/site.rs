//! `cargo xtask site`: the engine for browsers, a program that carries it, and the page as
//! a folder of files.
//!
//! The standard library of the target is fetched once, from rustup.

use std::env::consts::EXE_SUFFIX;
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};
use wasm_bindgen_cli_support::Bindgen;

use crate::{process, workspace};

/// What a page runs.
pub(crate) const TARGET: &str = "wasm32-unknown-unknown";

/// Vectors, which every browser has since 2023.
const VECTORS: &str = "-Ctarget-feature=+simd128";

/// The profile in `Cargo.toml` that it is built with.
const PROFILE: &str = "dist";

/// Names the engine's folder to a build of `lstm-ls` with the feature `site`.
pub(crate) const VARIABLE: &str = "LSTM_LS_ENGINE";

/// Models that no program carries and that a site shows where its maker names none.
const SHOWN: [&str; 3] = ["tensorflow", "tweets", "java-commons-lang"];

/// Writes a site; `arguments` are what `lstm-ls explore --site` takes.
///
/// # Errors
/// If something cannot be built, or the site cannot be written.
pub(crate) fn run(arguments: &[OsString]) -> Result<()> {
    let mut program = Command::new(program()?);
    program.args(["explore", "--site"]).args(arguments);
    if let [_folder] = arguments {
        for name in SHOWN {
            let model = workspace::root().join(format!("models/{name}.safetensors"));
            program.arg("--also").arg(model);
        }
    }
    process::shown(&mut program)
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
    let mut flags = vec![VECTORS.to_owned()];
    flags.extend(workspace::remapped()?);
    // Cargo's own separator, so that folders may have spaces in their names.
    build.env("CARGO_ENCODED_RUSTFLAGS", flags.join("\x1f"));
    process::shown(&mut build)?;
    let built = workspace::target()
        .join(TARGET)
        .join(PROFILE)
        .join("web.wasm");
    let folder = workspace::target().join("site/engine");
    let mut bindgen = Bindgen::new();
    bindgen.input_path(built).web(true)?.typescript(false);
    // The script knows where the module is: beside it.
    bindgen.omit_default_module_path(false);
    // The lock file has one version of wasm-bindgen, for this and for the engine.
    bindgen.generate(&folder)?;
    Ok(folder)
}
