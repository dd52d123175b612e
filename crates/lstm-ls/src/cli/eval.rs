//! `lstm-ls eval`: how good suggestions are on files, as the server makes them.
//!
//! Owns: arguments, which files are read, and printing. What is measured is in the
//! `evaluation` crate.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, ensure};
use assistant::models::{Embedded, Loader, Source};
use clap::{Args, Subcommand};
use code_index::{Layer, newline};
use lstm_format::Engine;
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
    /// Files, or folders: of these what the model serves, or what there is a model for.
    #[arg(required = true, value_name = "FILE")]
    inputs: Vec<PathBuf>,
    /// Measure the files of this language alone, an LSP identifier.
    #[arg(long, value_name = "NAME")]
    language: Option<String>,
    /// Remember the other files of this folder, as the server does with a workspace.
    #[arg(long, value_name = "DIR")]
    workspace: Option<PathBuf>,
    /// Remember the other files of the package each file is in: the nearest
    /// folder above it with a manifest of its language.
    #[arg(long, conflicts_with = "workspace")]
    in_package: bool,
}

/// One file to measure on.
struct Subject {
    path: PathBuf,
    /// LSP identifier.
    language: String,
    text: String,
    /// All that is remembered but this file.
    memory: Layer,
}

impl Inputs {
    /// Reads those that `source` has a model for, or that are of the language asked for.
    fn read(&self, source: &Source) -> anyhow::Result<Vec<Subject>> {
        let model = match source {
            Source::Embedded(_) => None,
            Source::File(_) => Some(source.read()?.config.language),
        };
        let wanted = |of: &str| match (&self.language, &model) {
            (Some(asked_for), _) => language::is_same(asked_for, of),
            (None, Some(model)) => language::serves(model, of),
            (None, None) => Embedded::of(of).is_some(),
        };
        let mut workspaces: HashMap<PathBuf, Workspace> = HashMap::new();
        let mut subjects = Vec::new();
        for (path, language) in files_of(wanted, &self.inputs)? {
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
                    let group = language::group_of(&path, &language);
                    workspace.layer(&group, &[path.canonicalize()?])
                }
            };
            subjects.push(Subject {
                path,
                language,
                text,
                memory,
            });
        }
        let kind = self.language.clone().or(model);
        let missing = || match kind {
            Some(kind) => format!("there is no {kind} file to measure"),
            None => "there is no file to measure that there is a model for".to_owned(),
        };
        ensure!(!subjects.is_empty(), missing());
        if self.in_package {
            // Too few say that a folder far above was taken for the package of many files.
            let (files, packages) = (subjects.len(), workspaces.len());
            eprintln!("{files} files of {packages} packages");
        }
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
        // Another language's package may be but one part of what the file is in.
        let own = language::by_path(&file).filter(|row| !row.manifests.is_empty());
        let is_manifest = |name: &str| match own {
            Some(row) => row.is_manifest(name),
            None => language::is_manifest(name),
        };
        let package = folders.find(|folder| is_package(folder, is_manifest));
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

/// Whether `folder` holds what `is_manifest`, or is where a repository begins.
fn is_package(folder: &Path, is_manifest: impl Fn(&str) -> bool) -> bool {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names = entries.map(|entry| entry.file_name());
    names.any(|name| name == ".git" || name.to_str().is_some_and(&is_manifest))
}

/// The files at and below `inputs` whose language is `wanted`, each with it, each input's
/// in order of path. What git ignores and what is hidden is left out, and links are not
/// followed.
fn files_of(
    wanted: impl Fn(&str) -> bool,
    inputs: &[PathBuf],
) -> anyhow::Result<Vec<(PathBuf, String)>> {
    let mut files = Vec::new();
    for input in inputs {
        let of = |path: &Path| language::of_path(path).filter(|of| wanted(of));
        let below = texts::below(input, |path| of(path).is_some())?;
        files.extend(below.into_iter().filter_map(|path| {
            let language = of(&path)?;
            Some((path, language))
        }));
    }
    Ok(files)
}

/// The engines that serve the languages of some files, by language.
struct Engines(HashMap<String, Arc<dyn Engine>>);

impl Engines {
    /// Those of `subjects` that `source` has; one engine for all that a model serves.
    fn of(subjects: &[Subject], source: &Source, loader: Loader) -> anyhow::Result<Self> {
        let mut by_source: HashMap<Source, Arc<dyn Engine>> = HashMap::new();
        let mut engines = HashMap::new();
        for Subject { language, .. } in subjects {
            if engines.contains_key(language) {
                continue;
            }
            let source = source.for_language(language);
            let engine = match by_source.entry(source) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(new) => {
                    let source = new.key();
                    let engine = source.engine(&source.read()?, loader)?;
                    new.insert(engine)
                }
            };
            if language::serves(&engine.config().language, language) {
                engines.insert(language.clone(), Arc::clone(engine));
            }
        }
        Ok(Self(engines))
    }

    /// The one for `language`, if there is one.
    fn get(&self, language: &str) -> Option<&Arc<dyn Engine>> {
        self.0.get(language)
    }

    /// The one for `language`.
    ///
    /// # Errors
    /// If there is no model for it.
    fn needed(&self, language: &str) -> anyhow::Result<&Arc<dyn Engine>> {
        self.get(language)
            .with_context(|| format!("there is no model for {language}"))
    }
}
