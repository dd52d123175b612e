//! Which files go first where not all can be remembered.
//!
//! What the user has open, what lies in the same package, what is in the same language
//! and what was written last; then everything else, and last what others made.

use std::cmp::Reverse;
use std::collections::HashSet;
use std::path::{Path, PathBuf};

use code_index::Group;
use disk::Stamp;

/// Documents whose packages count, the last ones opened.
const MOST_OPENED: usize = 16;

/// A file that may be remembered.
#[derive(Clone, Debug)]
pub(crate) struct Candidate {
    pub(crate) path: PathBuf,
    pub(crate) group: String,
    /// Whether it lies in a folder of others' making.
    pub(crate) is_foreign: bool,
    /// What it was before it is read.
    pub(crate) stamp: Option<Stamp>,
}

/// What the user has opened last, the latest first.
#[derive(Debug, Default)]
pub(crate) struct Focus(Vec<PathBuf>);

/// What makes a file near; the least is the nearest.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Distance {
    is_foreign: bool,
    /// Its place among what was opened last, then that of its package.
    opened: usize,
    package: usize,
    is_other_language: bool,
    age: Reverse<u64>,
}

impl Focus {
    /// The user has opened the file at `path`. Whether that is news.
    pub(crate) fn turn_to(&mut self, path: &Path) -> bool {
        if self.0.first().is_some_and(|first| first == path) {
            return false;
        }
        self.0.retain(|opened| opened != path);
        self.0.insert(0, path.to_owned());
        self.0.truncate(MOST_OPENED);
        true
    }

    /// Makes ready in `group` what is near the document that was opened last, if one was.
    pub(crate) fn prepare(&self, group: &Group) {
        if let Some(latest) = self.0.first() {
            group.prepare(latest);
        }
    }

    /// Brings `candidates` into order, nearest first. `packages` are the folders that
    /// have a manifest.
    pub(crate) fn order(
        &self,
        candidates: &mut [Candidate],
        packages: &HashSet<PathBuf>,
        group_of: impl Fn(&Path) -> Option<String>,
    ) {
        let mut near: Vec<&Path> = Vec::new();
        for opened in &self.0 {
            let package = opened.ancestors().skip(1).find(|f| packages.contains(*f));
            let package = package.or(opened.parent()).unwrap_or(opened);
            if !near.contains(&package) {
                near.push(package);
            }
        }
        let language = self.0.first().and_then(|opened| group_of(opened));
        let distance = |candidate: &Candidate| -> Distance {
            let path = candidate.path.as_path();
            let opened = self.0.iter().position(|opened| opened == path);
            let package = near.iter().position(|package| path.starts_with(package));
            Distance {
                is_foreign: candidate.is_foreign,
                opened: opened.unwrap_or(usize::MAX),
                package: package.unwrap_or(usize::MAX),
                is_other_language: language.as_ref().is_some_and(|l| *l != candidate.group),
                age: Reverse(candidate.stamp.map_or(0, |stamp| stamp.nanos)),
            }
        };
        candidates.sort_by(|one, other| {
            let distances = distance(one).cmp(&distance(other));
            distances.then_with(|| one.path.cmp(&other.path))
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The order of files `NAME AGE`, those with `~` of others' making.
    fn order(files: &[&str], opened: &[&str], packages: &[&str]) -> Vec<String> {
        let group_of = |path: &Path| Some(path.extension()?.to_str()?.to_owned());
        let mut candidates: Vec<Candidate> = files
            .iter()
            .map(|file| {
                let (name, age) = file.split_once(' ').unwrap_or((file, "9"));
                let path = PathBuf::from(name.trim_start_matches('~'));
                let nanos = 100 - age.parse::<u64>().unwrap();
                Candidate {
                    group: group_of(&path).unwrap(),
                    path,
                    is_foreign: name.starts_with('~'),
                    stamp: Some(Stamp {
                        nanos,
                        ..Stamp::default()
                    }),
                }
            })
            .collect();
        let mut focus = Focus::default();
        for path in opened {
            focus.turn_to(Path::new(path));
        }
        let packages = packages.iter().map(PathBuf::from).collect();
        focus.order(&mut candidates, &packages, group_of);
        let names = candidates
            .iter()
            .map(|c| c.path.to_string_lossy().into_owned());
        names.collect()
    }

    #[track_caller]
    fn check(files: &[&str], opened: &[&str], packages: &[&str], expected: &[&str]) {
        assert_eq!(order(files, opened, packages), expected);
    }

    #[test]
    fn others_work_comes_last_and_the_alphabet_only_where_nothing_else_tells() {
        check(
            &["~a/dep.rs 1", "z.rs 5", "y.rs 5"],
            &[],
            &[],
            &["y.rs", "z.rs", "a/dep.rs"],
        );
        check(&["~v/a.go", "b.go"], &["v/a.go"], &[], &["b.go", "v/a.go"]);
    }

    #[test]
    fn the_open_files_package_goes_before_what_was_written_later() {
        check(
            &["p/src/a.py 9", "q/b.py 1", "p/src/deep/c.py 8"],
            &["p/src/open.py"],
            &["p", "q"],
            &["p/src/deep/c.py", "p/src/a.py", "q/b.py"],
        );
        // Without a manifest its folder counts.
        check(
            &["x/a.c 9", "y/b.c 1"],
            &["x/open.c"],
            &[],
            &["x/a.c", "y/b.c"],
        );
        // What was opened before still counts, but less.
        check(
            &["p/a.ts 1", "q/b.ts 9", "r/c.ts 5"],
            &["p/1.ts", "q/2.ts"],
            &["p", "q", "r"],
            &["q/b.ts", "p/a.ts", "r/c.ts"],
        );
    }

    #[test]
    fn files_opened_before_and_the_language_in_use_go_first() {
        check(
            &["m/a.go 1", "m/b.rs 9", "n/c.go 1", "n/d.rs 9"],
            &["m/open.rs"],
            &[],
            &["m/b.rs", "m/a.go", "n/d.rs", "n/c.go"],
        );
        check(
            &["m/a.ts 1", "n/old.ts 9"],
            &["n/old.ts", "m/open.ts"],
            &[],
            &["n/old.ts", "m/a.ts"],
        );
        check(
            &["a.js 3", "b.js 2", "c.js 1"],
            &[],
            &[],
            &["c.js", "b.js", "a.js"],
        );
    }
}
