//! What a build kept and left out, for the user who asked for it.

use std::collections::BTreeMap;
use std::fmt;

use super::Split;
use super::filter::Reason;
use super::repository::Repository;

/// What was kept and left out.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Repositories with files to choose from, by split; none where files are
    /// held out.
    pub repositories: BTreeMap<Split, usize>,
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
                ..
            } = &package.repository;
            let version = version.as_deref().unwrap_or_default();
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
        let fell_to = |split| self.repositories.get(&split).copied().unwrap_or(0);
        if self.repositories.is_empty() {
            writeln!(f, "split    by file, 14 in 16 to training")?;
        } else {
            writeln!(
                f,
                "split    repositories: {} train, {} validation, {} test",
                fell_to(Split::Train),
                fell_to(Split::Validation),
                fell_to(Split::Test)
            )?;
        }
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
