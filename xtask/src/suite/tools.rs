//! What the suite needs of the machine, looked for before anything long begins.

use std::process::Command;

use anyhow::{Result, bail};

use super::editors::EMACS;
use crate::vscode::CHROMIUM;
use crate::{debian, process};

/// A command that only runs where the tool is, and what brings it.
const TOOLS: [(&[&str], &str); 5] = [
    (
        &["cargo", "fmt", "--version"],
        "rustup component add rustfmt",
    ),
    (
        &["cargo", "clippy", "--version"],
        "rustup component add clippy",
    ),
    (
        &["c++", "--version"],
        "a C++ compiler; on Debian: apt install g++",
    ),
    (
        &["python3", "-m", "pip", "--version"],
        "Python 3 with pip; on Debian: apt install python3-pip",
    ),
    (
        &["npm", "--version"],
        "Node 20 with npm; on Debian: apt install npm",
    ),
];

/// Programs that root is given from Debian when they are needed.
const PROGRAMS: [(&str, &[&str]); 2] = [("chromium", CHROMIUM), ("emacs", EMACS)];

/// Looks for all of it.
///
/// # Errors
/// If something is lacking that the suite does not install itself; says what
/// brings each.
pub(super) fn check() -> Result<()> {
    let runs = |words: &[&str]| process::read(Command::new(words[0]).args(&words[1..])).is_ok();
    let tools = TOOLS.iter().filter(|(words, _)| !runs(words));
    let mut lacking: Vec<String> = tools
        .map(|(words, brings)| format!("{}: {brings}", words[..words.len() - 1].join(" ")))
        .collect();
    if !debian::can_install() {
        let absent = PROGRAMS
            .iter()
            .filter(|(name, _)| which::which(name).is_err());
        lacking.extend(absent.map(|(name, packages)| {
            format!("{name}: on Debian: apt install {}", packages.join(" "))
        }));
    }
    if !lacking.is_empty() {
        bail!("lacking on this machine:\n  {}", lacking.join("\n  "));
    }
    Ok(())
}
