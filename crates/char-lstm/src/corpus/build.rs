//! Walks folders and packs what is worth learning from.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use ignore::WalkBuilder;
use rayon::prelude::*;
use sha2::{Digest, Sha256};

use super::duplicates::{Resemblance, Seen, Sketch};
use super::filter::{self, Reason};
use super::pack::{Corpus, Document};
use super::repository::Repository;
use super::{Split, language_of};

/// What to pack.
#[derive(Clone, Debug)]
pub struct BuildOptions {
    /// LSP language identifier of the files wanted.
    pub language: String,
    /// Most bytes one repository may give, so that no single style dominates.
    pub repository_bytes: usize,
    /// Whether repositories must state a permissive licence.
    pub permissive_only: bool,
}

/// What was kept and left out.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Files and bytes packed, by split.
    pub kept: BTreeMap<Split, (usize, usize)>,
    /// Files and bytes left out, by reason.
    pub dropped: BTreeMap<Reason, (usize, usize)>,
    /// SHA-256 of the packed data.
    pub sha256: String,
    /// What each package gave, in order of name.
    pub packages: Vec<Package>,
}

/// A package in a corpus, as credited in a manifest.
#[derive(Clone, Debug)]
pub struct Package {
    /// Where it comes from, under which licence.
    pub repository: Repository,
    /// Where it belongs.
    pub split: Split,
    /// Files packed.
    pub files: usize,
    /// Bytes packed.
    pub bytes: usize,
}

impl Report {
    /// A tab-separated table of the packages, one a line, for people and tools.
    pub fn manifest(&self) -> String {
        let mut table = "package\tversion\tlicense\trepository\tsplit\tfiles\tbytes\n".to_owned();
        for package in &self.packages {
            let Repository {
                key,
                package: name,
                version,
                license,
            } = &package.repository;
            let version = version
                .as_ref()
                .map_or_else(String::new, ToString::to_string);
            let license = license.as_deref().unwrap_or_default();
            let split = format!("{:?}", package.split).to_lowercase();
            let (files, bytes) = (package.files, package.bytes);
            table += &format!("{name}\t{version}\t{license}\t{key}\t{split}\t{files}\t{bytes}\n");
        }
        table
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let megabytes = |bytes: usize| bytes as f64 / 1e6;
        for (split, &(files, bytes)) in &self.kept {
            let split = format!("{split:?}").to_lowercase();
            writeln!(
                f,
                "kept     {split:<34} {files:>7} files {:>9.2} MB",
                megabytes(bytes)
            )?;
        }
        for (reason, &(files, bytes)) in &self.dropped {
            let reason = reason.to_string();
            writeln!(
                f,
                "left out {reason:<34} {files:>7} files {:>9.2} MB",
                megabytes(bytes)
            )?;
        }
        write!(f, "sha256   {}", self.sha256)
    }
}

struct Candidate {
    repository: usize,
    path: String,
    disk: PathBuf,
}

/// Packs the files of `folders` into `out`. A folder whose sub-folders are
/// packages (each with a `Cargo.toml`) counts as that many packages, any other
/// folder as one.
///
/// # Errors
/// If a folder can't be read, `out` can't be written, or nothing to train on is
/// left; the message then says what was left out and why.
pub fn build(folders: &[PathBuf], out: &Path, options: &BuildOptions) -> Result<Report> {
    let mut packages = Vec::new();
    for folder in folders {
        packages.extend(packages_in(folder)?);
    }
    let repositories: Vec<Repository> = packages
        .par_iter()
        .map(|folder| Repository::of_folder(folder))
        .collect();
    let newest = newest_versions(&repositories);

    let mut report = Report::default();
    let mut candidates = Vec::new();
    for (index, (folder, repository)) in packages.iter().zip(&repositories).enumerate() {
        for disk in files_of(folder, &options.language) {
            let inside = disk.strip_prefix(folder).unwrap_or(&disk);
            let path = format!("{}/{}", repository.package, inside.display());
            let dropped = if options.permissive_only && !repository.is_permissive() {
                Some(Reason::License)
            } else if newest[&repository.package] != index {
                Some(Reason::OlderVersion)
            } else {
                None
            };
            match dropped {
                Some(reason) => {
                    let bytes = disk.metadata().map_or(0, |m| m.len() as usize);
                    count(report.dropped.entry(reason).or_default(), bytes);
                }
                None => candidates.push(Candidate {
                    repository: index,
                    path,
                    disk,
                }),
            }
        }
    }

    let cleaned: Vec<_> = candidates
        .par_iter()
        .map(|candidate| {
            let bytes = std::fs::read(&candidate.disk).unwrap_or_default();
            let text = filter::clean(&bytes).map_err(|reason| (reason, bytes.len()))?;
            let sketch = Sketch::new(&text);
            Ok((text, sketch))
        })
        .collect();

    // Held-out files go first, so that of a training file and its near copy in
    // a held-out repository, the training file is the one left out. Within a
    // split the order is by hash: what a full repository gives is a fair sample.
    let mut order: Vec<(Split, Vec<u8>, usize)> = (candidates.iter().enumerate())
        .map(|(i, candidate)| {
            let split = Split::of_repository(&repositories[candidate.repository].key);
            (split, Sha256::digest(&candidate.path).to_vec(), i)
        })
        .collect();
    order.sort_by(|a, b| (b.0, &a.1).cmp(&(a.0, &b.1)));

    let mut seen = Seen::default();
    let mut given: HashMap<&str, usize> = HashMap::new();
    let mut kept = Vec::new();
    let mut credited: BTreeMap<usize, Package> = BTreeMap::new();
    let mut cleaned: Vec<_> = cleaned.into_iter().map(Some).collect();
    for (split, _, i) in order {
        let repository = &repositories[candidates[i].repository];
        let (text, sketch) = match cleaned[i].take().expect("each file is visited once") {
            Ok(cleaned) => cleaned,
            Err((reason, bytes)) => {
                count(report.dropped.entry(reason).or_default(), bytes);
                continue;
            }
        };
        let given = given.entry(&repository.key).or_default();
        let reason = match seen.resemblance(&sketch) {
            Some(Resemblance::Exact) => Some(Reason::ExactDuplicate),
            Some(Resemblance::Near) => Some(Reason::NearDuplicate),
            None if split == Split::Test => Some(Reason::TestRange),
            None if split == Split::Train && *given + text.len() > options.repository_bytes => {
                Some(Reason::RepositoryFull)
            }
            None => None,
        };
        if reason.is_none() || reason == Some(Reason::TestRange) {
            seen.insert(sketch);
        }
        if let Some(reason) = reason {
            count(report.dropped.entry(reason).or_default(), text.len());
            continue;
        }
        *given += text.len();
        let package = credited
            .entry(candidates[i].repository)
            .or_insert_with(|| Package {
                repository: repository.clone(),
                split,
                files: 0,
                bytes: 0,
            });
        package.files += 1;
        package.bytes += text.len();
        count(report.kept.entry(split).or_default(), text.len());
        let document = Document {
            path: candidates[i].path.clone(),
            repository: repository.key.clone(),
            language: options.language.clone(),
            split,
            offset: 0,
            length: text.len(),
        };
        kept.push((document, text));
    }
    kept.sort_by(|(a, _), (b, _)| (a.split, &a.path).cmp(&(b.split, &b.path)));
    if !report.kept.contains_key(&Split::Train) {
        bail!(
            "no {} file to train on is left in {} folder(s)\n{report}",
            options.language,
            folders.len()
        );
    }
    report.packages = credited.into_values().collect();
    report
        .packages
        .sort_by(|a, b| a.repository.package.cmp(&b.repository.package));
    report.sha256 = Corpus::write(out, kept)?;
    Ok(report)
}

fn count((files, total): &mut (usize, usize), bytes: usize) {
    *files += 1;
    *total += bytes;
}

/// The packages that `folder` stands for.
fn packages_in(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = std::fs::read_dir(folder)
        .with_context(|| format!("reading folder {}", folder.display()))?;
    let mut packages: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.join("Cargo.toml").is_file())
        .collect();
    packages.sort();
    if packages.is_empty() || folder.join("Cargo.toml").is_file() {
        packages = vec![folder.to_owned()];
    }
    Ok(packages)
}

/// Of each package name, the index of its newest version.
fn newest_versions(repositories: &[Repository]) -> HashMap<String, usize> {
    let mut newest: HashMap<String, usize> = HashMap::new();
    for (index, repository) in repositories.iter().enumerate() {
        let best = newest.entry(repository.package.clone()).or_insert(index);
        if repository.version > repositories[*best].version {
            *best = index;
        }
    }
    newest
}

/// Files of `language` under `folder` that version control would keep.
fn files_of(folder: &Path, language: &str) -> Vec<PathBuf> {
    let walk = WalkBuilder::new(folder)
        .sort_by_file_path(Path::cmp)
        .build();
    walk.filter_map(Result::ok)
        .filter(|entry| entry.file_type().is_some_and(|t| t.is_file()))
        .filter(|entry| entry.file_name().to_str().and_then(language_of) == Some(language))
        .map(ignore::DirEntry::into_path)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(seed: usize) -> String {
        let line = |i| format!("    let value_{seed}_{i} = compute_{i}(other_{seed});\n");
        (0..20).map(line).collect()
    }

    /// A package name whose split is `split`.
    fn name_in(split: Split) -> String {
        let names = (0..).map(|i| format!("package{i}"));
        names
            .into_iter()
            .find(|n| Split::of_repository(n) == split)
            .unwrap()
    }

    fn options() -> BuildOptions {
        BuildOptions {
            language: "rust".into(),
            repository_bytes: 1_000_000,
            permissive_only: true,
        }
    }

    fn write_package(root: &Path, name: &str, license: &str, files: &[(&str, String)]) {
        let folder = root.join(name);
        std::fs::create_dir_all(&folder).unwrap();
        let manifest = format!("[package]\nname = \"{name}\"\nlicense = \"{license}\"\n");
        std::fs::write(folder.join("Cargo.toml"), manifest).unwrap();
        for (file, text) in files {
            std::fs::write(folder.join(file), text).unwrap();
        }
    }

    #[test]
    fn near_copies_of_held_out_files_are_not_trained_on() {
        let root = tempfile::tempdir().unwrap();
        let (train, validation) = (name_in(Split::Train), name_in(Split::Validation));
        let copy = format!("{}    let added = 1;\n", code(1));
        let files = [("copy.rs", copy), ("own.rs", code(2))];
        write_package(root.path(), &train, "MIT", &files);
        write_package(root.path(), &validation, "MIT", &[("original.rs", code(1))]);
        write_package(
            root.path(),
            &name_in(Split::Test),
            "MIT",
            &[("secret.rs", code(3))],
        );

        let out = root.path().join("corpus.pack");
        let report = build(&[root.path().to_owned()], &out, &options()).unwrap();
        assert_eq!(report.dropped[&Reason::NearDuplicate].0, 1);
        assert_eq!(report.dropped[&Reason::TestRange].0, 1);
        let corpus = Corpus::open(&out).unwrap();
        let paths: Vec<_> = corpus.documents().iter().map(|d| d.path.clone()).collect();
        assert_eq!(
            paths,
            [
                format!("{train}/own.rs"),
                format!("{validation}/original.rs")
            ]
        );
    }

    #[test]
    fn nothing_left_says_what_was_left_out_and_why() {
        let root = tempfile::tempdir().unwrap();
        let files = [("a.rs", code(1))];
        write_package(root.path(), &name_in(Split::Train), "GPL-3.0", &files);
        let out = root.path().join("corpus.pack");
        let error = build(&[root.path().to_owned()], &out, &options()).unwrap_err();
        assert!(
            error.to_string().contains("no permissive licence"),
            "{error}"
        );
        assert!(!out.exists());
    }
}
