//! Which packages lie in the folders given, and which files lie in each.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use ignore::{Walk, WalkBuilder};
use rayon::prelude::*;
use semver::Version;

use super::metadata;
use super::repository::Repository;

/// A folder that is packed, or left out, as one package.
pub(super) struct Source {
    pub(super) folder: PathBuf,
    pub(super) repository: Repository,
    /// Files of the languages wanted.
    pub(super) files: Vec<PathBuf>,
    /// Files and folders that could not be looked at.
    pub(super) unreadable: usize,
}

/// The packages of `folders` with their files of `languages`: every sub-folder
/// that states what it is, and what lies outside those as one package more. Where
/// folders are `whole`, each is one package.
///
/// # Errors
/// If a folder can't be read.
pub(super) fn sources(
    folders: &[PathBuf],
    languages: &[String],
    whole: bool,
) -> Result<Vec<Source>> {
    let mut sources = Vec::new();
    for folder in folders {
        let mut packages = packages_in(folder)?;
        if whole {
            packages.clear();
        }
        let packed = packages.par_iter();
        sources.par_extend(packed.map(|package| source(package, languages, &HashSet::new())));
        let rest = source(folder, languages, &packages.into_iter().collect());
        if !rest.files.is_empty() || rest.unreadable > 0 {
            sources.push(rest);
        }
    }
    Ok(sources)
}

/// The sub-folders of `folder` that are packages; none if it is one itself.
fn packages_in(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = std::fs::read_dir(folder)
        .with_context(|| format!("reading folder {}", folder.display()))?;
    if metadata::stands_in(folder) {
        return Ok(Vec::new());
    }
    let mut packages: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| metadata::stands_in(path))
        .collect();
    packages.sort();
    Ok(packages)
}

/// Files of `languages` under `folder`, but not under `except`, that version
/// control would keep.
fn source(folder: &Path, languages: &[String], except: &HashSet<PathBuf>) -> Source {
    let except = except.clone();
    // Rules that can't be followed leave out what they are for, as in the server.
    if !folder.ancestors().all(has_plain_rules) {
        return Source {
            folder: folder.to_owned(),
            repository: Repository::of_folder(folder),
            files: Vec::new(),
            unreadable: 1,
        };
    }
    let walk = walk(folder, move |path| !except.contains(path));
    let (mut files, mut unreadable) = (Vec::new(), 0);
    for entry in walk {
        match entry {
            Ok(entry) if entry.file_type().is_some_and(|t| t.is_file()) => {
                let path = entry.into_path();
                if language::of_path(&path).is_some_and(|language| languages.contains(&language)) {
                    files.push(path);
                }
            }
            Ok(_) => {}
            Err(_) => unreadable += 1,
        }
    }
    Source {
        folder: folder.to_owned(),
        repository: Repository::of_folder(folder),
        files,
        unreadable,
    }
}

/// The files of `language` at or below `input`, in order of path, that version control would
/// keep.
///
/// # Errors
/// If there is nothing at `input`, a folder can't be read, or its rules can't be followed.
pub fn files_below(input: &Path, language: &str) -> Result<Vec<PathBuf>> {
    if let Some(folder) = input.ancestors().find(|folder| !has_plain_rules(folder)) {
        bail!(
            "{}: its rules on what is ignored are no file of at most {MOST_RULES} bytes",
            folder.display()
        );
    }
    let mut files = Vec::new();
    for entry in walk(input, |_| true) {
        let entry = entry?;
        // A link is followed where the user named it, and nowhere else.
        let is_file = match entry.depth() {
            0 => !entry.path().is_dir(),
            _ => entry.file_type().is_some_and(|kind| kind.is_file()),
        };
        if is_file && language::of_path(entry.path()).as_deref() == Some(language) {
            files.push(entry.into_path());
        }
    }
    Ok(files)
}

/// Goes through those entries below `folder` that are `wanted`, and through no folder whose
/// rules can't be followed.
fn walk(folder: &Path, wanted: impl Fn(&Path) -> bool + Send + Sync + 'static) -> Walk {
    let mut walk = WalkBuilder::new(folder);
    let walk = walk.sort_by_file_path(Path::cmp);
    let walk = walk.filter_entry(move |entry| {
        let is_folder = entry.file_type().is_some_and(|kind| kind.is_dir());
        wanted(entry.path()) && (!is_folder || has_plain_rules(entry.path()))
    });
    walk.build()
}

/// Files that the walk reads by itself, from a folder that others may have written.
const RULES: [&str; 3] = [".gitignore", ".ignore", ".git/info/exclude"];

/// No file of rules is longer, in bytes: a matcher takes several hundred times as much.
const MOST_RULES: u64 = 64 << 10;

/// Whether the files of rules in `folder` are regular and of a size that the walk may
/// read: it would wait for a pipe, and follow a link to a device.
fn has_plain_rules(folder: &Path) -> bool {
    let (folder, asked) = (folder.to_owned(), folder.join(RULES[0]));
    let are_plain = move || {
        RULES.iter().all(|name| {
            let found = folder.join(name).metadata();
            found.map_or(true, |found| {
                found.is_dir() || (found.is_file() && found.len() <= MOST_RULES)
            })
        })
    };
    disk::within(&asked, disk::PATIENCE, are_plain).unwrap_or(false)
}

/// For each source, whether another has a newer version of the same package.
/// Packages that state no version, or one that is no semantic version, have nothing
/// in common but a name.
pub(super) fn superseded(sources: &[Source]) -> Vec<bool> {
    let version = |source: &Source| Version::parse(source.repository.version.as_deref()?).ok();
    let mut newest: HashMap<&str, Version> = HashMap::new();
    for source in sources {
        if let Some(version) = version(source) {
            let best = newest.entry(&source.repository.package);
            let best = best.or_insert_with(|| version.clone());
            *best = version.max(best.clone());
        }
    }
    let older = |source: &Source| {
        let package = source.repository.package.as_str();
        version(source).is_some_and(|version| version < newest[package])
    };
    sources.iter().map(older).collect()
}

/// Gives the second and further package of one name a name of its own, so that
/// no two documents have one path.
pub(super) fn tell_apart(repositories: Vec<&mut Repository>) {
    let mut names: HashSet<String> = repositories.iter().map(|r| r.package.clone()).collect();
    let mut seen = HashSet::new();
    for repository in repositories {
        if seen.insert(repository.package.clone()) {
            continue;
        }
        let mut numbered = (2..).map(|n| format!("{}-{n}", repository.package));
        let name = numbered.find(|name| !names.contains(name));
        let name = name.expect("there are more numbers than names");
        names.insert(name.clone());
        // Without a repository to its name, it is one by itself.
        if repository.key == repository.package.to_lowercase() {
            repository.key = name.to_lowercase();
        }
        repository.package = name;
    }
}
