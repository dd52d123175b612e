//! The `dist` group: makes what is released for this machine, and has it used as one who
//! downloaded it does.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};

use super::counted;
use super::tally::Tally;
use crate::{debian, dist, neovim, process, vscode, workspace};

/// The Debian that the package is installed into.
const SUITE: &str = "bookworm";

/// Makes it all, gets the machines, and runs the tests.
pub(super) fn run(tally: &mut Tally) -> Result<()> {
    let made = dist::make(None)?;
    let deb = made.deb.context("this machine has no Debian packages")?;
    let bare_debian = bare_debian()?;
    let mut tests = process::cargo();
    tests.args(["test", "--package=end-to-end", "--test=releases"]);
    tests.arg("--no-fail-fast");
    tests
        .env("LSTM_LS_ARCHIVE", &made.archive)
        .env("LSTM_LS_DEB", &deb)
        .env("LSTM_LS_BARE_DEBIAN", &bare_debian);
    counted(tally, &mut tests)?;

    let vscode = vscode::provide()?;
    // Without a network not even a machine's own is there at first.
    debian::provide("ip", &["iproute2"])?;
    let mut tests = process::cargo();
    tests.args(["test", "--package=editor-tests", "--no-fail-fast"]);
    tests.args(["installed", "bare", "site"].map(|file| format!("--test={file}")));
    // How long it took to the first ghost text.
    tests.args(["--", "--show-output"]);
    tests
        .env("LSTM_LS_ARCHIVE", made.archive)
        .env("LSTM_LS_DEB", deb)
        .env("LSTM_LS_BARE_DEBIAN", bare_debian)
        .env("LSTM_LS_NVIM", neovim::unpacked()?)
        // Every walkthrough is told of one; that in VS Code finds its own.
        .env("LSTM_LS_SERVER", made.program)
        .env("LSTM_LS_NODE", vscode.node)
        .env("LSTM_LS_VSCODE", vscode.tools)
        .env("LSTM_LS_CHROMIUM", vscode.chromium)
        .env("LSTM_LS_VSIX", made.vsix);
    counted(tally, &mut tests)
}

/// The root of a Debian with nothing in it that a Debian can do without.
fn bare_debian() -> Result<PathBuf> {
    let root = workspace::cache(SUITE);
    if !root.exists() {
        let debootstrap = debian::provide("debootstrap", &["debootstrap"])?;
        println!("a bare Debian {SUITE}, 300 MB, into {}", root.display());
        let partial = root.with_extension("partial");
        let _ = std::fs::remove_dir_all(&partial);
        let mut bootstrap = Command::new(debootstrap);
        bootstrap.args(["--variant=minbase", SUITE]).arg(&partial);
        process::read(bootstrap.arg(debian::mirror()?))?;
        std::fs::rename(&partial, &root)
            .with_context(|| format!("could not rename {}", partial.display()))?;
    }
    Ok(root)
}
