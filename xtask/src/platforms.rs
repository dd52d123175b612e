//! `cargo xtask platforms`: what is not tied to this machine's kind, on others.
//!
//! Of each target in the table, either the tests of the pure crates run there and the
//! binary suggests just what it suggests here, or all is type-checked. What a machine
//! lacks for a target is fetched where it can be, else said in its row.

use std::fmt;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

use crate::{debian, process, python, server, workspace};

mod instructions;
mod suggestions;
mod table;
mod wine;

use instructions::Step;
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

/// A CPU with AVX2 and without AVX-512 that counts instructions.
const HERE: &str = "qemu-x86_64 -cpu Haswell";

/// A step may take so many times the instructions that it takes with AVX2.
const MOST_INSTRUCTIONS: f64 = 1.6;

/// What became of a platform.
enum Outcome {
    /// The tests passed, and its binary serves clients.
    Ran {
        /// Suggestions that were this machine's to the bit.
        same: usize,
        /// How many times the instructions of AVX2 a step takes, on each CPU where that was
        /// counted.
        counted: Vec<f64>,
    },
    Tested,
    Checked,
    /// Why it could not be tried here.
    Lacking(String),
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ran { same, counted } => {
                write!(
                    f,
                    "tests passed, clients served, {same} suggestions the same to the bit"
                )?;
                if counted.is_empty() {
                    return Ok(());
                }
                let times: Vec<_> = counted.iter().map(|times| format!("{times:.2}")).collect();
                write!(
                    f,
                    ", {} × the instructions of AVX2 a step",
                    times.join(" and ")
                )
            }
            Self::Tested => f.write_str("unit tests passed"),
            Self::Checked => f.write_str("type-checked"),
            Self::Lacking(what) => write!(f, "skipped: {what}"),
        }
    }
}

/// Tries the platforms called `names`, or all, these without what takes many minutes, and
/// prints what ran where; whether any did.
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
        let outcome = match names.is_empty() {
            true => platform.quickly().run(&mut watch),
            false => platform.run(&mut watch),
        };
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
    /// The same without what takes many minutes.
    fn quickly(&self) -> Self {
        let means = match self.means {
            Means::Run { is_slow: true, .. } => Means::Check {
                packages: &["lstm-ls"],
            },
            mut means => {
                if let Means::Run { counted, .. } = &mut means {
                    *counted = &[];
                }
                means
            }
        };
        Self {
            target: self.target,
            means,
        }
    }

    fn run(&self, watch: &mut impl FnMut(&str)) -> Result<Outcome> {
        if let Err(error) = self.provide() {
            return Ok(Outcome::Lacking(format!("{error:#}")));
        }
        match self.means {
            Means::Run {
                compiler,
                runner,
                counted,
                clients,
                besides,
                units,
                ..
            } => {
                let starter = self.starter()?;
                if self.target.contains("windows") {
                    wine::provide(&folder()?, compiler, &starter)?;
                }
                self.test(&[], &[&PORTABLE, besides].concat(), watch)?;
                if !units.is_empty() {
                    self.test(&["--lib"], units, watch)?;
                }
                let mut build = self.cargo("build");
                build.args([PROFILE, "--package=lstm-ls"]);
                process::shown(&mut build)?;
                let server = self.started_here(&starter)?;
                let same = compare(&server)?;
                serves(&server, clients, watch)?;
                let counted = match counted {
                    [] => Vec::new(),
                    cpus => self.counts(runner, cpus)?,
                };
                Ok(Outcome::Ran { same, counted })
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
                compiler, linker, ..
            } => {
                cargo.env(format!("CC_{lower}"), compiler);
                if let Some(linker) = linker {
                    cargo.env(format!("CARGO_TARGET_{upper}_LINKER"), linker);
                }
                cargo.env(format!("CARGO_TARGET_{upper}_RUNNER"), self.starter_path());
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

    /// Counts the instructions of a step there, in `emulator` on each of `cpus`, and of one with
    /// AVX2; how many times as many it takes.
    fn counts(&self, emulator: &str, cpus: &[&str]) -> Result<Vec<f64>> {
        let counter = instructions::counter(&folder()?)?;
        let example = [PROFILE, "--package=lstm-runtime", "--example=steps"];
        process::shown(process::cargo().arg("build").args(example))?;
        process::shown(self.cargo("build").args(example))?;
        let built = Path::new("foreign/examples/steps");
        let there = workspace::target().join(self.target).join(built);
        let here = Step::count(HERE, &workspace::target().join(built), &counter)?;
        println!("{here}");
        let times = cpus.iter().map(|cpu| {
            let there = Step::count(&format!("{emulator} -cpu {cpu}"), &there, &counter)?;
            println!("{there}");
            let times = there.over(&here);
            ensure!(
                times <= MOST_INSTRUCTIONS,
                "{there}, {times:.2} times as many as {here}"
            );
            Ok(times)
        });
        times.collect()
    }

    /// Writes a program that starts those of the platform on this machine.
    fn starter(&self) -> Result<PathBuf> {
        let Means::Run { runner, .. } = self.means else {
            bail!("nothing of {} runs here", self.target);
        };
        let path = self.starter_path();
        let lines = format!(
            "#!/bin/sh\nFOLDER='{}'\nexec {runner} \"$@\"\n",
            folder()?.display()
        );
        write_program(&path, &lines)?;
        Ok(path)
    }

    fn starter_path(&self) -> PathBuf {
        workspace::target()
            .join("platforms")
            .join(format!("{}.sh", self.target))
    }

    /// Writes a program that has `starter` start the platform's binary.
    fn started_here(&self, starter: &Path) -> Result<PathBuf> {
        let built = workspace::target().join(self.target).join("foreign");
        let names = ["lstm-ls", "lstm-ls.exe"].map(|name| built.join(name));
        let binary = names.iter().find(|path| path.is_file());
        let binary = binary.with_context(|| format!("no lstm-ls in {}", built.display()))?;
        let path = folder()?.join(format!("lstm-ls-{}.sh", self.target));
        let lines = format!(
            "#!/bin/sh\nexec '{}' '{}' \"$@\"\n",
            starter.display(),
            binary.display()
        );
        write_program(&path, &lines)?;
        Ok(path)
    }
}

/// Compares what `server` suggests with what this machine's binary does.
fn compare(server: &Path) -> Result<usize> {
    let here = server::release()?;
    suggestions::compare(&here, server, &folder()?)
}

/// Where what is made for the platforms lies.
fn folder() -> Result<PathBuf> {
    let folder = workspace::target().join("platforms");
    fs::create_dir_all(&folder)?;
    Ok(folder)
}

fn write_program(path: &Path, lines: &str) -> Result<()> {
    fs::write(path, lines)?;
    Ok(fs::set_permissions(
        path,
        fs::Permissions::from_mode(0o755),
    )?)
}

/// Runs the end-to-end tests called `names` with the program `server`.
fn serves(server: &Path, names: &[&[&str]], watch: &mut impl FnMut(&str)) -> Result<()> {
    let mut tests = process::cargo();
    tests.args(["test", "--package=end-to-end"]);
    tests.args(["stdio", "daemon", "strict_client"].map(|file| format!("--test={file}")));
    tests.args(["--", "--exact"]).args(names.concat());
    tests.env("LSTM_LS_SERVER", server);
    tests.env("LSTM_LS_PYGLS", python::pygls()?);
    println!("$ {}", process::describe(&tests));
    process::run_watched(&mut tests, watch)
}

/// The arguments that name `packages`.
fn named(packages: &[&str]) -> Vec<String> {
    let names = packages.iter();
    names.map(|name| format!("--package={name}")).collect()
}
