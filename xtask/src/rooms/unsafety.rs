//! Whether the table of unsafe code in ARCHITECTURE.md is complete, and whether every crate
//! without any forbids it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use proc_macro2::{TokenStream, TokenTree};

use crate::members::Member;

/// The chapter with the table: a file, how many blocks it has, and why they hold.
const CHAPTER: &str = "### Unsafe code";

/// What the root file of a crate without unsafe code begins with.
const FORBID: &str = "#![forbid(unsafe_code)]";

/// A line for each file whose unsafe blocks are not those of the table, and for each root
/// file that does not forbid them and could.
pub(super) fn check(members: &[Member], root: &Path) -> Result<Vec<String>> {
    let mut blocks = BTreeMap::new();
    let mut found = Vec::new();
    for member in members {
        for file in rust_files(&member.folder, members)? {
            let text = std::fs::read_to_string(&file)?;
            let count = count(&text).with_context(|| format!("reading {}", file.display()))?;
            if count > 0 {
                let name = file.strip_prefix(root).unwrap_or(&file);
                blocks.insert(name.display().to_string(), count);
            }
        }
        for target in &member.targets {
            let files = crate::source::Tree::read(target, &crate::source::from_disk)?.files;
            let is_unsafe = files.iter().any(|file| {
                let name = file.strip_prefix(root).unwrap_or(file);
                blocks.contains_key(&name.display().to_string())
            });
            let text = std::fs::read_to_string(target)?;
            if !is_unsafe && !text.lines().any(|line| line == FORBID) {
                let name = target.strip_prefix(root).unwrap_or(target);
                found.push(format!("{} does not say {FORBID}", name.display()));
            }
        }
    }
    let page = std::fs::read_to_string(root.join("ARCHITECTURE.md"))?;
    found.extend(differences(&blocks, &table(&page)?));
    Ok(found)
}

/// The Rust files of a crate, its tests included and crates within its folder left out.
fn rust_files(folder: &Path, members: &[Member]) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let is_data = path.file_name().is_some_and(|name| name == "data");
        let is_member = members.iter().any(|member| member.folder == path);
        if path.is_dir() && !is_data && !is_member {
            files.extend(rust_files(&path, members)?);
        } else if path.extension().is_some_and(|end| end == "rs") {
            files.push(path);
        }
    }
    Ok(files)
}

/// How many blocks and implementations of `text` are unsafe. A function that is unsafe to
/// call has none by itself.
fn count(text: &str) -> Result<usize> {
    let tokens: TokenStream = match text.parse() {
        Ok(tokens) => tokens,
        Err(error) => bail!("{error}"),
    };
    Ok(count_in(tokens))
}

fn count_in(tokens: TokenStream) -> usize {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let is = |tree: &TokenTree, word: &str| matches!(tree, TokenTree::Ident(i) if i == word);
    let pairs = tokens.windows(2).filter(|pair| {
        is(&pair[0], "unsafe") && (is(&pair[1], "impl") || matches!(pair[1], TokenTree::Group(_)))
    });
    let within = tokens.iter().map(|tree| match tree {
        TokenTree::Group(group) => count_in(group.stream()),
        _ => 0,
    });
    pairs.count() + within.sum::<usize>()
}

/// The rows of the table: file and number.
fn table(page: &str) -> Result<BTreeMap<String, usize>> {
    let (_, chapter) = page
        .split_once(CHAPTER)
        .context("no table of unsafe code")?;
    let chapter = chapter.split("\n#").next().unwrap_or_default();
    let rows = chapter.lines().filter(|line| line.starts_with("| `"));
    let row = |line: &str| {
        let mut cells = line.split('|').skip(1).map(str::trim);
        let file = cells.next()?.trim_matches('`').to_owned();
        Some((file, cells.next()?.parse().ok()?))
    };
    rows.map(|line| row(line).with_context(|| format!("{line:?} has no file and number")))
        .collect()
}

fn differences(code: &BTreeMap<String, usize>, page: &BTreeMap<String, usize>) -> Vec<String> {
    let mut files: Vec<&String> = code.keys().chain(page.keys()).collect();
    files.sort();
    files.dedup();
    let of = |table: &BTreeMap<String, usize>, file: &String| table.get(file).copied().unwrap_or(0);
    files
        .into_iter()
        .filter(|file| of(code, file) != of(page, file))
        .map(|file| {
            let (has, said) = (of(code, file), of(page, file));
            format!("{file} has {has} unsafe blocks, and {said} in ARCHITECTURE.md")
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_counted_and_words_are_not() {
        let text = r##"
            // unsafe { }
            const A: &str = "unsafe { }";
            unsafe impl Sync for T {}
            unsafe fn f() { let x = unsafe { g(unsafe { h() }) }; }
        "##;
        assert_eq!(count(text).ok(), Some(3));
        assert_eq!(count("fn safe() {}").ok(), Some(0));
        assert!(count("(").is_err());
    }

    #[test]
    fn the_table_and_the_code_say_the_same() {
        let page = "x\n### Unsafe code\n| file | |\n|---|---|\n| `a.rs` | 2 | why |\n\n## y\n| `z.rs` | 1 |";
        let page = table(page).unwrap();
        assert_eq!(page, BTreeMap::from([("a.rs".to_owned(), 2)]));
        let code = |rows: &[(&str, usize)]| {
            rows.iter()
                .map(|&(file, count)| (file.to_owned(), count))
                .collect::<BTreeMap<_, _>>()
        };
        assert!(differences(&code(&[("a.rs", 2)]), &page).is_empty());
        assert_eq!(
            differences(&code(&[("b.rs", 1)]), &page),
            [
                "a.rs has 0 unsafe blocks, and 2 in ARCHITECTURE.md",
                "b.rs has 1 unsafe blocks, and 0 in ARCHITECTURE.md"
            ]
        );
        assert!(table("no chapter").is_err());
        assert!(table("### Unsafe code\n| `a.rs` | many |").is_err());
    }
}
