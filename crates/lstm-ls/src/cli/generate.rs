//! `lstm-ls generate`: man pages and shell completions, for those who package it.
//!
//! Both say what the command line says of itself; nothing stands here a second time.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::{Command, ValueEnum};
use clap_complete::Shell;

/// Arguments of `generate`.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Folder for them; it gets `man`, a page a command, and `completions`, a file a shell.
    folder: PathBuf,
}

/// Writes what there is to say of `command`.
///
/// # Errors
/// If a file cannot be written.
pub(super) fn run(
    arguments: &Arguments,
    command: &Command,
    out: &mut dyn Write,
) -> anyhow::Result<()> {
    let (man, completions) = (
        arguments.folder.join("man"),
        arguments.folder.join("completions"),
    );
    for folder in [&man, &completions] {
        std::fs::create_dir_all(folder).with_context(|| cannot_write(folder))?;
    }
    clap_mangen::generate_to(command.clone(), &man).with_context(|| cannot_write(&man))?;
    for &shell in Shell::value_variants() {
        let name = command.get_name().to_owned();
        clap_complete::generate_to(shell, &mut command.clone(), name, &completions)
            .with_context(|| cannot_write(&completions))?;
    }
    writeln!(out, "{}\n{}", man.display(), completions.display())?;
    Ok(())
}

fn cannot_write(folder: &Path) -> String {
    format!("cannot write into {}", folder.display())
}
