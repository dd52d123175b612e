//! The documentation as a book, in the order of `docs/SUMMARY.md`.
//!
//! Owns: whether every page is in it, whether it leads to pages that it lacks, and building it
//! with mdBook. What a link inside a page is, and whether it holds, is in `links`. Must not know
//! what the pages say.

use std::collections::BTreeSet;
use std::env::consts::EXE_SUFFIX;
use std::fs;
use std::path::{Component, Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::links;
use crate::{process, workspace};

/// Where the pages for users are.
const FOLDER: &str = "docs";

/// The pages of the book in their order, in mdBook's form.
const SUMMARY: &str = "docs/SUMMARY.md";

/// mdBook's settings, beside the pages.
const SETTINGS: &str = "book.toml";

/// The version of mdBook that builds it.
const MDBOOK: &str = "0.5.4";

/// The book, with paths from the root of the repository.
#[derive(Debug, Default)]
struct Book {
    /// Its pages.
    chapters: Vec<PathBuf>,
    /// Pages and folders that a chapter leads to.
    pages: Vec<Lead>,
    /// Pictures and other files that chapters lead to.
    files: BTreeSet<PathBuf>,
}

/// A link from a chapter.
#[derive(Debug)]
struct Lead {
    from: PathBuf,
    to: PathBuf,
}

/// Checks that the book has every page for users, each once, and that what its pages lead to
/// is in it.
///
/// # Errors
/// With a line for each page of which that is not so, or if one can't be read.
fn check() -> Result<()> {
    let root = workspace::root();
    let book = Book::read(&root)?;
    let problems = book.problems(&links::pages()?);
    if problems.is_empty() {
        println!("book: {} pages", book.chapters.len());
        return Ok(());
    }
    bail!("{}", problems.join("\n"));
}

/// Builds the book in `target/book/html`.
///
/// # Errors
/// If it does not hang together, or mdBook can't be had or fails.
pub(crate) fn build() -> Result<()> {
    check()?;
    let mdbook = mdbook()?;
    let root = workspace::root();
    let folder = workspace::target().join("book");
    // What was built of pages that are gone would stay.
    let _ = fs::remove_dir_all(&folder);
    let source = folder.join("src");
    let book = Book::read(&root)?;
    for file in book.chapters.iter().chain(&book.files) {
        copy(&root.join(file), &source.join(file))?;
    }
    let summary = from_root(&read(&root.join(SUMMARY))?);
    let place = source.join("SUMMARY.md");
    fs::write(&place, summary).with_context(|| format!("could not write {}", place.display()))?;
    copy(&root.join(FOLDER).join(SETTINGS), &folder.join(SETTINGS))?;
    process::shown(Command::new(mdbook).arg("build").arg(&folder))?;
    println!("{}", folder.join("html/index.html").display());
    Ok(())
}

impl Book {
    fn read(root: &Path) -> Result<Self> {
        let summary = read(&root.join(SUMMARY))?;
        let listed = links::links(&summary);
        let mut book = Self {
            chapters: listed
                .iter()
                .filter_map(|link| target(Path::new(SUMMARY), link))
                .collect(),
            ..Self::default()
        };
        for from in &book.chapters {
            for link in links::links(&read(&root.join(from))?) {
                let Some(to) = target(from, &link) else {
                    continue;
                };
                if is_page(&to) || root.join(&to).is_dir() {
                    let from = from.clone();
                    book.pages.push(Lead { from, to });
                } else {
                    book.files.insert(to);
                }
            }
        }
        Ok(book)
    }

    /// What is wrong with it, if the repository has these `pages`.
    fn problems(&self, pages: &[PathBuf]) -> Vec<String> {
        let mut listed = BTreeSet::new();
        let chapters = self.chapters.iter();
        let twice = chapters.filter(|&chapter| !listed.insert(chapter));
        let twice = twice.map(|page| format!("{SUMMARY}: {} is listed twice", page.display()));
        let mut problems: Vec<String> = twice.collect();
        let of_users = pages
            .iter()
            .filter(|page| page.starts_with(FOLDER) && *page != Path::new(SUMMARY));
        let lacking = of_users.filter(|page| !listed.contains(page));
        problems.extend(lacking.map(|page| format!("{SUMMARY} lacks {}", page.display())));
        let astray = self.pages.iter().filter(|lead| !listed.contains(&lead.to));
        problems.extend(astray.map(|Lead { from, to }| {
            format!(
                "{}: {} is no page of the book: list it in {SUMMARY}, or link to what is",
                from.display(),
                to.display()
            )
        }));
        problems
    }
}

fn is_page(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "md")
}

/// Where `link` leads from the page at `page`; `None` for one to another site or to a
/// heading of the same page.
fn target(page: &Path, link: &str) -> Option<PathBuf> {
    let path = link.split('#').next().filter(|path| !path.is_empty())?;
    if path.contains(':') {
        return None;
    }
    let mut found = page.parent()?.to_owned();
    for part in Path::new(path).components() {
        match part {
            Component::ParentDir => {
                found.pop();
            }
            Component::Normal(name) => found.push(name),
            _ => {}
        }
    }
    Some(found)
}

/// The text of `SUMMARY.md` with links from the root of the repository, where mdBook finds it.
fn from_root(summary: &str) -> String {
    let above = format!("]({FOLDER}/../");
    summary
        .replace("](", &format!("]({FOLDER}/"))
        .replace(&above, "](")
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("could not read {}", path.display()))
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    let made = to.parent().map_or(Ok(()), fs::create_dir_all);
    made.and_then(|()| fs::copy(from, to))
        .with_context(|| format!("could not copy {} to {}", from.display(), to.display()))?;
    Ok(())
}

/// The path of mdBook, which is built into `.cache` the first time.
fn mdbook() -> Result<PathBuf> {
    let folder = workspace::cache("mdbook");
    let program = folder.join("bin").join(format!("mdbook{EXE_SUFFIX}"));
    let version = process::read(Command::new(&program).arg("--version"));
    if !version.is_ok_and(|version| version.trim().ends_with(MDBOOK)) {
        let mut install = process::cargo();
        install.args(["install", "--quiet", "--locked", "--no-default-features"]);
        // It has a few pages to build, and is there sooner without optimisation.
        install.args(["--debug", "--version", MDBOOK, "--root"]);
        install.env("CARGO_PROFILE_DEV_DEBUG", "0");
        process::shown(install.arg(&folder).arg("mdbook"))?;
    }
    Ok(program)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(names: &[&str]) -> Vec<PathBuf> {
        names.iter().map(PathBuf::from).collect()
    }

    #[track_caller]
    fn check(chapters: &[&str], leads: &[&str], expected: &[&str]) {
        let lead = |to: &&str| Lead {
            from: "README.md".into(),
            to: to.into(),
        };
        let book = Book {
            chapters: paths(chapters),
            pages: leads.iter().map(lead).collect(),
            files: BTreeSet::new(),
        };
        let pages = paths(&["README.md", "docs/SUMMARY.md", "docs/a.md", "docs/b/c.md"]);
        assert_eq!(book.problems(&pages), expected);
    }

    #[test]
    fn every_page_for_users_is_listed_once() {
        check(&["README.md", "docs/a.md", "docs/b/c.md"], &[], &[]);
        check(&["docs/a.md"], &[], &["docs/SUMMARY.md lacks docs/b/c.md"]);
        check(
            &["docs/a.md", "docs/b/c.md", "docs/a.md"],
            &[],
            &["docs/SUMMARY.md: docs/a.md is listed twice"],
        );
    }

    #[test]
    fn chapters_lead_to_chapters() {
        let chapters = ["docs/a.md", "docs/b/c.md"];
        check(&chapters, &["docs/b/c.md"], &[]);
        let found = "README.md: docs is no page of the book: list it in docs/SUMMARY.md, or link to what is";
        check(&chapters, &["docs"], &[found]);
    }

    #[test]
    fn links_lead_from_the_page_that_they_are_on() {
        let leads = |link| target(Path::new("docs/b/c.md"), link);
        assert_eq!(leads("d.md#e"), Some("docs/b/d.md".into()));
        assert_eq!(leads("../../README.md"), Some("README.md".into()));
        assert_eq!(leads("./d.svg"), Some("docs/b/d.svg".into()));
        assert_eq!(leads("#e"), None);
        assert_eq!(leads("https://example.org/a.md"), None);
    }

    #[test]
    fn the_summary_is_read_from_the_root() {
        let summary = "[a](../README.md)\n- [b](b.md)\n  - [c](b/c.md)\n";
        let expected = "[a](README.md)\n- [b](docs/b.md)\n  - [c](docs/b/c.md)\n";
        assert_eq!(from_root(summary), expected);
    }
}
