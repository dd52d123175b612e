//! What is in the program (SBOM), in the form of CycloneDX.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};
use serde_json::Value;

use super::release::{Release, TIME_VARIABLE};
use super::table::Target;
use super::tools;
use crate::server::site;
use crate::{members, process, workspace};

const CARGO_CYCLONEDX: &str = "0.5.9";
/// What the tool calls its file, less the ending.
const NAME: &str = "released";

/// Writes it to `path`.
pub(super) fn write(target: &Target, release: &Release, path: &Path) -> Result<()> {
    let program = listed("crates/lstm-ls", target.name, release)?;
    let engine = listed("crates/web", site::TARGET, release)?;
    let text = serde_json::to_string_pretty(&merged(program, engine))?;
    // Our own crates are named by where they lie on this machine.
    let root = workspace::root().display().to_string();
    let text = text.replace(&root, workspace::ROOT);
    fs::write(path, text + "\n").with_context(|| format!("could not write {}", path.display()))
}

/// What is linked for `target` into the crate in `folder`.
fn listed(folder: &str, target: &str, release: &Release) -> Result<Value> {
    let program = tools::installed("cargo-cyclonedx", CARGO_CYCLONEDX)?;
    let folder = workspace::root().join(folder);
    let mut cyclonedx = Command::new(program);
    cyclonedx.current_dir(&folder);
    cyclonedx.args([
        "cyclonedx",
        "--quiet",
        "--format=json",
        "--spec-version=1.5",
    ]);
    cyclonedx.args(["--manifest-path=Cargo.toml", "--target", target]);
    cyclonedx.arg(format!("--override-filename={NAME}"));
    cyclonedx.env(TIME_VARIABLE, release.time.to_string());
    process::shown(&mut cyclonedx)?;
    let written = |folder: &Path| folder.join(format!("{NAME}.json"));
    let text = fs::read_to_string(written(&folder));
    // It writes one for every crate of the workspace, beside its manifest.
    for member in members::read()? {
        let _ = fs::remove_file(written(&member.folder));
    }
    let text = text.context("cargo-cyclonedx wrote nothing")?;
    serde_json::from_str(&text).context("cargo-cyclonedx wrote no JSON")
}

/// `program`, and what the engine for browsers that it carries is made of besides.
fn merged(mut program: Value, mut engine: Value) -> Value {
    // What names an entry of each list.
    for (list, name) in [("components", "bom-ref"), ("dependencies", "ref")] {
        let (Value::Array(known), Value::Array(more)) = (&mut program[list], engine[list].take())
        else {
            continue;
        };
        for entry in more {
            if known.iter().all(|known| known[name] != entry[name]) {
                known.push(entry);
            }
        }
    }
    program
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_program_and_engine_share_is_listed_once() {
        let list = |of: &str, refs: [&str; 2]| {
            json!({
                "metadata": { "component": of },
                "components": refs.map(|name| json!({ "bom-ref": name })),
                "dependencies": refs.map(|name| json!({ "ref": name })),
            })
        };
        let merged = merged(
            list("program", ["tokio", "serde"]),
            list("engine", ["serde", "wasm-bindgen"]),
        );
        let names = |list: &str, name: &str| {
            let entries = merged[list].as_array().unwrap().iter();
            entries
                .map(|entry| entry[name].as_str().unwrap())
                .collect::<Vec<_>>()
        };
        let all = ["tokio", "serde", "wasm-bindgen"];
        assert_eq!(names("components", "bom-ref"), all);
        assert_eq!(names("dependencies", "ref"), all);
        assert_eq!(merged["metadata"]["component"], "program");
    }
}
