//! `cargo xtask manifests`: what package managers are told of a release.
//!
//! The forms in `packaging` name the version, the address and the sums of the archives by
//! marks between two `@`, which are known once every target's archive is there.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

use super::release::Release;
use super::sums;
use super::table::TABLE;
use crate::workspace;

/// The forms, by their paths in `packaging`.
const FORMS: &[&str] = &[
    "homebrew/lstm-ls.rb",
    "mason/package.yaml",
    "nvim-lspconfig/lstm_ls.lua",
    "winget/lstm-ls.lstm-ls.installer.yaml",
    "winget/lstm-ls.lstm-ls.locale.en-US.yaml",
    "winget/lstm-ls.lstm-ls.yaml",
];

/// Writes the sums of what lies in `folder`, and the filled forms into `manifests` in it.
///
/// # Errors
/// If an archive that a form names is not there.
pub(crate) fn fill(folder: &Path) -> Result<()> {
    let release = Release::read()?;
    sums::write(folder)?;
    let sums = fs::read_to_string(folder.join(sums::FILE))?;
    for form in FORMS {
        let text = filled(&read(form)?, &release, &sums).with_context(|| (*form).to_owned())?;
        let path = folder.join("manifests").join(form);
        let parent = path.parent().context("a form lies in a folder")?;
        fs::create_dir_all(parent)
            .and_then(|()| fs::write(&path, text))
            .with_context(|| format!("could not write {}", path.display()))?;
        println!("{}", path.display());
    }
    Ok(())
}

fn read(form: &str) -> Result<String> {
    let path = workspace::root().join("packaging").join(form);
    fs::read_to_string(&path).with_context(|| format!("could not read {}", path.display()))
}

/// `form` with every mark replaced.
fn filled(form: &str, release: &Release, sums: &str) -> Result<String> {
    let mut text = form
        .replace("@VERSION@", &release.version)
        .replace("@REPOSITORY@", &release.repository);
    for target in TABLE {
        let mark = format!("@SHA256:{}@", target.name);
        if text.contains(&mark) {
            let archive = target.archive(&release.version);
            let sum = sums::find(sums, &archive);
            text = text.replace(
                &mark,
                sum.with_context(|| format!("{archive} is not there"))?,
            );
        }
    }
    if let Some(mark) = mark(&text) {
        bail!("the mark {mark} is none that is known");
    }
    Ok(text)
}

/// A mark in `text`: `@` and a capital, which nothing else there begins with.
fn mark(text: &str) -> Option<&str> {
    let begins = |at: &usize| {
        let next = text.as_bytes().get(at + 1);
        next.is_some_and(u8::is_ascii_uppercase)
    };
    let mut places = text.match_indices('@').map(|(at, _)| at);
    let rest = &text[places.find(begins)?..];
    rest.split_whitespace().next()
}

#[cfg(test)]
mod tests;
