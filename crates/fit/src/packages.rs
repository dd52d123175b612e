//! Which files are fitted on, and what is remembered around each.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use code_index::{Group, Layer, Texts};
use evaluation::selection;
use rayon::prelude::*;
use workspace::files::{self, Limits};

/// A file, and a memory of the rest of its package.
pub(crate) struct Subject {
    pub(crate) path: String,
    pub(crate) text: Vec<u8>,
    pub(crate) workspace: Layer,
}

/// Reads `folder`, each of whose folders is a package: of every package the files in
/// `language` that quality would be measured on.
///
/// # Errors
/// If the folder cannot be read or holds no such file.
pub(crate) fn read(folder: &Path, language: &str) -> Result<Vec<Subject>> {
    let entries = std::fs::read_dir(folder);
    let entries = entries.with_context(|| format!("reading {}", folder.display()))?;
    let mut packages = Vec::new();
    for entry in entries {
        let path = entry?.path();
        if path.is_dir() {
            packages.push(path);
        }
    }
    packages.sort();
    let subjects: Vec<Subject> = packages
        .par_iter()
        .flat_map_iter(|p| package(p, language))
        .collect();
    ensure!(
        !subjects.is_empty(),
        "{}: no package with a file of 3–40 KB in {language}",
        folder.display()
    );
    Ok(subjects)
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

fn package(folder: &Path, language: &str) -> Vec<Subject> {
    let found = files::below(folder, language::of_path);
    let own = found
        .into_iter()
        .filter(|(_, found)| language::serves(language, found));
    let texts: Vec<(PathBuf, Vec<u8>)> = own
        .filter_map(|(path, _)| Some((files::read(&path, Limits::default()).ok()?, path)))
        .map(|(text, path)| (path, text))
        .collect();
    let inside = |path: &Path| -> String {
        let name = folder.file_name().unwrap_or_default();
        let inside = path.strip_prefix(folder).unwrap_or(path);
        Path::new(name).join(inside).to_string_lossy().into_owned()
    };
    let remembered: Texts = (texts.iter())
        .map(|(path, text)| (path.clone(), Arc::from(text.as_slice())))
        .collect();
    let group = Group::default().holding(&remembered);
    let group = group.map(|(group, _)| group).unwrap_or_default();
    let chosen = selection::of_package(&texts, |(path, text)| (inside(path), text.len()));
    let subject = |(path, text): &(PathBuf, Vec<u8>)| Subject {
        path: inside(path),
        text: text.clone(),
        workspace: group.layer(std::slice::from_ref(path)),
    };
    chosen.into_iter().map(subject).collect()
}
