//! Which files are fitted on, and what is remembered around each.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use code_index::{Group, Layer, Texts};
use corpus::Corpus;
use evaluation::selection;
use rayon::prelude::*;
use workspace::files::{self, Limits};

/// A file, and a memory of the rest of its package.
pub(crate) struct Subject {
    pub(crate) path: String,
    pub(crate) text: Vec<u8>,
    pub(crate) workspace: Layer,
}

/// A file of a package: its path, which begins with the package's name, and its text.
type File = (PathBuf, Vec<u8>);

/// Reads `packages`, a packed corpus or a folder each of whose folders is a package: of
/// every package the files in `language` that quality would be measured on.
///
/// # Errors
/// If it cannot be read or holds no such file.
pub(crate) fn read(packages: &Path, language: &str) -> Result<Vec<Subject>> {
    let subjects: Vec<Subject> = match packages.is_dir() {
        true => folders(packages)?
            .par_iter()
            .flat_map_iter(|folder| subjects(&in_folder(folder, language)))
            .collect(),
        false => packed(packages, language)?
            .par_iter()
            .flat_map_iter(|files| subjects(files))
            .collect(),
    };
    ensure!(
        !subjects.is_empty(),
        "{}: no package with a file of 3–40 KB in {language}",
        packages.display()
    );
    Ok(subjects)
}

/// The folders in `folder`, by name, each as `files` names what is in it.
fn folders(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = std::fs::canonicalize(folder).and_then(std::fs::read_dir);
    let entries = entries.with_context(|| format!("reading {}", folder.display()))?;
    let mut folders = Vec::new();
    for entry in entries {
        let path = entry?.path();
        if path.is_dir() {
            folders.push(path);
        }
    }
    folders.sort();
    Ok(folders)
}

/// The files in `language` of the package in `folder`.
fn in_folder(folder: &Path, language: &str) -> Vec<File> {
    let name = Path::new(folder.file_name().unwrap_or_default());
    let found = files::below(folder, language::of_path);
    let own = found
        .into_iter()
        .filter(|(_, found)| language::serves(language, found));
    own.filter_map(|(path, _)| {
        let text = files::read(&path, Limits::default()).ok()?;
        Some((name.join(path.strip_prefix(folder).ok()?), text))
    })
    .collect()
}

/// The files in `language` of each package in the corpus at `path`.
fn packed(path: &Path, language: &str) -> Result<Vec<Vec<File>>> {
    let corpus = Corpus::open(path)?;
    let mut packages: BTreeMap<&str, Vec<File>> = BTreeMap::new();
    let own = corpus.documents().iter();
    for document in own.filter(|document| language::serves(language, &document.language)) {
        let package = document.path.split('/').next().unwrap_or_default();
        let file = (
            PathBuf::from(&document.path),
            corpus.text(document).to_vec(),
        );
        packages.entry(package).or_default().push(file);
    }
    Ok(packages.into_values().collect())
}

/// A folder of packages and a language, from `DIR=LANGUAGE`.
pub(crate) fn in_language(argument: &str) -> Result<(PathBuf, String), String> {
    let (folder, language) = argument
        .rsplit_once('=')
        .ok_or("no =LANGUAGE behind the folder")?;
    Ok((folder.into(), language.to_owned()))
}

/// A model and a folder of packages, from `MODEL=DIR`.
pub(crate) fn of_model(argument: &str) -> Result<(PathBuf, PathBuf), String> {
    let (model, folder) = argument
        .rsplit_once('=')
        .ok_or("no =DIR behind the model")?;
    Ok((model.into(), folder.into()))
}

/// Those of a package's `files` that are fitted on, each with the others remembered.
fn subjects(files: &[File]) -> Vec<Subject> {
    let remembered: Texts = (files.iter())
        .map(|(path, text)| (path.clone(), Arc::from(text.as_slice())))
        .collect();
    let group = Group::default().holding(&remembered);
    let group = group.map(|(group, _)| group).unwrap_or_default();
    let inside = |path: &Path| path.to_string_lossy().into_owned();
    let chosen = selection::of_package(files, |(path, text)| (inside(path), text.len()));
    let subject = |(path, text): &File| Subject {
        path: inside(path),
        text: text.clone(),
        workspace: group.layer(std::slice::from_ref(path)),
    };
    chosen.into_iter().map(subject).collect()
}
