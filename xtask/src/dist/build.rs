//! The program that is released, and what it says of itself.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};

use super::release::{Release, TIME_VARIABLE};
use super::table::Target;
use super::tools;
use crate::server::site;
use crate::{process, workspace};

/// The profile in `Cargo.toml` that it is built with.
pub(super) const PROFILE: &str = "dist";

/// The licences of what others wrote, among the pages.
pub(super) const NOTICES: &str = "THIRD-PARTY.txt";

/// The VS Code extension without a server, among the pages.
pub(super) const EXTENSION: &str = "lstm-ls.vsix";

/// What was built.
pub(super) struct Built {
    pub(super) program: PathBuf,
    /// Folder with man pages, shell completions and what else goes beside the program.
    pub(super) pages: PathBuf,
}

/// What the compiler calls this machine.
pub(super) fn host() -> Result<String> {
    let printed = process::read(Command::new("rustc").arg("-vV"))?;
    let host = printed.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(host.context("rustc names no host")?.to_owned())
}

/// Builds it for `target`.
pub(super) fn program(target: &Target, release: &Release, host: &str) -> Result<Built> {
    let mut build = match target.glibc {
        Some(glibc) => {
            let mut zig = tools::zig()?;
            zig.arg("zigbuild");
            zig.arg(format!("--target={}.{glibc}", target.name));
            zig
        }
        None => {
            let mut cargo = process::cargo();
            cargo.arg("build").arg(format!("--target={}", target.name));
            cargo
        }
    };
    build.args(["--locked", "--package=lstm-ls", "--features=site"]);
    build.arg(format!("--profile={PROFILE}"));
    // Then it looks for nothing in the repository that it was built from.
    build.env("LSTM_LS_RELEASED", "1");
    build.env(TIME_VARIABLE, release.time.to_string());
    build.env(site::VARIABLE, site::engine()?);
    build.env(
        "CARGO_ENCODED_RUSTFLAGS",
        workspace::remapped()?.join("\x1f"),
    );
    process::shown(&mut build)?;
    let folder = workspace::target().join(target.name).join(PROFILE);
    let built = Built {
        program: folder.join(target.program()),
        pages: folder.join("pages"),
    };
    // What an earlier build wrote and this one does not would be released too.
    let _ = fs::remove_dir_all(&built.pages);
    let mut generate = if target.runs_on(host) {
        Command::new(&built.program)
    } else {
        // Another machine's program does not run here, and this one's says the same.
        let mut cargo = process::cargo();
        cargo.args(["run", "--quiet", "--package=lstm-ls", "--"]);
        cargo
    };
    process::shown(generate.arg("generate").arg(&built.pages))?;
    Ok(built)
}
