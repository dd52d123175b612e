//! The licences of what is in the program and was written by others, which ask to be told.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use super::table::Target;
use crate::metadata::{Metadata, Package};
use crate::server::site;
use crate::workspace;

/// The scripts of the explorer's page, each with its licence in `NAME.LICENSE`.
const SCRIPTS: &str = "crates/explorer/page/vendor";

/// How the names of files with a licence begin, in capitals.
const NAMES: [&str; 5] = ["LICENSE", "LICENCE", "COPYING", "COPYRIGHT", "NOTICE"];

/// Writes them to `path`, each text once.
pub(super) fn write(target: &Target, path: &Path) -> Result<()> {
    let mut works = scripts()?;
    let mut packages = BTreeMap::new();
    // The program carries the engine for browsers, which is linked of its own.
    for (own, platform) in [("lstm-ls", target.name), ("web", site::TARGET)] {
        let metadata = Metadata::read(&["--locked", "--filter-platform", platform])?;
        for package in linked(&metadata, own) {
            packages.insert(package.id.clone(), Work::of(package)?);
        }
    }
    works.extend(packages.into_values());
    fs::write(path, page(&works)).with_context(|| format!("could not write {}", path.display()))
}

/// Something in the program that others wrote.
struct Work {
    name: String,
    texts: Vec<String>,
}

impl Work {
    fn of(package: &Package) -> Result<Self> {
        let Package { name, version, .. } = package;
        let license = package.license.as_deref().unwrap_or("by its own licence");
        let folder = package.manifest_path.parent();
        Ok(Self {
            name: format!("{name} {version}, {license}"),
            texts: licenses(folder.context("a manifest lies in a folder")?)?,
        })
    }
}

/// What is linked into our package `own`, and is not ours.
fn linked<'a>(metadata: &'a Metadata, own: &str) -> Vec<&'a Package> {
    let is_own = |package: &&Package| package.name == own && package.source.is_none();
    let first = metadata.packages.iter().find(is_own);
    let mut ways: Vec<&str> = first.iter().map(|package| package.id.as_str()).collect();
    let mut seen = BTreeSet::new();
    while let Some(id) = ways.pop() {
        if seen.insert(id) {
            let node = metadata.nodes().iter().find(|node| node.id == id);
            let dependencies = node.iter().flat_map(|node| &node.deps);
            let linked = dependencies.filter(|to| to.dep_kinds.iter().any(|to| to.kind.is_none()));
            ways.extend(linked.map(|to| to.pkg.as_str()));
        }
    }
    let foreign = |package: &&Package| package.source.is_some() && seen.contains(&*package.id);
    metadata.packages.iter().filter(foreign).collect()
}

/// The texts that lie in `folder`, in the order of their files' names.
fn licenses(folder: &Path) -> Result<Vec<String>> {
    let mut texts = BTreeMap::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default();
        let name = name.to_string_lossy().to_uppercase();
        if path.is_file() && NAMES.iter().any(|begin| name.starts_with(begin)) {
            texts.insert(name, fs::read_to_string(&path)?);
        }
    }
    Ok(texts.into_values().collect())
}

fn scripts() -> Result<Vec<Work>> {
    let folder = workspace::root().join(SCRIPTS);
    let mut works = Vec::new();
    let entries = fs::read_dir(&folder);
    for entry in entries.with_context(|| format!("could not read {}", folder.display()))? {
        let path = entry?.path();
        if path.extension().is_some_and(|ending| ending == "LICENSE") {
            let name = path.file_stem().unwrap_or_default().to_string_lossy();
            works.push(Work {
                name: format!("{name} (JavaScript)"),
                texts: vec![fs::read_to_string(&path)?],
            });
        }
    }
    works.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(works)
}

/// All of `works`, then each text with those that it is of.
fn page(works: &[Work]) -> String {
    let mut page = "lstm-ls is MIT OR Apache-2.0. In it are, by others:\n\n".to_owned();
    let mut texts: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for work in works {
        let _ = writeln!(page, "  {}", work.name);
        for text in &work.texts {
            texts.entry(text.trim()).or_default().push(&work.name);
        }
    }
    let mut texts: Vec<_> = texts.into_iter().collect();
    texts.sort_by(|(_, a), (_, b)| a.cmp(b));
    let rule = "-".repeat(80);
    for (text, names) in texts {
        let _ = writeln!(page, "\n{rule}\n{}\n\n{text}", names.join("\n"));
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_text_stands_once_with_all_that_it_is_of() {
        let work = |name: &str, texts: &[&str]| Work {
            name: name.to_owned(),
            texts: texts.iter().map(|&text| text.to_owned()).collect(),
        };
        let works = [
            work("a 1, MIT", &["do as you like\n"]),
            work("b 2, MIT", &["do as you like", "and name me"]),
            work("c 3, CC0-1.0", &[]),
        ];
        let page = page(&works);
        let rule = "-".repeat(80);
        let parts: Vec<_> = page.split(&rule).collect();
        assert_eq!(
            parts[1..],
            [
                "\na 1, MIT\nb 2, MIT\n\ndo as you like\n\n",
                "\nb 2, MIT\n\nand name me\n",
            ]
        );
        assert!(parts[0].contains("c 3, CC0-1.0"));
    }

    #[test]
    fn only_what_is_linked_is_in_the_program() {
        let package = |name: &str, source: Option<&str>| {
            serde_json::json!({
                "id": name,
                "name": name,
                "version": "1.0.0",
                "license": "MIT",
                "manifest_path": "/Cargo.toml",
                "source": source,
            })
        };
        let metadata = serde_json::json!({
            "packages": [
                package("lstm-ls", None),
                package("ours", None),
                package("linked", Some("registry")),
                package("builds", Some("registry")),
            ],
            "resolve": { "nodes": [
                { "id": "lstm-ls", "deps": [
                    { "pkg": "ours", "dep_kinds": [{ "kind": null }] },
                    { "pkg": "builds", "dep_kinds": [{ "kind": "build" }] },
                ] },
                { "id": "ours", "deps": [
                    { "pkg": "linked", "dep_kinds": [{ "kind": "dev" }, { "kind": null }] },
                ] },
                { "id": "linked", "deps": [] },
                { "id": "builds", "deps": [] },
            ] },
        });
        let metadata = Metadata::parse(&metadata.to_string()).unwrap();
        let names = |own| {
            let linked = linked(&metadata, own);
            linked.iter().map(|one| &*one.name).collect::<Vec<_>>()
        };
        assert_eq!(names("lstm-ls"), ["linked"]);
        assert_eq!(names("builds"), [""; 0]);
    }
}
