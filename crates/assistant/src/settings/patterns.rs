//! Patterns for files, as in a `.gitignore`.

use std::path::{Component, Path, PathBuf};

use ignore::gitignore::{Gitignore, GitignoreBuilder};

/// Patterns, and what they match.
#[derive(Clone, Debug)]
pub struct Patterns {
    lines: Vec<String>,
    matcher: Gitignore,
}

impl Patterns {
    /// One pattern a line; `None` if one of them is none.
    pub(super) fn new(lines: Vec<String>) -> Option<Self> {
        let mut builder = GitignoreBuilder::new("");
        for line in &lines {
            builder.add_line(None, line).ok()?;
        }
        let matcher = builder.build().ok()?;
        Some(Self { lines, matcher })
    }

    /// The patterns as they were set.
    pub fn lines(&self) -> &[String] {
        &self.lines
    }

    /// Whether the file at `path`, or a folder that it is in, is one of those meant.
    pub fn matches(&self, path: &Path) -> bool {
        // What a pattern begins at is the root of the file system.
        let named = path.components();
        let named = named.filter(|component| matches!(component, Component::Normal(_)));
        let path: PathBuf = named.collect();
        let found = self.matcher.matched_path_or_any_parents(&path, false);
        found.is_ignore()
    }
}

impl Default for Patterns {
    fn default() -> Self {
        Self {
            lines: Vec::new(),
            matcher: Gitignore::empty(),
        }
    }
}

impl PartialEq for Patterns {
    fn eq(&self, other: &Self) -> bool {
        self.lines == other.lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(lines: &[&str], path: &str, expected: bool) {
        let lines = lines.iter().map(|&line| line.to_owned()).collect();
        let patterns = Patterns::new(lines).expect("patterns");
        assert_eq!(patterns.matches(Path::new(path)), expected, "{path}");
    }

    #[test]
    fn files_are_meant_by_name_folder_and_path() {
        check(&["*.lock"], "/home/me/p/Cargo.lock", true);
        check(&["generated/"], "/home/me/p/generated/a/b.rs", true);
        check(&["/home/me/diary"], "/home/me/diary/today.md", true);
        check(&["/diary"], "/home/me/diary/today.md", false);
        check(&["src/**/*.rs", "!main.rs"], "/src/main.rs", false);
        check(&[], "/src/main.rs", false);
    }

    #[test]
    fn what_is_no_pattern_is_refused() {
        assert_eq!(Patterns::new(vec!["a{".to_owned()]), None);
    }
}
