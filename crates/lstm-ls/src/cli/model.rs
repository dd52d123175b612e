//! `lstm-ls model`: what a model is, and which of the user's own is in use.

use std::io::Write;

use assistant::models::Source;
use clap::Subcommand;

pub(super) mod info;
pub(super) mod store;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Show a model's shape, size and where it came from.
    Info(info::Arguments),
    /// List the models trained on your own code.
    List(store::List),
    /// Put one of them into use; editors need no restart.
    Use(store::One),
    /// Go back to what was in use before.
    Rollback(store::Rollback),
    /// Remove one.
    Rm(store::One),
}

/// Does what `command` says, with the model of `source` if it is about one.
///
/// # Errors
/// If the model or the user's store cannot be read or written.
pub(super) fn run(command: Command, source: Source, out: &mut dyn Write) -> anyhow::Result<()> {
    match command {
        Command::Info(arguments) => info::run(arguments, source, out),
        Command::List(list) => store::list(&list, out),
        Command::Use(one) => store::use_version(&one, out),
        Command::Rollback(rollback) => store::roll_back(&rollback, out),
        Command::Rm(one) => store::remove(&one, out),
    }
}
