//! The engine of a page, made ready to run in Node: what the compiler made, and the
//! JavaScript that wasm-bindgen writes for it.

use std::path::Path;

use anyhow::Result;
use wasm_bindgen_cli_support::Bindgen;

use crate::workspace;

/// A shell script that completes with the engine that the compiler left at `module`: its
/// second argument is a file, as that of `lstm-ls complete` is.
///
/// # Errors
/// If `module` is none of the version of wasm-bindgen that is linked here, which the lock
/// file has once for both.
pub(super) fn completes(module: &Path) -> Result<String> {
    let root = workspace::root();
    let folder = workspace::target().join("platforms/web");
    let mut bindgen = Bindgen::new();
    bindgen.input_path(module).nodejs(true)?.typescript(false);
    bindgen.generate(&folder)?;
    let script = root.join("xtask/src/platforms/web.mjs");
    let model = root.join("models/rust.safetensors");
    let glue = folder.join("web.js");
    Ok(format!(
        "#!/bin/sh\nexec node '{}' '{}' '{}' \"$2\"\n",
        script.display(),
        glue.display(),
        model.display()
    ))
}
