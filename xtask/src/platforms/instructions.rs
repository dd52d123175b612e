//! How many instructions a step of the shipped model takes, counted by QEMU.

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::{process, workspace};

/// Steps of the shorter and of the longer run. What they differ by is free of the program's
/// start.
const STEPS: [u64; 2] = [16, 48];

/// A step on some kernel.
pub(super) struct Step {
    kernel: String,
    instructions: u64,
}

impl Step {
    /// That of `program`, which is the example `steps` of `lstm-runtime`, in `emulator`,
    /// QEMU's for its CPU with arguments; `counter` is the plugin.
    ///
    /// # Errors
    /// If it does not run.
    pub(super) fn count(emulator: &str, program: &Path, counter: &Path) -> Result<Self> {
        let run = |steps: u64| -> Result<(String, u64)> {
            let mut words = emulator.split(' ');
            let mut command = Command::new(words.next().context("an emulator")?);
            command.args(words).arg("-plugin").arg(counter).arg(program);
            command.arg(workspace::root().join("models/rust.safetensors"));
            command.arg(steps.to_string());
            let said = process::read(&mut command)?;
            let (kernel, count) = said.trim().split_once('\n').context("a kernel, a count")?;
            Ok((kernel.to_owned(), count.parse()?))
        };
        let [few, many] = STEPS;
        let (short, (kernel, long)) = (run(few)?.1, run(many)?);
        Ok(Self {
            kernel,
            instructions: (long - short) / (many - few),
        })
    }

    /// How many times the instructions of `other` this takes.
    pub(super) fn over(&self, other: &Self) -> f64 {
        self.instructions as f64 / other.instructions as f64
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} instructions a step ({})",
            self.instructions, self.kernel
        )
    }
}

/// Builds the plugin in `folder`; its path.
///
/// # Errors
/// If there is no C compiler.
pub(super) fn counter(folder: &Path) -> Result<PathBuf> {
    let counter = folder.join("instructions.so");
    let source = workspace::root().join("xtask/src/platforms/instructions.c");
    let mut build = Command::new("cc");
    build
        .args(["-shared", "-fPIC", "-O1", "-o"])
        .arg(&counter)
        .arg(source);
    process::run(&mut build)?;
    Ok(counter)
}
