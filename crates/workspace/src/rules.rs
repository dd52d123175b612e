//! What git and `.ignore` files leave out, from a repository down.
//!
//! Rules end where a repository begins: what lies above its `.git` says nothing of it.
//! A folder that the rules above it leave out was opened all the same, so it is read
//! without those.

use std::path::Path;
use std::sync::Arc;

use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};

/// The names of the files that rules are in.
const GIT_IGNORE: &str = ".gitignore";
const IGNORE: &str = ".ignore";

/// What holds for the entries of one folder. Clones share what is in it.
#[derive(Clone, Default)]
pub(crate) struct Rules {
    /// Of `.gitignore` files, outermost first; before them what holds in a whole
    /// repository.
    git: Vec<Arc<Gitignore>>,
    /// Of `.ignore` files, which go before those.
    own: Vec<Arc<Gitignore>>,
}

/// Whether a file called `name` has rules for the folder that it is in.
pub(crate) fn are_in(name: &str) -> bool {
    name == GIT_IGNORE || name == IGNORE
}

impl Rules {
    /// What holds for the entries of `folder`, which a user has opened.
    pub(crate) fn of_opened(folder: &Path) -> Self {
        let repository = folder.ancestors().find(|above| is_repository(above));
        let above = repository.and_then(|repository| Self::from_above(repository, folder));
        above
            .unwrap_or_else(|| Self::everywhere(folder))
            .inside(folder)
    }

    /// What the folders from `repository` down say of `folder`; `None` if they leave it
    /// out.
    fn from_above(repository: &Path, folder: &Path) -> Option<Self> {
        let mut rules = Self::everywhere(repository);
        let way: Vec<&Path> = folder
            .ancestors()
            .take_while(|above| *above != repository)
            .collect();
        let mut above = repository;
        for below in way.into_iter().rev() {
            rules = rules.inside(above);
            if rules.verdict(below, true).is_ignore() {
                return None;
            }
            above = below;
        }
        Some(rules)
    }

    /// What the user's own git says of every folder, and `folder`'s of itself if it is a
    /// repository.
    fn everywhere(folder: &Path) -> Self {
        let (global, _) = GitignoreBuilder::new(folder).build_global();
        let mut rules = Self::default();
        let mut exclude = GitignoreBuilder::new(folder);
        let excluded = folder.join(".git/info/exclude");
        if excluded.is_file() {
            exclude.add(excluded);
        }
        let exclude = exclude.build().unwrap_or_else(|_| Gitignore::empty());
        rules.git.extend([global, exclude].map(Arc::new));
        rules.git.retain(|rules| !rules.is_empty());
        rules
    }

    /// What holds for the entries of `folder`, if this holds for `folder` itself.
    pub(crate) fn inside(&self, folder: &Path) -> Self {
        let mut rules = match is_repository(folder) {
            true => Self::everywhere(folder),
            false => self.clone(),
        };
        for (name, kind) in [(GIT_IGNORE, &mut rules.git), (IGNORE, &mut rules.own)] {
            let file = folder.join(name);
            // Anything else could keep a reader waiting.
            if file.is_file() {
                let (read, _) = Gitignore::new(file);
                kind.extend((!read.is_empty()).then(|| Arc::new(read)));
            }
        }
        rules
    }

    /// Whether the entry at `path` is looked at: nothing leaves it out, and it is not
    /// hidden unless a rule brings it back.
    pub(crate) fn want(&self, path: &Path, is_folder: bool) -> bool {
        match self.verdict(path, is_folder) {
            Match::Ignore(()) => false,
            Match::Whitelist(()) => true,
            Match::None => !is_hidden(path),
        }
    }

    /// The innermost rule that says something of `path`.
    fn verdict(&self, path: &Path, is_folder: bool) -> Match<()> {
        let innermost = self.own.iter().rev().chain(self.git.iter().rev());
        let verdicts = innermost.map(|rules| rules.matched(path, is_folder).map(|_| ()));
        let mut said = verdicts.filter(|verdict| !verdict.is_none());
        said.next().unwrap_or(Match::None)
    }
}

fn is_repository(folder: &Path) -> bool {
    // A file in the work trees that git makes of one repository.
    folder.join(".git").exists()
}

fn is_hidden(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default();
    name.as_encoded_bytes().starts_with(b".")
}
