//! The engine of a page, made ready to run in Node: what the compiler made, and the
//! JavaScript that `wasm-bindgen` writes for it.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::{process, workspace};

/// A shell script that completes with the engine that the compiler left at `module`: its
/// second argument is a file, as that of `lstm-ls complete` is.
///
/// # Errors
/// If `wasm-bindgen` can't be had, or fails.
pub(super) fn completes(module: &Path) -> Result<String> {
    let root = workspace::root();
    let glue = workspace::target().join("platforms/web");
    let mut bind = Command::new(bindgen()?);
    bind.args(["--target", "nodejs", "--out-dir"]).arg(&glue);
    process::run(bind.arg(module))?;
    let script = root.join("xtask/src/platforms/web.mjs");
    let model = root.join("models/rust.safetensors");
    let glue = glue.join("web.js");
    Ok(format!(
        "#!/bin/sh\nexec node '{}' '{}' '{}' \"$2\"\n",
        script.display(),
        glue.display(),
        model.display()
    ))
}

/// The program `wasm-bindgen`, of the version of the library that is linked: no other reads
/// what that left.
fn bindgen() -> Result<PathBuf> {
    let version = version()?;
    let folder = workspace::root().join(format!(".cache/wasm-bindgen-{version}"));
    let program = folder.join("bin/wasm-bindgen");
    if !program.exists() {
        let mut install = process::cargo();
        install.args(["install", "--quiet", "--debug", "--root"]);
        install.arg(&folder).args(["--version", &version]);
        process::run(install.arg("wasm-bindgen-cli"))?;
    }
    Ok(program)
}

/// The version of wasm-bindgen in the lock file.
fn version() -> Result<String> {
    let mut metadata = process::cargo();
    let metadata = process::read(metadata.args(["metadata", "--locked", "--format-version=1"]))?;
    let metadata: Value = serde_json::from_str(&metadata)?;
    let packages = metadata["packages"].as_array().into_iter().flatten();
    packages
        .filter(|package| package["name"] == "wasm-bindgen")
        .find_map(|package| Some(package["version"].as_str()?.to_owned()))
        .context("wasm-bindgen is not among the dependencies")
}
