//! The command line, as a user or a script calls it.

use std::fs;
use std::process::Command;

use anyhow::{Context, Result};
use end_to_end::{Finished, LIMIT, run_limited, server};
use serde_json::Value;

fn lstm_ls(arguments: &[&str]) -> Result<Finished> {
    run_limited(Command::new(server()?).args(arguments), LIMIT)
}

/// The README's first command names no package, so that it is short.
#[test]
fn a_plain_cargo_run_runs_the_program() -> Result<()> {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["metadata", "--no-deps", "--format-version=1"]);
    cargo.current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
    let finished = run_limited(&mut cargo, LIMIT)?;
    let metadata: Value = serde_json::from_str(&finished.stdout)?;
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let default = list(&metadata["workspace_default_members"]);
    let mut programs = Vec::new();
    for package in list(&metadata["packages"]) {
        if default.contains(&package["id"]) {
            let targets = list(&package["targets"]).into_iter();
            let binaries = targets.filter(|target| target["kind"] == serde_json::json!(["bin"]));
            programs.extend(binaries.map(|binary| binary["name"].clone()));
        }
    }
    assert_eq!(programs, ["lstm-ls"]);
    Ok(())
}

#[test]
fn complete_prints_candidates_for_a_place_in_a_file() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("main.rs");
    fs::write(&file, "fn main() {\n    let names = Vec::n\n}\n")?;
    let place = format!("{}:2:23", file.display());
    let arguments = ["complete", &place, "--greedy", "--format", "json"];
    let finished = lstm_ls(&arguments)?;
    assert_eq!(finished.code, Some(0), "{finished:?}");
    let printed: Value = serde_json::from_str(&finished.stdout)?;
    let candidates = printed["candidates"].as_array().context("candidates")?;
    let text = candidates.first().and_then(|one| one["text"].as_str());
    assert!(text.is_some_and(|text| !text.is_empty()), "{finished:?}");
    Ok(())
}

#[test]
fn greedy_text_is_the_same_each_time() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("main.rs");
    fs::write(&file, "use std::collections::")?;
    let arguments = [
        "complete",
        &file.to_string_lossy(),
        "--greedy",
        "--format",
        "json",
    ];
    let texts = || -> Result<Vec<Value>> {
        let printed: Value = serde_json::from_str(&lstm_ls(&arguments)?.stdout)?;
        let candidates = printed["candidates"].as_array().context("candidates")?;
        Ok(candidates.iter().map(|one| one["text"].clone()).collect())
    };
    let once = texts()?;
    assert!(!once.is_empty());
    assert_eq!(once, texts()?);
    Ok(())
}

/// What the program loads at start; libtorch is half a gigabyte.
#[cfg(target_os = "linux")]
#[test]
fn the_program_is_not_linked_to_libtorch() -> Result<()> {
    let finished = run_limited(Command::new("ldd").arg(server()?), LIMIT)?;
    assert!(finished.stdout.contains("libc.so"), "{finished:?}");
    assert!(!finished.stdout.contains("torch"), "{finished:?}");
    Ok(())
}

#[test]
fn a_model_that_is_none_is_one_line_that_names_it() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let model = folder.path().join("notes.safetensors");
    fs::write(&model, "these are notes, not weights")?;
    let finished = lstm_ls(&["--model", &model.to_string_lossy(), "doctor"])?;
    assert_eq!(finished.code, Some(2), "{finished:?}");
    assert_eq!(finished.stderr.lines().count(), 1, "{finished:?}");
    assert!(
        finished.stderr.contains("notes.safetensors"),
        "{finished:?}"
    );
    Ok(())
}

#[test]
fn a_file_that_is_not_there_is_one_line_that_names_it() -> Result<()> {
    let finished = lstm_ls(&["complete", "no-such-file.rs:1:1"])?;
    assert_eq!(finished.code, Some(2), "{finished:?}");
    assert_eq!(finished.stderr.lines().count(), 1, "{finished:?}");
    assert!(finished.stderr.contains("no-such-file.rs"), "{finished:?}");
    assert_eq!(finished.stdout, "");
    Ok(())
}
