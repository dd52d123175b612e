//! What lies in an archive, and where.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use super::build::Built;
use super::table::Target;
use crate::workspace;

/// A file of an archive.
pub(super) struct Content {
    pub(super) bytes: Vec<u8>,
    pub(super) executable: bool,
}

/// Files by their path in the archive, and so in the order that they are written in.
pub(super) type Contents = BTreeMap<String, Content>;

/// What is taken from the checkout as it is: a file, or a folder with all in it.
const TAKEN: &[&str] = &[
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "README.md",
    "editors/README.md",
    "editors/neovim",
];

/// Everything for `target`, below the folder `root`.
pub(super) fn read(target: &Target, built: &Built, root: &str) -> Result<Contents> {
    let mut contents = Contents::new();
    add(
        &mut contents,
        &built.program,
        &format!("{root}/{}", target.program()),
        true,
    )?;
    add(&mut contents, &built.pages, root, false)?;
    for path in TAKEN {
        let from = workspace::root().join(path);
        add(&mut contents, &from, &format!("{root}/{path}"), false)?;
    }
    Ok(contents)
}

/// Adds the file `from`, or what is in the folder, as `to`.
fn add(contents: &mut Contents, from: &Path, to: &str, executable: bool) -> Result<()> {
    let cannot = || format!("could not read {}", from.display());
    if from.is_dir() {
        for entry in fs::read_dir(from).with_context(cannot)? {
            let entry = entry.with_context(cannot)?;
            let name = entry.file_name();
            let name = name.to_str().with_context(cannot)?;
            add(contents, &entry.path(), &format!("{to}/{name}"), executable)?;
        }
        return Ok(());
    }
    let bytes = fs::read(from).with_context(cannot)?;
    contents.insert(to.to_owned(), Content { bytes, executable });
    Ok(())
}
