//! Whether every link in the pages of this repository leads to a file that is there, and
//! to a heading that it has. Links to other sites are left alone: no check asks a network.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use pulldown_cmark::{Event, Parser, Tag, TagEnd};

use crate::workspace;

/// Checks every Markdown file that git knows.
///
/// # Errors
/// With a line for each dead link, or if a page can't be read.
pub(super) fn check() -> Result<()> {
    let root = workspace::root();
    let pages = pages()?;
    let mut dead = Vec::new();
    for page in &pages {
        let page = root.join(page);
        let text = std::fs::read_to_string(&page);
        let text = text.with_context(|| format!("could not read {}", page.display()))?;
        dead.extend(dead_links(&page, &text));
    }
    if dead.is_empty() {
        println!("links: {} pages, none dead", pages.len());
        return Ok(());
    }
    bail!("{}", dead.join("\n"));
}

/// Every Markdown file that git knows and that is there, from the root of the repository.
///
/// # Errors
/// If git can't be asked, or knows of none.
pub(super) fn pages() -> Result<Vec<PathBuf>> {
    let root = workspace::root();
    let mut git = Command::new("git");
    git.args([
        "ls-files",
        "--cached",
        "--others",
        "--exclude-standard",
        "*.md",
    ]);
    let listed = git
        .current_dir(&root)
        .output()
        .context("could not run git")?;
    let listed = String::from_utf8_lossy(&listed.stdout);
    let pages = listed.lines().map(PathBuf::from);
    let pages: Vec<PathBuf> = pages.filter(|page| root.join(page).is_file()).collect();
    ensure!(
        !pages.is_empty(),
        "git knows of no page in {}",
        root.display()
    );
    Ok(pages)
}

/// A line for each link of `page` that leads nowhere.
fn dead_links(page: &Path, text: &str) -> Vec<String> {
    let mut dead = Vec::new();
    for link in links(text) {
        let (path, heading) = link.split_once('#').unwrap_or((&link, ""));
        if path.contains(':') {
            continue;
        }
        let target = match path {
            "" => page.to_owned(),
            path => page.with_file_name("").join(path),
        };
        let leads = match (heading, target.extension()) {
            ("", _) => target.exists(),
            (heading, Some(kind)) if kind == "md" => std::fs::read_to_string(&target)
                .is_ok_and(|text| headings(&text).contains(&heading.to_owned())),
            _ => target.is_file(),
        };
        if !leads {
            dead.push(format!("{}: `{link}` leads nowhere", page.display()));
        }
    }
    dead
}

/// Where the links and pictures of a page lead.
pub(super) fn links(text: &str) -> Vec<String> {
    let found = Parser::new(text).filter_map(|event| match event {
        Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
            Some(dest_url.into_string())
        }
        _ => None,
    });
    found.collect()
}

/// The headings of a page as links name them.
fn headings(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut open: Option<String> = None;
    for event in Parser::new(text) {
        match (event, &mut open) {
            (Event::Start(Tag::Heading { .. }), _) => open = Some(String::new()),
            (Event::End(TagEnd::Heading(_)), _) => found.extend(open.take()),
            (Event::Text(text) | Event::Code(text), Some(heading)) => {
                for c in text.to_lowercase().chars() {
                    match c {
                        ' ' => heading.push('-'),
                        c if c.is_alphanumeric() || matches!(c, '-' | '_') => heading.push(c),
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_leads_to_a_file_and_a_heading_that_are_there() {
        let page = workspace::root().join("README.md");
        for (text, is_dead) in [
            ("[a](CONTRIBUTING.md)", false),
            ("[a](CONTRIBUTING.md#to-add)", false),
            ("[a](https://example.org/nowhere)", false),
            ("[a](docs)", false),
            ("`[a](nowhere.md)`", false),
            ("[a](#own-heading)", true),
            ("[a](nowhere.md)", true),
            ("![a](nowhere.png)", true),
            ("[a](CONTRIBUTING.md#nowhere)", true),
        ] {
            assert_eq!(!dead_links(&page, text).is_empty(), is_dead, "{text}");
        }
    }

    #[test]
    fn headings_are_named_in_small_letters_with_hyphens() {
        assert_eq!(headings("# Run it, `as` Daemon\n"), ["run-it-as-daemon"]);
    }
}
