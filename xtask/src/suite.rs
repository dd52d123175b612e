//! `cargo xtask test`: every check in order, cheap ones first, up to the first
//! failure; then what was run, how long it took, and how many tests passed.

mod dist;
mod editors;
mod mpi;
mod tally;
mod tools;

use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use clap::ValueEnum;

use crate::{doors, libtorch, pages, platforms, process, python, rooms, server};
use tally::Tally;

/// The parts of the suite, in the order they are run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Group {
    /// The tools that the others need
    Tools,
    /// rustfmt
    Fmt,
    /// There is a libtorch to build with
    Libtorch,
    /// Clippy without a warning, on everything
    Clippy,
    /// Which crates may reach which, which do without files, threads and clocks, and
    /// that no circle of files goes through two folders
    Doors,
    /// The documentation of every crate, without a warning; no dead link in any page, every
    /// page in the book, no misspelt word
    Doc,
    /// The tests of every crate, and the examples in its documentation
    Unit,
    /// Training by several processes of MPI, where that can be had
    Mpi,
    /// The real binary over real pipes and sockets, and with pygls
    EndToEnd,
    /// The extension, the plugin and the playground, in real editors and a terminal
    Editors,
    /// The pure crates and the binary on other systems and CPUs, where those can be had
    Platforms,
    /// Licences, bans and sources of the dependencies, where cargo-deny is installed
    Deny,
    /// What is released for this machine: made, installed and used
    Dist,
}

/// How a group ended.
enum Outcome {
    Passed,
    Failed,
    Skipped(&'static str),
}

struct Row {
    group: Group,
    took: Duration,
    outcome: Outcome,
}

/// Runs `groups`, or every group but [`Group::Dist`] where none is named.
///
/// # Errors
/// After the table, if a group failed.
pub(crate) fn run(groups: &[Group]) -> Result<()> {
    let mut tally = Tally::default();
    let mut rows = Vec::new();
    let mut failure = None;
    for &group in Group::value_variants() {
        // It builds the program once more, for minutes.
        let by_default = groups.is_empty() && group != Group::Dist;
        if !by_default && !groups.contains(&group) {
            continue;
        }
        println!("\n=== {}", group.name());
        let start = Instant::now();
        let failed_before = tally.failed;
        let outcome = match group.run(&mut tally) {
            Ok(outcome) => outcome,
            Err(error) => {
                // A failed check without tests of its own is a failure to count.
                if tally.failed == failed_before {
                    tally.failed += 1;
                }
                failure = Some(error);
                Outcome::Failed
            }
        };
        rows.push(Row {
            group,
            took: start.elapsed(),
            outcome,
        });
        if failure.is_some() {
            break;
        }
    }
    println!();
    if let Some(error) = &failure {
        println!("{error:#}\n");
    }
    print_table(&rows);
    println!("{tally}");
    match (failure, rows.last()) {
        (Some(_), Some(row)) => bail!("{} failed", row.group.name()),
        _ => Ok(()),
    }
}

fn print_table(rows: &[Row]) {
    for Row {
        group,
        took,
        outcome,
    } in rows
    {
        let result = match outcome {
            Outcome::Passed => "ok".to_owned(),
            Outcome::Failed => "FAILED".to_owned(),
            Outcome::Skipped(why) => format!("skipped: {why}"),
        };
        println!(
            "{:<12}{:>7.1} s  {result}",
            group.name(),
            took.as_secs_f64()
        );
    }
}

impl Group {
    fn name(self) -> String {
        let value = self.to_possible_value();
        value.map_or_else(String::new, |value| value.get_name().to_owned())
    }

    fn run(self, tally: &mut Tally) -> Result<Outcome> {
        match self {
            Self::Tools => tools::check()?,
            Self::Fmt => process::shown(process::cargo().args(["fmt", "--all", "--check"]))?,
            Self::Libtorch => libtorch::provide()?,
            Self::Clippy => process::shown(process::cargo().args([
                "clippy",
                "--workspace",
                "--all-targets",
                "--",
                "--deny=warnings",
            ]))?,
            Self::Doors => {
                doors::check()?;
                rooms::check()?;
            }
            Self::Doc => {
                pages::check()?;
                process::shown(
                    process::cargo()
                        .args(["doc", "--workspace", "--no-deps"])
                        .env("RUSTDOCFLAGS", "--deny=warnings"),
                )?;
            }
            Self::Unit => counted(
                tally,
                process::cargo().args([
                    "test",
                    "--workspace",
                    "--exclude=end-to-end",
                    "--exclude=editor-tests",
                    "--no-fail-fast",
                ]),
            )?,
            Self::Mpi => return mpi::run(tally),
            Self::EndToEnd => end_to_end(tally)?,
            Self::Editors => editors::run(tally)?,
            Self::Platforms => {
                if !platforms::run(&[], |line| tally.add_line(line))? {
                    return Ok(Outcome::Skipped("no other platform can be had here"));
                }
            }
            Self::Deny => return deny(),
            Self::Dist => dist::run(tally)?,
        }
        Ok(Outcome::Passed)
    }
}

/// The tests of the `end-to-end` package, on the binary that users run.
fn end_to_end(tally: &mut Tally) -> Result<()> {
    let server = server::release()?;
    let pygls = python::pygls()?;
    let mut tests = process::cargo();
    tests.args(["test", "--package=end-to-end", "--no-fail-fast"]);
    counted(
        tally,
        tests
            .env("LSTM_LS_SERVER", server)
            .env("LSTM_LS_PYGLS", pygls),
    )
}

/// Advisories are left out: their database is not reachable from everywhere.
fn deny() -> Result<Outcome> {
    if process::read(process::cargo().args(["deny", "--version"])).is_err() {
        return Ok(Outcome::Skipped("cargo-deny is not installed"));
    }
    process::shown(process::cargo().args([
        "deny",
        "--all-features",
        "check",
        "bans",
        "licenses",
        "sources",
    ]))?;
    Ok(Outcome::Passed)
}

/// Like [`process::shown`], for a `cargo test`, whose results go to `tally`.
fn counted(tally: &mut Tally, command: &mut Command) -> Result<()> {
    println!("$ {}", process::describe(command));
    process::run_watched(command, |line| tally.add_line(line))
}
