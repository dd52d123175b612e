//! Whether two binaries suggest the same.

use std::fs;
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::{process, workspace};

/// Places at which suggestions are compared, up to five at each.
const PLACES: usize = 50;

/// At least so many are compared.
const SUGGESTIONS: usize = 200;

/// Compares what the binaries `here` and `there` suggest, log-probabilities to the last digit;
/// how many suggestions there were. `folder` is for the texts.
///
/// # Errors
/// If they suggest other things, or too few.
pub(super) fn compare(here: &Path, there: &Path, folder: &Path) -> Result<usize> {
    let texts = texts(folder)?;
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let part = texts.len().div_ceil(threads);
    let same = |texts: &[PathBuf]| -> Result<usize> {
        let mut same = 0;
        for text in texts {
            let (ours, theirs) = (suggestions(here, text)?, suggestions(there, text)?);
            ensure!(
                agree(&ours, &theirs),
                "{}:\n{ours:?}\n{theirs:?}",
                text.display()
            );
            same += ours.len();
        }
        Ok(same)
    };
    let same: usize = thread::scope(|scope| {
        let parts = texts.chunks(part);
        let parts: Vec<_> = parts
            .map(|texts| scope.spawn(move || same(texts)))
            .collect();
        let parts = parts.into_iter().map(|part| part.join());
        parts
            .map(|part| part.unwrap_or_else(|panic| resume_unwind(panic)))
            .sum::<Result<usize>>()
    })?;
    ensure!(
        same >= SUGGESTIONS,
        "only {same} suggestions at {PLACES} places: fewer than {SUGGESTIONS}"
    );
    Ok(same)
}

/// What `binary` suggests at the end of the file `text`, with its log-probabilities.
fn suggestions(binary: &Path, text: &Path) -> Result<Vec<Value>> {
    let mut complete = Command::new(binary);
    complete.arg("complete").arg(text);
    complete.args(["--candidates=5", "--format=json"]);
    let printed: Value = serde_json::from_str(&process::read(&mut complete)?)?;
    let candidates = printed["candidates"].as_array();
    candidates.cloned().context("no list of candidates")
}

/// Whether two lists have the same suggestions with the same log-probabilities.
fn agree(ours: &[Value], theirs: &[Value]) -> bool {
    let mut pairs = ours.iter().zip(theirs);
    ours.len() == theirs.len()
        && pairs.all(|(one, other)| {
            let [text, log_prob] = ["text", "log_prob"].map(|key| one[key] == other[key]);
            text && log_prob && one["log_prob"].is_number()
        })
}

/// Files that end in the middle of a line: the committed validation files up to places that
/// are spread evenly over all of them.
fn texts(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut all = Vec::new();
    let mut folders = vec![workspace::root().join("tests/data/validation")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path)?;
                let lines = text.lines().scan(0, |start, line| {
                    let begins = *start;
                    *start += line.len() + 1;
                    Some((begins, line))
                });
                let long = lines.filter(|(_, line)| line.len() > 20 && line.is_ascii());
                all.extend(long.map(|(start, line)| (path.clone(), start + line.len() / 2)));
            }
        }
    }
    all.sort();
    let step = all.len() / PLACES;
    ensure!(step > 0, "the validation files have too few lines");
    let chosen = all.iter().step_by(step).take(PLACES).enumerate();
    chosen
        .map(|(number, (path, end))| {
            let text = folder.join(format!("{number}.rs"));
            fs::write(&text, &fs::read_to_string(path)?[..*end])?;
            Ok(text)
        })
        .collect()
}
