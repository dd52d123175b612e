//! Walks folders and packs what is worth learning from.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::fmt;
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use disk::{Links, ReadError, Stamp};
use language::secrets::{is_secret_file, without_secrets};
use rayon::prelude::*;
use sha2::{Digest, Sha256};

use super::Split;
use super::duplicates::{Resemblance, Sketch, Sketches};
use super::filter::{self, Reason};
use super::license;
use super::pack::{Corpus, Document, Traits};
use super::packages::{self, Source};
use super::paths;
use super::report::{Package, Report};
use super::repository::Repository;

/// Files held out at least, where files are: on fewer, one that is unlike the rest
/// decides what a model is thought to be worth.
const LEAST_HELD_OUT: usize = 6;

/// What to pack.
#[derive(Clone, Debug)]
pub struct BuildOptions {
    /// LSP language identifiers of the files wanted; the first is that of the model.
    pub languages: Vec<String>,
    /// Most bytes one repository may give, so that no single style dominates.
    pub repository_bytes: usize,
    /// Whether repositories must state a permissive licence.
    pub permissive_only: bool,
    /// Whether they must state where they are kept: what does not may be part of one
    /// that is held out.
    pub stated_only: bool,
    /// Licence (SPDX) of folders that state none themselves.
    pub license: Option<String>,
    /// Largest file wanted, in bytes.
    pub largest_file: usize,
    /// Leave out what its path or text says is a copy of another project's file,
    /// compiled, generated, a stub or data for tests.
    pub own_code_only: bool,
    /// What is held out.
    pub hold_out: HoldOut,
}

/// What training does not see, so that quality can be measured on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HoldOut {
    /// Whole repositories: files of one resemble each other.
    Repositories,
    /// Files, where there is one repository and its own model is wanted. None is
    /// in the test range.
    Files,
}

/// The error of [`build`] where nothing to train on is left; its text says what
/// was left out and why.
#[derive(Debug)]
pub struct NothingLeft(String);

impl fmt::Display for NothingLeft {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for NothingLeft {}

struct Candidate {
    repository: usize,
    path: String,
    disk: PathBuf,
}

/// A text that is worth learning from, on disk until it is packed: memory may not hold all of
/// them.
struct Clean {
    offset: u64,
    length: usize,
    /// Number of its sketch.
    sketch: u32,
}

/// Files that are read at a time, by as many threads as there are.
const AT_A_TIME: usize = 256;

/// Packs the files of `folders` into `out`. A folder whose sub-folders are
/// packages (each with metadata of its registry) counts as that many packages, and what
/// lies outside them as one more; any other folder as one. Where files are held
/// out every folder counts as one, and some files are held out however few there are.
///
/// # Errors
/// If a folder can't be read or `out` can't be written; [`NothingLeft`] if there is
/// nothing to train on.
pub fn build(folders: &[PathBuf], out: &Path, options: &BuildOptions) -> Result<Report> {
    let mut sources = packages::sources(
        folders,
        &options.languages,
        options.hold_out == HoldOut::Files,
    )?;
    let mut report = Report::default();
    for source in &mut sources {
        let license = &mut source.repository.license;
        *license = license.take().or_else(|| options.license.clone());
        if !source.repository.parts.is_empty() {
            let stated = by_license(source, options.permissive_only, &mut report);
            source.repository.license = stated;
        }
    }
    let superseded = packages::superseded(&sources);
    let mut left_out: Vec<Option<Reason>> = (sources.iter().zip(superseded))
        .map(|(source, superseded)| {
            if options.permissive_only && !source.repository.is_permissive() {
                Some(Reason::License)
            } else if options.stated_only && source.repository.name().is_none() {
                Some(Reason::NoRepository)
            } else {
                superseded.then_some(Reason::OlderVersion)
            }
        })
        .collect();
    if options.hold_out == HoldOut::Repositories {
        leave_out_namesakes(&sources, &mut left_out);
    }
    let kept = sources.iter_mut().zip(&left_out);
    let kept = kept.filter(|(_, reason)| reason.is_none());
    packages::tell_apart(kept.map(|(source, _)| &mut source.repository).collect());

    let mut candidates = Vec::new();
    for (index, (source, reason)) in sources.iter().zip(left_out).enumerate() {
        for _ in 0..source.unreadable {
            count(report.dropped.entry(Reason::Unreadable).or_default(), 0);
        }
        for disk in &source.files {
            if let Some(reason) = reason {
                count(report.dropped.entry(reason).or_default(), size(disk));
                continue;
            }
            let inside = disk.strip_prefix(&source.folder).unwrap_or(disk);
            let against = || paths::speaks_against(&source.folder, inside);
            if let Some(reason) = options.own_code_only.then(against).flatten() {
                count(report.dropped.entry(reason).or_default(), size(disk));
                continue;
            }
            candidates.push(Candidate {
                repository: index,
                path: format!("{}/{}", source.repository.package, inside.display()),
                disk: disk.clone(),
            });
        }
    }
    let repositories: Vec<Repository> = sources.into_iter().map(|s| s.repository).collect();
    if options.hold_out == HoldOut::Repositories {
        let keys: HashSet<&str> = candidates
            .iter()
            .map(|c| repositories[c.repository].key.as_str())
            .collect();
        for key in keys {
            let split = Split::of_repository(key);
            *report.repositories.entry(split).or_default() += 1;
        }
    }

    let folder = out.parent().filter(|folder| *folder != Path::new(""));
    let folder = folder.unwrap_or(Path::new("."));
    let beside = || format!("writing beside {}", out.display());
    let mut sketches = Sketches::new(folder).with_context(beside)?;
    let spool = tempfile::tempfile_in(folder).with_context(beside)?;
    let mut spool = BufWriter::new(spool);
    let mut cleaned = Vec::with_capacity(candidates.len());
    let (mut sketched, mut spooled) = (0, 0);
    for candidates in candidates.chunks(AT_A_TIME) {
        let read = |candidate: &Candidate| {
            let text = read(&candidate.disk, options.largest_file)?;
            if options.own_code_only && filter::is_compiled(&text) {
                return Err((Reason::Generated, text.len()));
            }
            let sketch = Sketch::new(&text);
            Ok((text, sketch))
        };
        let texts: Vec<_> = candidates.par_iter().map(read).collect();
        for text in texts {
            cleaned.push(match text {
                Err(reason) => Err(reason),
                Ok((text, sketch)) => {
                    let clean = Clean {
                        offset: spooled,
                        length: text.len(),
                        sketch: sketched,
                    };
                    let pushed = sketches.push(&sketch);
                    let written = pushed.and_then(|()| spool.write_all(text.as_bytes()));
                    written.with_context(beside)?;
                    sketched += 1;
                    spooled += text.len() as u64;
                    Ok(clean)
                }
            });
        }
    }

    let held_out_anyway = last_by_hash(
        (candidates.iter().zip(&cleaned))
            .filter(|(_, cleaned)| cleaned.is_ok())
            .map(|(candidate, _)| candidate.path.as_str())
            .collect(),
    );
    let split_of = |candidate: &Candidate| match options.hold_out {
        HoldOut::Repositories => Split::of_repository(&repositories[candidate.repository].key),
        HoldOut::Files if held_out_anyway.contains(candidate.path.as_str()) => Split::Validation,
        HoldOut::Files => Split::of_file(&candidate.path),
    };

    // Held-out files go first, so that of a training file and its near copy in
    // a held-out repository, the training file is the one left out. Within a
    // split the order is by hash: what a full repository gives is a fair sample.
    let mut order: Vec<(Split, [u8; 32], usize)> = (candidates.iter().enumerate())
        .map(|(i, candidate)| {
            let hash = Sha256::digest(&candidate.path).into();
            (split_of(candidate), hash, i)
        })
        .collect();
    order.sort_by(|a, b| (b.0, &a.1).cmp(&(a.0, &b.1)));

    let clean = order.iter().filter_map(|(.., i)| cleaned[*i].as_ref().ok());
    let mut seen = sketches.in_order(clean.map(|clean| clean.sketch).collect())?;
    let mut looked_at = 0;
    let mut given: HashMap<&str, usize> = HashMap::new();
    let mut kept = Vec::new();
    let mut credited: BTreeMap<(usize, Split), Package> = BTreeMap::new();
    for (split, _, i) in order {
        let repository = &repositories[candidates[i].repository];
        let &Clean { length, .. } = match &cleaned[i] {
            Ok(clean) => clean,
            Err((reason, bytes)) => {
                count(report.dropped.entry(*reason).or_default(), *bytes);
                continue;
            }
        };
        let position = looked_at;
        looked_at += 1;
        let given = given.entry(&repository.key).or_default();
        let reason = match seen.resemblance(position)? {
            Some(Resemblance::Exact) => Some(Reason::ExactDuplicate),
            Some(Resemblance::Near) => Some(Reason::NearDuplicate),
            None if split == Split::Test => Some(Reason::TestRange),
            None if split == Split::Train && *given + length > options.repository_bytes => {
                Some(Reason::RepositoryFull)
            }
            None => None,
        };
        if reason.is_none() || reason == Some(Reason::TestRange) {
            seen.keep(position);
        }
        if let Some(reason) = reason {
            count(report.dropped.entry(reason).or_default(), length);
            continue;
        }
        // What is held out is not given to training.
        if split == Split::Train {
            *given += length;
        }
        let package = credited
            .entry((candidates[i].repository, split))
            .or_insert_with(|| Package {
                repository: repository.clone(),
                split,
                files: 0,
                bytes: 0,
            });
        package.files += 1;
        package.bytes += length;
        count(report.kept.entry(split).or_default(), length);
        let document = Document {
            path: candidates[i].path.clone(),
            repository: repository.key.clone(),
            language: language::of_path(Path::new(&candidates[i].path)).unwrap_or_default(),
            split,
            offset: 0,
            length,
        };
        kept.push((document, i));
    }
    kept.sort_by(|(a, _), (b, _)| (a.split, &a.path).cmp(&(b.split, &b.path)));
    if !report.kept.contains_key(&Split::Train) {
        let message = format!(
            "no {} file to train on is left in {} folder(s); {} are split as wholes, by their \
             names, 14 in 16 of them to training: add more\n{report}",
            options.languages.join(" or "),
            folders.len(),
            match options.hold_out {
                HoldOut::Repositories => "repositories",
                HoldOut::Files => "files",
            }
        );
        return Err(NothingLeft(message).into());
    }
    report.packages = credited.into_values().collect();
    report
        .packages
        .sort_by(|a, b| a.repository.package.cmp(&b.repository.package));
    let traits = Traits {
        languages: options.languages.clone(),
        permissive_only: options.permissive_only,
        files_held_out: options.hold_out == HoldOut::Files,
    };
    let (documents, kept): (Vec<_>, Vec<_>) = kept.into_iter().unzip();
    let mut spool = spool
        .into_inner()
        .map_err(io::IntoInnerError::into_error)
        .with_context(beside)?;
    let texts = kept.into_iter().map(|i| {
        let clean = cleaned[i].as_ref().ok();
        let clean = clean.context("only what is clean is kept")?;
        spool.seek(SeekFrom::Start(clean.offset))?;
        let mut text = vec![0; clean.length];
        spool.read_exact(&mut text)?;
        Ok(String::from_utf8(text)?)
    });
    report.sha256 = Corpus::write_from(out, traits, documents, texts)?;
    Ok(report)
}

/// Leaves out the files of `source`, whose parts have licences, that are under no permissive
/// one, where they have to be; what licences the rest is under, as one expression.
fn by_license(source: &mut Source, permissive: bool, report: &mut Report) -> Option<String> {
    let part_of = source.repository.part_of();
    let mut stated = BTreeSet::new();
    source.files.retain(|disk| {
        let inside = disk.strip_prefix(&source.folder).unwrap_or(disk);
        let license = part_of(inside).map(|part| part.license.as_str());
        let is_kept = !permissive || license.is_some_and(license::is_permissive);
        if is_kept {
            stated.extend(license);
        } else {
            let dropped = report.dropped.entry(Reason::License);
            count(dropped.or_default(), size(disk));
        }
        is_kept
    });
    match Vec::from_iter(stated).as_slice() {
        [] => None,
        [one] => Some((*one).to_owned()),
        several => {
            let each = several.iter().map(|license| format!("({license})"));
            Some(each.collect::<Vec<_>>().join(" AND "))
        }
    }
}

/// Leaves out what would be trained on while a repository of the same name, but of
/// another owner, is held out.
fn leave_out_namesakes(sources: &[Source], left_out: &mut [Option<Reason>]) {
    let trained = |key: &str| Split::of_repository(key) == Split::Train;
    let kept = sources.iter().zip(&*left_out);
    let kept = kept.filter(|(_, reason)| reason.is_none());
    let held_out: HashSet<&str> = kept
        .map(|(source, _)| &source.repository)
        .filter(|repository| !trained(&repository.key))
        .filter_map(Repository::name)
        .collect();
    for (Source { repository, .. }, reason) in sources.iter().zip(left_out) {
        let namesake = repository
            .name()
            .is_some_and(|name| held_out.contains(name));
        if reason.is_none() && namesake && trained(&repository.key) {
            *reason = Some(Reason::Namesake);
        }
    }
}

/// Of the files at `paths` those that are held out whatever their hashes are: the last
/// [`LEAST_HELD_OUT`] by hash, but no more than a quarter. So among 24 files or more one
/// that was trained on is not held out later, unless others are deleted.
fn last_by_hash(mut paths: Vec<&str>) -> HashSet<&str> {
    let least = LEAST_HELD_OUT.min(paths.len() / 4).max(1);
    let least = least.min(paths.len().saturating_sub(1));
    paths.sort_by_cached_key(|path| Reverse(Sha256::digest(path).to_vec()));
    paths.into_iter().take(least).collect()
}

fn count((files, total): &mut (usize, usize), bytes: usize) {
    *files += 1;
    *total += bytes;
}

/// The text of the file at `path`, if worth learning from, else why not and its size.
fn read(path: &Path, largest: usize) -> Result<String, (Reason, usize)> {
    let bytes = disk::read(path, Links::Refused, largest as u64).map_err(|error| match error {
        ReadError::TooLarge(_) => (Reason::Size, size(path)),
        _ => (Reason::Unreadable, size(path)),
    })?;
    if is_secret_file(path) {
        return Err((Reason::Secret, bytes.len()));
    }
    let clean = filter::clean(&bytes, largest).map_err(|reason| (reason, bytes.len()))?;
    let rest = without_secrets(clean.into_bytes().into()).into_owned();
    String::from_utf8(rest).map_err(|_| (Reason::Binary, bytes.len()))
}

/// Bytes on disk; 0 if even that can't be read.
fn size(path: &Path) -> usize {
    Stamp::of(path).map_or(0, |stamp| stamp.length as usize)
}

#[cfg(test)]
mod tests;
