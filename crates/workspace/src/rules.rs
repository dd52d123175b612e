//! What git and `.ignore` files leave out, from a repository down.
//!
//! Rules end where a repository begins: what lies above its `.git` says nothing of it.
//! A folder that the rules above it leave out was opened all the same, so it is read
//! without those.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use disk::{Links, ReadError};
use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder, gitconfig_excludes_path};

use crate::files::Skipped;

/// The names of the files that rules are in.
const GIT_IGNORE: &str = ".gitignore";
const IGNORE: &str = ".ignore";

/// Bytes of one such file.
const MOST_FILE: u64 = 1 << 20;

/// Patterns that hold for one folder, those of the folders above it counted, and their
/// bytes: a matcher takes several hundred times as much.
const MOST_PATTERNS: usize = 4096;
const MOST_BYTES: usize = 64 << 10;
/// No path is longer, so that a longer pattern matches nothing; to make ready for it would
/// take seconds.
const LONGEST_PATTERN: usize = 4096;

/// What holds for the entries of one folder. Clones share what is in it.
#[derive(Clone, Default)]
pub(crate) struct Rules {
    /// Of `.gitignore` files, outermost first; before them what holds in a whole
    /// repository.
    git: Vec<Arc<Gitignore>>,
    /// Of `.ignore` files, which go before those.
    own: Vec<Arc<Gitignore>>,
    size: Size,
}

/// How many patterns there are, and their bytes.
#[derive(Clone, Copy, Default)]
struct Size {
    patterns: usize,
    bytes: usize,
}

/// A file whose rules can't be followed. What they leave out is not known, so the folder
/// that it is for is left out.
#[derive(Debug)]
pub(crate) struct Refused {
    pub(crate) file: PathBuf,
    pub(crate) why: Skipped,
}

/// Whether git, or an `.ignore` file, leaves the file at `path` out, or a folder that it lies
/// in below `opened`, if a user has opened one, or else below its repository. Hidden files
/// are not left out by that.
pub(crate) fn leave_out(path: &Path, opened: Option<&Path>) -> bool {
    let Some(folder) = path.parent() else {
        return false;
    };
    let repository = || folder.ancestors().find(|above| is_repository(above));
    let root = opened.or_else(repository).unwrap_or(folder);
    let said = || -> Result<bool, Refused> {
        let mut rules = Rules::of_opened(root)?;
        let below = folder.ancestors().take_while(|above| *above != root);
        let below: Vec<&Path> = below.collect();
        for below in below.into_iter().rev() {
            if rules.verdict(below, true).is_ignore() {
                return Ok(true);
            }
            rules = rules.inside(below)?;
        }
        Ok(rules.verdict(path, false).is_ignore())
    };
    // What rules that can't be followed leave out is not known.
    said().unwrap_or(true)
}

/// Whether a file called `name` has rules for the folder that it is in.
pub(crate) fn are_in(name: &str) -> bool {
    name == GIT_IGNORE || name == IGNORE
}

impl Rules {
    /// What holds for the entries of `folder`, which a user has opened.
    ///
    /// # Errors
    /// [`Refused`].
    pub(crate) fn of_opened(folder: &Path) -> Result<Self, Refused> {
        let repository = folder.ancestors().find(|above| is_repository(above));
        let above = repository.map(|repository| Self::from_above(repository, folder));
        match above.transpose()?.flatten() {
            Some(above) => above.inside(folder),
            None => Self::everywhere(folder)?.inside(folder),
        }
    }

    /// What the folders from `repository` down say of `folder`; `None` if they leave it
    /// out.
    fn from_above(repository: &Path, folder: &Path) -> Result<Option<Self>, Refused> {
        let mut rules = Self::everywhere(repository)?;
        let way: Vec<&Path> = folder
            .ancestors()
            .take_while(|above| *above != repository)
            .collect();
        let mut above = repository;
        for below in way.into_iter().rev() {
            rules = rules.inside(above)?;
            if rules.verdict(below, true).is_ignore() {
                return Ok(None);
            }
            above = below;
        }
        Ok(Some(rules))
    }

    /// What the user's own git says of every folder, and `folder`'s of itself if it is a
    /// repository.
    fn everywhere(folder: &Path) -> Result<Self, Refused> {
        let mut rules = Self::default();
        let global = gitconfig_excludes_path();
        // The user's own file may be a link, into a folder of such files.
        let global = global.map(|file| rules.read(folder, &file, Links::Followed));
        let exclude = rules.read(folder, &folder.join(".git/info/exclude"), Links::Refused)?;
        let found = global.transpose()?.flatten().into_iter().chain(exclude);
        rules.git.extend(found);
        Ok(rules)
    }

    /// What holds for the entries of `folder`, if this holds for `folder` itself.
    ///
    /// # Errors
    /// [`Refused`].
    pub(crate) fn inside(&self, folder: &Path) -> Result<Self, Refused> {
        let mut rules = match is_repository(folder) {
            true => Self::everywhere(folder)?,
            false => self.clone(),
        };
        let git = rules.read(folder, &folder.join(GIT_IGNORE), Links::Refused)?;
        rules.git.extend(git);
        let own = rules.read(folder, &folder.join(IGNORE), Links::Refused)?;
        rules.own.extend(own);
        Ok(rules)
    }

    /// Bytes of the patterns that hold here.
    pub(crate) fn bytes(&self) -> usize {
        self.size.bytes
    }

    /// The rules in `file`, which hold in `folder` and count as part of these; `None` if
    /// it has none. As with git, a link is no file of rules, and neither is a pipe.
    fn read(
        &mut self,
        folder: &Path,
        file: &Path,
        links: Links,
    ) -> Result<Option<Arc<Gitignore>>, Refused> {
        let refused = |why| Refused {
            file: file.to_owned(),
            why,
        };
        let text = match disk::read(file, links, MOST_FILE) {
            Ok(text) => text,
            Err(error) if error.is_not_found() => return Ok(None),
            Err(ReadError::Link | ReadError::NotAFile) => return Ok(None),
            Err(error) => return Err(refused(error.into())),
        };
        let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&text);
        let mut builder = GitignoreBuilder::new(folder);
        for line in text.split(|&byte| byte == b'\n') {
            // A line that is no text, or no pattern, says nothing; the others hold.
            let Ok(line) = str::from_utf8(line) else {
                continue;
            };
            if line.trim().is_empty() || line.starts_with('#') || line.len() > LONGEST_PATTERN {
                continue;
            }
            self.size.patterns += 1;
            self.size.bytes += line.len();
            if self.size.patterns > MOST_PATTERNS || self.size.bytes > MOST_BYTES {
                return Err(refused(Skipped::TooManyRules));
            }
            let _ = builder.add_line(None, line);
        }
        let built = builder
            .build()
            .map_err(|_| refused(Skipped::TooManyRules))?;
        Ok((!built.is_empty()).then(|| Arc::new(built)))
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
    disk::exists(&folder.join(".git"))
}

fn is_hidden(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default();
    name.as_encoded_bytes().starts_with(b".")
}
