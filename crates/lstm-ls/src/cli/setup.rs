//! `lstm-ls setup`: writes an editor's configuration, after showing it, and undoes that.
//! What belongs into which file is the crate `setup`'s to know.

use std::io::{BufRead, IsTerminal, Write};
use std::path::PathBuf;

use anyhow::{Context, bail};
use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use setup::{Direction, Editor, Places, Plan};

/// What `setup` takes.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The editor; without one, those on this machine are listed.
    #[arg(value_parser = editors())]
    editor: Option<&'static Editor>,
    /// Take away what was written for it.
    #[arg(long, requires = "editor")]
    undo: bool,
    /// Only say what to put where, and write nothing.
    #[arg(long, requires = "editor", conflicts_with_all = ["undo", "yes"])]
    print: bool,
    /// Write without asking.
    #[arg(long, requires = "editor")]
    yes: bool,
    /// The extension to install into VS Code, if it is not beside this program.
    #[arg(
        long,
        value_name = "FILE",
        requires = "editor",
        conflicts_with = "undo"
    )]
    vsix: Option<PathBuf>,
}

fn editors() -> impl TypedValueParser<Value = &'static Editor> {
    let names = Editor::all().iter().map(|editor| editor.name);
    PossibleValuesParser::new(names)
        .try_map(|name| Editor::by_name(&name).context("this is one of the names"))
}

/// Lists editors, or shows what there is to do for one, asks and does it.
///
/// # Errors
/// If it can't be done, or there is no terminal to ask on.
pub(super) fn run(arguments: &Arguments, out: &mut dyn Write) -> anyhow::Result<()> {
    let mut places = Places::here()?;
    if let Some(vsix) = &arguments.vsix {
        // The editor may work in another folder.
        places.vsix = Some(std::path::absolute(vsix)?);
    }
    let Some(editor) = arguments.editor else {
        return list(&places, out);
    };
    if arguments.print {
        write!(out, "{}", setup::by_hand(editor, &places)?)?;
        return Ok(());
    }
    let direction = match arguments.undo {
        true => Direction::Undo,
        false => Direction::SetUp,
    };
    let plan = Plan::new(editor, &places, direction)?;
    if plan.is_empty() {
        if plan.is_possible() {
            writeln!(out, "{} {}", editor.title, nothing(direction))?;
        }
        return say_notes(&plan, out);
    }
    write!(out, "{}", plan.details())?;
    say_notes(&plan, out)?;
    if !arguments.yes && !agrees(out)? {
        writeln!(out, "nothing is written")?;
        return Ok(());
    }
    plan.apply()?;
    match direction {
        Direction::SetUp => writeln!(out, "{} is set up; start it anew", editor.title)?,
        Direction::Undo => writeln!(out, "{} is as it was before", editor.title)?,
    }
    Ok(())
}

/// What is on this machine, and what would be done for it.
fn list(places: &Places, out: &mut dyn Write) -> anyhow::Result<()> {
    let mut missing = Vec::new();
    for editor in Editor::all() {
        let Some(found) = editor.found(places) else {
            missing.push(editor.name);
            continue;
        };
        let lines = match Plan::new(editor, places, Direction::SetUp) {
            Ok(plan) if !plan.is_possible() => plan.notes().to_vec(),
            Ok(plan) if plan.is_empty() => vec![nothing(Direction::SetUp).to_owned()],
            Ok(plan) => {
                let lines = plan.summary().into_iter();
                lines.map(|line| format!("would {line}")).collect()
            }
            Err(obstacle) => vec![obstacle.to_string()],
        };
        writeln!(out, "{:9}  {}", editor.name, found.display())?;
        for line in lines {
            writeln!(out, "{:9}  {line}", "")?;
        }
    }
    if !missing.is_empty() {
        writeln!(out, "not found: {}", missing.join(", "))?;
    }
    writeln!(
        out,
        "\n`lstm-ls setup EDITOR` shows what would be written, and asks."
    )?;
    Ok(())
}

fn nothing(direction: Direction) -> &'static str {
    match direction {
        Direction::SetUp => "is set up already",
        Direction::Undo => "has nothing of `lstm-ls setup`",
    }
}

fn say_notes(plan: &Plan, out: &mut dyn Write) -> anyhow::Result<()> {
    for note in plan.notes() {
        writeln!(out, "{note}")?;
    }
    Ok(())
}

/// Asks the user.
///
/// # Errors
/// If there is no terminal to ask on.
fn agrees(out: &mut dyn Write) -> anyhow::Result<bool> {
    let mut input = std::io::stdin().lock();
    if !input.is_terminal() || !std::io::stdout().is_terminal() {
        bail!("nothing is written: there is no terminal to ask on; --yes does without");
    }
    write!(out, "Do this? [y/N] ")?;
    out.flush()?;
    let mut answer = String::new();
    input.read_line(&mut answer)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}
