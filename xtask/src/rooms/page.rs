//! Whether ARCHITECTURE.md names files that are there, and leads a reader through few
//! enough of them.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Context, Result};

/// The chapter that follows a request through the files.
const CHAPTER: &str = "## Life of a keystroke";
/// Files that it may lead through.
const FILES: usize = 20;

/// A line for each file that is named and missing, and for what the chapter does wrong.
pub(super) fn check(root: &Path) -> Result<Vec<String>> {
    let page = std::fs::read_to_string(root.join("ARCHITECTURE.md"));
    let page = page.context("could not read ARCHITECTURE.md")?;
    let mut found: Vec<String> = files_named(&page)
        .filter(|file| !root.join(file).is_file())
        .map(|file| format!("ARCHITECTURE.md names {file}, which is not there"))
        .collect();
    found.extend(detours(&page));
    Ok(found)
}

/// Paths of Rust files from the root of the repository.
fn files_named(text: &str) -> impl Iterator<Item = &str> {
    let quoted = text.split('`').skip(1).step_by(2);
    quoted
        .filter(|word| word.ends_with(".rs") && word.contains('/') && !word.contains('*'))
        .filter(|word| {
            ["crates/", "xtask/", "tests/", "benches/"]
                .iter()
                .any(|top| word.starts_with(top))
        })
}

/// What is wrong with the way of a keystroke: too many files, or one that is entered twice.
fn detours(page: &str) -> Vec<String> {
    let chapter = page.split_once(CHAPTER).map_or("", |(_, rest)| rest);
    let chapter = chapter.split("\n## ").next().unwrap_or_default();
    let steps = chapter.split("\n### ").next().unwrap_or_default();
    let mut entered = BTreeSet::new();
    let mut found = Vec::new();
    for file in files_named(steps) {
        if !entered.insert(file) {
            found.push(format!(
                "a keystroke enters {file} twice in ARCHITECTURE.md"
            ));
        }
    }
    if entered.is_empty() || entered.len() > FILES {
        found.push(format!(
            "a keystroke goes through {} files in ARCHITECTURE.md, expected 1 to {FILES}",
            entered.len()
        ));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(steps: &str) -> String {
        format!("# Page\n`crates/a.rs`\n{CHAPTER}\n{steps}\n### More\n`crates/a.rs`\n## Next\n")
    }

    #[test]
    fn each_file_is_entered_once_and_they_are_few() {
        assert!(detours(&page("1. `crates/a.rs`: x\n2. `crates/b.rs`: y")).is_empty());
        let twice = detours(&page("`crates/a.rs` `crates/b.rs` `crates/a.rs`"));
        assert_eq!(
            twice,
            ["a keystroke enters crates/a.rs twice in ARCHITECTURE.md"]
        );
        let many: String = (0..=FILES).map(|i| format!("`crates/{i}.rs`\n")).collect();
        assert_eq!(detours(&page(&many)).len(), 1);
        assert_eq!(detours("no chapter").len(), 1);
    }

    #[test]
    fn only_paths_from_the_root_are_looked_for() {
        let text = "`crates/a/src/b.rs`, `lab.rs` and `lab/`, `crates/*/tests`, `x`";
        assert_eq!(files_named(text).collect::<Vec<_>>(), ["crates/a/src/b.rs"]);
    }
}
