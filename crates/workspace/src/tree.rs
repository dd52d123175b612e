//! Which files below an opened folder are looked at at all.
//!
//! What git ignores, what is hidden, what lies behind links and what is a cache is
//! not. Owns the walk and its answer for a single path, which are the same.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use crate::files::Skipped;
use crate::foreign;
use crate::rules::{self, Refused, Rules};

/// Bytes of patterns that are kept ready for single paths.
const MOST_KEPT: usize = 512 << 10;

/// An opened folder, and the rules that hold in it as far as they were asked for.
pub(crate) struct Tree {
    root: PathBuf,
    /// `None` are folders that are not looked at.
    inside: HashMap<PathBuf, Option<Inside>>,
    /// Bytes of the patterns in those, at most.
    kept: usize,
}

/// What a walk comes to.
#[derive(Default)]
pub(crate) struct Walked {
    /// All files that are looked at, and whether each lies in a folder of others' making.
    pub(crate) files: Vec<(PathBuf, bool)>,
    /// Files of rules that can't be followed, for which their folders are left out.
    pub(crate) refused: Vec<(PathBuf, Skipped)>,
}

/// What holds for the entries of a folder.
#[derive(Clone)]
struct Inside {
    rules: Rules,
    is_foreign: bool,
}

impl Tree {
    /// The folder `root`, which is an [identity](crate::identity).
    pub(crate) fn new(root: &Path) -> Self {
        Self {
            root: root.to_owned(),
            inside: HashMap::new(),
            kept: 0,
        }
    }

    /// The opened folder.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// Walks through the folder. `before` hears of each folder of the user's own before it
    /// is read.
    pub(crate) fn walk(&self, mut before: impl FnMut(&Path)) -> Walked {
        let mut walked = Walked::default();
        // The rules of a folder are read when it is its turn: of those that wait, only what
        // holds in the folder around them is kept.
        let mut left = vec![(self.root.clone(), None::<Inside>)];
        while let Some((folder, around)) = left.pop() {
            let inside = match around {
                None => self.opened(),
                Some(around) => around.below(&folder),
            };
            let inside = match inside {
                Ok(inside) => inside,
                Err(Refused { file, why }) => {
                    walked.refused.push((file, why));
                    continue;
                }
            };
            if !inside.is_foreign {
                before(&folder);
            }
            let (asked, holds) = (folder.clone(), inside.clone());
            let entries = disk::within(&folder, disk::PATIENCE, move || entries(&asked, &holds));
            let Some(entries) = entries else {
                walked.refused.push((folder, Skipped::Slow));
                continue;
            };
            for (path, kind) in entries {
                match kind {
                    Entry::File => walked.files.push((path, inside.is_foreign)),
                    Entry::Folder if inside.wants(&path) => {
                        left.push((path, Some(inside.clone())));
                    }
                    Entry::Folder => {}
                    Entry::Missed => walked.refused.push((path, Skipped::NotAFile)),
                }
            }
        }
        walked
    }

    /// Whether [`walk`](Self::walk) would come by `path`, and if so, whether that lies in
    /// a folder of others' making.
    pub(crate) fn holds(&mut self, path: &Path, is_folder: bool) -> Option<bool> {
        if is_folder {
            return self.inside(path).map(|inside| inside.is_foreign);
        }
        let inside = self.inside(path.parent()?)?;
        inside.rules.want(path, false).then_some(inside.is_foreign)
    }

    fn opened(&self) -> Result<Inside, Refused> {
        Ok(Inside {
            rules: Rules::of_opened(&self.root)?,
            is_foreign: false,
        })
    }

    fn inside(&mut self, folder: &Path) -> Option<Inside> {
        if let Some(known) = self.inside.get(folder) {
            return known.clone();
        }
        let inside = if folder == self.root {
            self.opened().ok()
        } else if folder.starts_with(&self.root) {
            let around = self.inside(folder.parent()?);
            let around = around.filter(|around| around.wants(folder));
            around.and_then(|around| around.below(folder).ok())
        } else {
            None
        };
        self.kept += inside.as_ref().map_or(0, |inside| inside.rules.bytes());
        if self.kept > MOST_KEPT {
            self.inside.clear();
            self.kept = 0;
        }
        self.inside.insert(folder.to_owned(), inside.clone());
        inside
    }
}

/// What there is in a folder that is of interest.
enum Entry {
    File,
    Folder,
    /// What would be read if it were a file.
    Missed,
}

/// The entries of `folder`, in which `inside` holds.
fn entries(folder: &Path, inside: &Inside) -> Vec<(PathBuf, Entry)> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let entries = entries.filter_map(|entry| {
        let entry = entry.ok()?;
        // Of the entry itself: a link is neither.
        let kind = entry.file_type().ok()?;
        let path = entry.path();
        if kind.is_file() {
            return inside
                .rules
                .want(&path, false)
                .then_some((path, Entry::File));
        }
        if kind.is_dir() {
            return Some((path, Entry::Folder));
        }
        is_missed(&path).then_some((path, Entry::Missed))
    });
    entries.collect()
}

/// Whether what lies at `path`, a link or no file at all, would be read if it were a file.
/// Links to code are common, and what they lead to is found by its own name.
fn is_missed(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str());
    name.is_some_and(rules::are_in) || (!path.is_symlink() && language::of_path(path).is_some())
}

/// Whether every one of `folders` that holds `path` says that others made it.
pub(crate) fn is_foreign(folders: &[PathBuf], path: &Path) -> bool {
    let mut below = folders
        .iter()
        .filter_map(|f| path.parent()?.strip_prefix(f).ok());
    below.all(|below| {
        let mut names = below.iter().map(|name| name.to_string_lossy());
        names.any(|name| foreign::is_foreign(&name))
    })
}

impl Inside {
    /// Whether the folder at `path` in this one is looked at.
    fn wants(&self, path: &Path) -> bool {
        self.rules.want(path, true) && !foreign::is_cache(path)
    }

    /// What holds in the folder at `path` in this one.
    fn below(&self, path: &Path) -> Result<Self, Refused> {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        Ok(Self {
            rules: self.rules.inside(path)?,
            is_foreign: self.is_foreign || foreign::is_foreign(&name),
        })
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// The files below `opened` of those that `files` says there are, each of which is
    /// also asked for by itself. A name that ends in `/` is a folder, one with ` = ` has
    /// a text.
    fn found(files: &[&str], opened: &str) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        let top = crate::identity(folder.path());
        for file in files {
            let (name, text) = file.split_once(" = ").unwrap_or((file, ""));
            let path = top.join(name);
            if name.ends_with('/') {
                fs::create_dir_all(path).unwrap();
                continue;
            }
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text.replace(' ', "\n")).unwrap();
        }
        let root = top.join(opened);
        let root = root.components().collect::<PathBuf>();
        let walked = Tree::new(&root).walk(|_| {}).files;
        let mut tree = Tree::new(&root);
        for file in files {
            let path = top.join(file.split(" = ").next().unwrap());
            let by_walk = walked.iter().find(|(found, _)| *found == path);
            if path.is_file() {
                assert_eq!(tree.holds(&path, false), by_walk.map(|w| w.1), "{file}");
            }
        }
        let mut names: Vec<String> = walked
            .iter()
            .map(|(path, is_foreign)| {
                let name = path.strip_prefix(&root).unwrap().to_string_lossy();
                let name = name.replace(std::path::MAIN_SEPARATOR, "/");
                let is_rules = name.ends_with("ignore");
                assert!(!is_rules, "{name}");
                format!("{}{name}", if *is_foreign { "~" } else { "" })
            })
            .collect();
        names.sort();
        names
    }

    #[track_caller]
    fn check(files: &[&str], opened: &str, expected: &[&str]) {
        assert_eq!(found(files, opened), expected);
    }

    #[test]
    fn rules_end_at_the_repository() {
        // A home that ignores all, and a project below it in its own repository.
        let project = [
            "p/.git/",
            "p/a.rs",
            "p/src/b.py",
            "p/.gitignore = *.log",
            "p/c.log",
        ];
        let home = |rules: &'static str| [&[rules, ".git/"], &project[..]].concat();
        check(&home(".gitignore = *"), "p", &["a.rs", "src/b.py"]);
        check(&home(".ignore = *"), "p", &["a.rs", "src/b.py"]);
        check(&home(".gitignore = /p/"), "p", &["a.rs", "src/b.py"]);
        check(&home(".gitignore = *.py"), "p", &["a.rs", "src/b.py"]);
        // The same with the project below an opened folder.
        check(&home(".gitignore = *.py"), "", &["p/a.rs", "p/src/b.py"]);
        // A work tree of git has a file in the place of the folder.
        check(
            &[".gitignore = *.go", "w/.git = gitdir: elsewhere", "w/a.go"],
            "w",
            &["a.go"],
        );
        // Without a repository of its own, what is above says nothing either.
        check(
            &[".gitignore = *", "q/a.ts", "q/b/c.ts"],
            "q",
            &["a.ts", "b/c.ts"],
        );
    }

    #[test]
    fn a_part_of_a_repository_keeps_to_its_rules_unless_it_is_ignored_itself() {
        let files = [
            ".git/",
            ".gitignore = *.gen.ts gen/",
            "s/a.ts",
            "s/a.gen.ts",
            "gen/b.go",
        ];
        check(&files, "s", &["a.ts"]);
        check(&files, "gen", &["b.go"]);
        check(&files, "", &["s/a.ts"]);
        let excluded = [".git/info/exclude = *.c", "s/a.c", "s/a.h"];
        check(&excluded, "s", &["a.h"]);
        check(&[".gitignore = *.c", "a.c", "a.h"], "", &["a.h"]);
    }

    #[test]
    fn inner_rules_go_before_outer_ones_and_bring_back_what_is_hidden() {
        check(
            &[
                ".gitignore = *.py",
                "s/.gitignore = !keep.py",
                "s/keep.py",
                "s/b.py",
            ],
            "",
            &["s/keep.py"],
        );
        check(
            &[".gitignore = *.js", ".ignore = !a.js", "a.js", "b.js"],
            "",
            &["a.js"],
        );
        check(
            &[
                ".gitignore = !.github",
                ".github/a.rs",
                ".hidden/b.rs",
                ".c.rs",
            ],
            "",
            &[".github/a.rs"],
        );
    }

    #[test]
    fn what_others_made_is_told_apart_and_caches_are_left_out() {
        check(
            &[
                "src/a.ts",
                "node_modules/x/index.ts",
                "pkg/vendor/lib/b.go",
                "venv/lib/c.py",
                "target/debug/d.rs",
                "cache/CACHEDIR.TAG = Signature:",
                "cache/e.rs",
            ],
            "",
            &[
                "cache/CACHEDIR.TAG",
                "cache/e.rs",
                "src/a.ts",
                "~node_modules/x/index.ts",
                "~pkg/vendor/lib/b.go",
                "~target/debug/d.rs",
                "~venv/lib/c.py",
            ],
        );
        // An opened folder is the user's own, whatever its name.
        check(
            &["vendor/a.go", "vendor/dist/b.go"],
            "vendor",
            &["a.go", "~dist/b.go"],
        );
    }
}
