//! `lstm-ls model list|use|rollback|rm`: models trained on the user's own files.

use std::io::Write;

use anyhow::Context;
use clap::Args;
use serde_json::json;

use crate::cli::print::{Format, megabytes};
use assistant::store::{Name, SHIPPED, Store, Version};
use assistant::user;

/// What `model list` takes.
#[derive(Debug, Args)]
pub(in crate::cli) struct List {
    /// How to print.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// What `model use` and `model rm` take.
#[derive(Debug, Args)]
pub(in crate::cli) struct One {
    /// A version such as rust@1; rust@0 is the model without retraining.
    #[arg(value_name = "VERSION")]
    name: Name,
}

/// What `model rollback` takes.
#[derive(Debug, Args)]
pub(in crate::cli) struct Rollback {
    /// LSP identifier of the language.
    #[arg(default_value = "rust")]
    language: String,
}

/// The user's own store.
///
/// # Errors
/// If the system has no folder for the user's data.
pub(in crate::cli) fn store() -> anyhow::Result<Store> {
    let base = user::data().context("this system has no folder for your data: set HOME")?;
    Ok(Store::new(base))
}

/// Lists every version.
///
/// # Errors
/// If the store can't be read.
pub(in crate::cli) fn list(arguments: &List, out: &mut dyn Write) -> anyhow::Result<()> {
    let versions = store()?.list()?;
    match arguments.format {
        Format::Json => writeln!(out, "{:#}", json!({ "versions": versions }))?,
        Format::Text if versions.is_empty() => writeln!(
            out,
            "no model of your own yet: `lstm-ls retrain --workspace DIR` makes one"
        )?,
        Format::Text => {
            writeln!(
                out,
                "  version   made                  LSTM alone       mixed            keystrokes \
                 saved     size    trained on"
            )?;
            versions.iter().try_for_each(|version| row(version, out))?;
        }
    }
    Ok(())
}

fn row(version: &Version, out: &mut dyn Write) -> std::io::Result<()> {
    let about = &version.about;
    let (before, after) = (about.before, about.after);
    writeln!(
        out,
        "{} {:8}  {:20}  {:.3} → {:.3}    {:.3} → {:.3}    {:4.1} % → {:4.1} %      {:>7}  {}",
        if version.in_use { '*' } else { ' ' },
        version.name.to_string(),
        about.made,
        before.lstm,
        after.lstm,
        before.mixed,
        after.mixed,
        before.saved * 100.0,
        after.saved * 100.0,
        megabytes(version.bytes),
        about.workspace.display(),
    )
}

/// Puts a version into use.
///
/// # Errors
/// If there is no such version.
pub(in crate::cli) fn use_version(one: &One, out: &mut dyn Write) -> anyhow::Result<()> {
    store()?.use_version(&one.name)?;
    say_in_use(&one.name, out)
}

/// Goes back to what was in use before.
///
/// # Errors
/// If nothing of the language is in use.
pub(in crate::cli) fn roll_back(arguments: &Rollback, out: &mut dyn Write) -> anyhow::Result<()> {
    let name = store()?.roll_back(&arguments.language)?;
    say_in_use(&name, out)
}

/// Removes a version.
///
/// # Errors
/// If there is no such version, or it is in use.
pub(in crate::cli) fn remove(one: &One, out: &mut dyn Write) -> anyhow::Result<()> {
    store()?.remove(&one.name)?;
    writeln!(out, "{} is removed", one.name)?;
    Ok(())
}

fn say_in_use(name: &Name, out: &mut dyn Write) -> anyhow::Result<()> {
    match name.number {
        SHIPPED => writeln!(out, "{name}, the model without retraining, is in use")?,
        _ => writeln!(out, "{name} is in use")?,
    }
    Ok(())
}
