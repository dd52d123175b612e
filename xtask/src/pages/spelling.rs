//! Whether words are spelt as they should be, in everything that git knows: `typos`, with what
//! is right here in `_typos.toml`.

use std::process::Command;

use anyhow::Result;

use crate::{process, python, workspace};

/// Looks for words that are known to be misspelt.
///
/// # Errors
/// If there is one, or the program can't be fetched.
pub(super) fn check() -> Result<()> {
    let typos = python::typos()?.join("bin").join("typos");
    process::shown(
        Command::new(typos)
            .current_dir(workspace::root())
            .args(["--format", "brief"]),
    )
}
