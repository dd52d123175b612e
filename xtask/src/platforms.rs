//! `cargo xtask platforms`: what is not tied to this machine's kind, on others.
//!
//! Of each target in the table, either the tests of the pure crates run there and the
//! binary suggests just what it suggests here, or all is type-checked. What a machine
//! lacks for a target is fetched where it can be, else said in its row.

use std::fmt;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::{debian, process, server, workspace};

mod table;
mod web;

use table::{Means, Platform, TABLE};

/// Crates whose tests run on every platform: they know of no system.
const PORTABLE: [&str; 5] = [
    "language",
    "lstm-format",
    "lstm-runtime",
    "code-index",
    "completer",
];

/// How things are built for other platforms.
const PROFILE: &str = "--profile=foreign";

/// Places at which the suggestions are compared, five at each.
const PLACES: usize = 40;

/// What became of a platform.
enum Outcome {
    /// The tests passed, and its binary suggested the same so many times as this machine's.
    Ran(usize),
    /// The engine of a page did so.
    Suggested(usize),
    Tested,
    Checked,
    /// Why it could not be tried here.
    Lacking(String),
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ran(same) => write!(f, "tests passed, {same} suggestions the same to the bit"),
            Self::Suggested(same) => write!(f, "{same} suggestions the same to the bit"),
            Self::Tested => f.write_str("unit tests passed"),
            Self::Checked => f.write_str("type-checked"),
            Self::Lacking(what) => write!(f, "skipped: {what}"),
        }
    }
}

/// Tries the platforms called `names`, or all, and prints what ran where; whether any did.
/// `watch` sees what the tests print.
///
/// # Errors
/// If a name is unknown, or something does not build or behave there as it does here.
pub(crate) fn run(names: &[String], mut watch: impl FnMut(&str)) -> Result<bool> {
    for name in names {
        let known = TABLE.iter().any(|platform| platform.target == name);
        ensure!(known, "{name} is none of {}", known_names());
    }
    let wanted =
        |platform: &&Platform| names.is_empty() || names.iter().any(|name| name == platform.target);
    let mut rows = Vec::new();
    for platform in TABLE.iter().filter(wanted) {
        println!("\n--- {}", platform.target);
        let outcome = platform.run(&mut watch);
        rows.push((platform, outcome.with_context(|| platform.target)?));
    }
    println!();
    for (platform, outcome) in &rows {
        println!("{:<28} {outcome}", platform.target);
    }
    Ok(rows
        .iter()
        .any(|(_, outcome)| !matches!(outcome, Outcome::Lacking(_))))
}

/// The names of all platforms, for people.
fn known_names() -> String {
    let names: Vec<_> = TABLE.iter().map(|platform| platform.target).collect();
    names.join(", ")
}

impl Platform {
    fn run(&self, watch: &mut impl FnMut(&str)) -> Result<Outcome> {
        if let Err(error) = self.provide() {
            return Ok(Outcome::Lacking(format!("{error:#}")));
        }
        match self.means {
            Means::Run { runner, .. } => {
                self.test(&[], &PORTABLE, watch)?;
                let mut build = self.cargo("build");
                process::shown(build.args([PROFILE, "--package=lstm-ls"]))?;
                let binary = self.built().join("lstm-ls");
                let line = format!("exec {runner} '{}' \"$@\"", binary.display());
                Ok(Outcome::Ran(self.suggests_the_same(&line)?))
            }
            Means::Page { .. } => {
                let mut build = self.cargo("build");
                process::shown(build.args([PROFILE, "--package=web"]))?;
                let module = self.built().join("web.wasm");
                Ok(Outcome::Suggested(
                    self.suggests_the_same(&web::runner(&module)?)?,
                ))
            }
            Means::InNode { packages, .. } => {
                self.test(&["--lib"], packages, watch)?;
                Ok(Outcome::Tested)
            }
            Means::Check { packages } => {
                process::shown(self.cargo("check").args(named(packages)))?;
                Ok(Outcome::Checked)
            }
        }
    }

    /// Runs the tests of `packages` that `which` leaves.
    fn test(&self, which: &[&str], packages: &[&str], watch: &mut impl FnMut(&str)) -> Result<()> {
        let mut tests = self.cargo("test");
        tests.arg(PROFILE).args(which).args(named(packages));
        println!("$ {}", process::describe(&tests));
        process::run_watched(&mut tests, watch)
    }

    /// Gets the target's standard library, compiler and emulator.
    fn provide(&self) -> Result<()> {
        let mut rustup = Command::new("rustup");
        process::read(rustup.args(["target", "add", self.target]))
            .context("rustup cannot bring its standard library")?;
        if let Means::Run { programs, .. } = self.means {
            for (program, packages) in programs {
                debian::provide(program, packages)?;
            }
        }
        Ok(())
    }

    /// `cargo WORD` for this target.
    fn cargo(&self, word: &str) -> Command {
        let mut cargo = process::cargo();
        cargo.args([word, "--target", self.target]);
        let lower = self.target.replace('-', "_");
        let upper = lower.to_uppercase();
        match self.means {
            Means::Run {
                compiler, runner, ..
            } => {
                cargo.env(format!("CC_{lower}"), compiler);
                cargo.env(format!("CARGO_TARGET_{upper}_LINKER"), compiler);
                cargo.env(format!("CARGO_TARGET_{upper}_RUNNER"), runner);
            }
            Means::Page { flags } => {
                cargo.env(format!("CARGO_TARGET_{upper}_RUSTFLAGS"), flags);
            }
            Means::InNode { flags, .. } => {
                let script = workspace::root().join("xtask/src/platforms/wasi.mjs");
                let runner = format!("node --no-warnings {}", script.display());
                cargo.env(format!("CARGO_TARGET_{upper}_RUNNER"), runner);
                cargo.env(format!("CARGO_TARGET_{upper}_RUSTFLAGS"), flags);
            }
            Means::Check { .. } => {
                // Nothing is linked, so that nothing need be compiled but Rust.
                for tool in ["CC", "CXX", "AR", "RANLIB"] {
                    cargo.env(format!("{tool}_{lower}"), "true");
                }
                cargo.env("SDKROOT", "/");
            }
        }
        cargo
    }

    /// Where what was built for the platform lies.
    fn built(&self) -> PathBuf {
        workspace::target().join(self.target).join("foreign")
    }

    /// Compares what the shell's `line` suggests, which starts what was built for the
    /// platform, with what this machine's binary does; how many suggestions there were.
    fn suggests_the_same(&self, line: &str) -> Result<usize> {
        let here = server::release()?;
        let there = self.script(line)?;
        let texts = texts()?;
        let threads = thread::available_parallelism().map_or(1, usize::from);
        let part = texts.len().div_ceil(threads);
        let same = |texts: &[PathBuf]| -> Result<usize> {
            let mut same = 0;
            for text in texts {
                let (ours, theirs) = (suggestions(&here, text)?, suggestions(&there, text)?);
                ensure!(ours == theirs, "{}:\n{ours:?}\n{theirs:?}", text.display());
                same += ours.len();
            }
            Ok(same)
        };
        let same: usize = thread::scope(|scope| {
            let parts = texts.chunks(part);
            let parts: Vec<_> = parts
                .map(|texts| scope.spawn(move || same(texts)))
                .collect();
            let parts = parts.into_iter().map(|part| part.join());
            parts
                .map(|part| part.unwrap_or_else(|panic| resume_unwind(panic)))
                .sum::<Result<usize>>()
        })?;
        ensure!(same > PLACES, "only {same} suggestions at {PLACES} places");
        Ok(same)
    }

    /// A program that does what the shell's `line` says.
    fn script(&self, line: &str) -> Result<PathBuf> {
        let script = self.built().join("lstm-ls.sh");
        fs::write(&script, format!("#!/bin/sh\n{line}\n"))?;
        fs::set_permissions(&script, fs::Permissions::from_mode(0o755))?;
        Ok(script)
    }
}

/// The arguments that name `packages`.
fn named(packages: &[&str]) -> Vec<String> {
    let names = packages.iter();
    names.map(|name| format!("--package={name}")).collect()
}

/// What `binary` suggests at the end of the file `text`, with its log-probabilities.
fn suggestions(binary: &Path, text: &Path) -> Result<Vec<Value>> {
    let mut complete = Command::new(binary);
    complete.arg("complete").arg(text);
    complete.args(["--candidates=5", "--format=json"]);
    let printed: Value = serde_json::from_str(&process::read(&mut complete)?)?;
    let candidates = printed["candidates"].as_array();
    candidates.cloned().context("no list of candidates")
}

/// Files that end in the middle of a line: the committed validation files up to places that
/// are spread evenly over all of them.
fn texts() -> Result<Vec<PathBuf>> {
    let mut all = Vec::new();
    let mut folders = vec![workspace::root().join("tests/data/validation")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path)?;
                let lines = text.lines().scan(0, |start, line| {
                    let begins = *start;
                    *start += line.len() + 1;
                    Some((begins, line))
                });
                let long = lines.filter(|(_, line)| line.len() > 20 && line.is_ascii());
                all.extend(long.map(|(start, line)| (path.clone(), start + line.len() / 2)));
            }
        }
    }
    all.sort();
    let step = all.len() / PLACES;
    ensure!(step > 0, "the validation files have too few lines");
    let folder = workspace::target().join("platforms");
    fs::create_dir_all(&folder)?;
    let chosen = all.iter().step_by(step).take(PLACES).enumerate();
    chosen
        .map(|(number, (path, end))| {
            let text = folder.join(format!("{number}.rs"));
            fs::write(&text, &fs::read_to_string(path)?[..*end])?;
            Ok(text)
        })
        .collect()
}
