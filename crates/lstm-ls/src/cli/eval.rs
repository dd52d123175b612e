//! `lstm-ls eval`: how good suggestions are on files, as the server makes them.
//!
//! Owns: arguments, which files are read, and printing. What is measured is in the
//! `evaluation` crate.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use clap::{Args, Subcommand};
use code_index::{Layer, newline};
use workspace::Workspace;

use super::texts;

mod bits;
mod keystrokes;
mod plot;
mod surprise;

pub(super) use bits::bits;
pub(super) use keystrokes::keystrokes;
pub(super) use surprise::surprise;

/// What can be measured.
#[derive(Debug, Subcommand)]
pub(super) enum Measure {
    /// Bits per byte of files, from the first byte on.
    Bits(bits::Bits),
    /// Keystrokes that suggestions would have saved the typist of the files.
    Keystrokes(keystrokes::Keystrokes),
    /// Where a fault put into each file shows among its most surprising lines.
    Surprise(surprise::Arguments),
}

/// Files to measure on.
#[derive(Debug, Args)]
struct Inputs {
    /// Files of the model's language, or folders with some.
    #[arg(required = true, value_name = "FILE")]
    inputs: Vec<PathBuf>,
    /// Remember the other files of this folder, as the server does with a workspace.
    #[arg(long, value_name = "DIR")]
    workspace: Option<PathBuf>,
    /// Remember the other files of the package each file is in: the nearest
    /// folder above it with a manifest.
    #[arg(long, conflicts_with = "workspace")]
    in_package: bool,
}

/// One file to measure on.
struct Subject {
    path: PathBuf,
    text: String,
    /// All that is remembered but this file.
    memory: Layer,
}

impl Inputs {
    /// Reads the files of `language`; of every language where it is `None`.
    fn read(&self, language: Option<&str>) -> anyhow::Result<Vec<Subject>> {
        let mut workspaces: HashMap<PathBuf, Workspace> = HashMap::new();
        let mut subjects = Vec::new();
        for path in files_of(language, &self.inputs)? {
            let text = texts::read(&path)?;
            let text = String::from_utf8(text);
            let text = text.with_context(|| format!("{} is not UTF-8", path.display()))?;
            // As the server completes it.
            let text = newline::into_lf(text);
            if text.is_empty() {
                continue;
            }
            let memory = match self.workspace_of(&path)? {
                None => Layer::new(),
                Some(folder) => {
                    let workspace = workspaces.entry(folder);
                    let workspace = workspace.or_insert_with_key(|f| Workspace::of_folder(f));
                    let group = language::group_of(&path, language.unwrap_or_default());
                    workspace.layer(&group, &[path.canonicalize()?])
                }
            };
            subjects.push(Subject { path, text, memory });
        }
        let kind = language.unwrap_or("text");
        ensure!(!subjects.is_empty(), "there is no {kind} file to measure");
        Ok(subjects)
    }

    fn workspace_of(&self, file: &Path) -> anyhow::Result<Option<PathBuf>> {
        if let Some(folder) = &self.workspace {
            let found = folder.canonicalize();
            let missing = || format!("reading {}", folder.display());
            return found.map(Some).with_context(missing);
        }
        if !self.in_package {
            return Ok(None);
        }
        let file = file.canonicalize()?;
        let mut folders = file.ancestors().skip(1);
        let package = folders.find(|folder| is_package(folder));
        let missing = || {
            format!(
                "{} is in no package: no folder above it has a manifest",
                file.display()
            )
        };
        package
            .with_context(missing)
            .map(|folder| Some(folder.to_owned()))
    }
}

/// Whether `folder` holds a manifest, or is where a repository begins.
fn is_package(folder: &Path) -> bool {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names = entries.map(|entry| entry.file_name());
    names.any(|name| name == ".git" || name.to_str().is_some_and(language::is_manifest))
}

/// The files of `language`, or of any, at and below `inputs`, each input's in
/// order of path. What git ignores and what is hidden is left out, and links are
/// not followed.
fn files_of(language: Option<&str>, inputs: &[PathBuf]) -> anyhow::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for input in inputs {
        let wanted = |path: &Path| {
            language::of_path(path).is_some_and(|of| language.is_none_or(|l| l == of))
        };
        files.extend(texts::below(input, wanted)?);
    }
    Ok(files)
}
