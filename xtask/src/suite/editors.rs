//! The `editors` group: what the extension and the plugin are checked with, and
//! the tests in real editors.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, bail};

use super::tally::Tally;
use super::{counted, release_server, shown};
use crate::vscode::VsCode;
use crate::{debian, neovim, process, vscode, workspace};

/// The largest extension, without a server in it, that is worth calling small.
const LARGEST_VSIX: u64 = 1_000_000;

/// Emacs 28 brings neither a language client nor a mode for Rust.
const EMACS: &[&str] = &["emacs-nox", "elpa-eglot", "elpa-rust-mode"];

/// Gets the editors, packages the extension, and runs the tests in them.
pub(super) fn run(tally: &mut Tally) -> Result<()> {
    let server = release_server()?;
    let nvim = neovim::provide()?;
    let emacs = debian::provide("emacs", EMACS)?;
    let vscode = vscode::provide()?;
    let vsix = package(&vscode)?;
    plugin_is_formatted(&vscode)?;
    let mut tests = process::cargo();
    tests
        .args(["test", "--package=editor-tests", "--no-fail-fast"])
        .env("LSTM_LS_SERVER", server)
        .env("LSTM_LS_NVIM", nvim)
        .env("LSTM_LS_EMACS", emacs)
        .env("LSTM_LS_NODE", &vscode.node)
        .env("LSTM_LS_VSCODE", &vscode.tools)
        .env("LSTM_LS_CHROMIUM", &vscode.chromium)
        .env("LSTM_LS_VSIX", vsix);
    counted(tally, &mut tests)
}

/// Checks and packages the extension; its path.
fn package(vscode: &VsCode) -> Result<PathBuf> {
    let folder = workspace::root().join("editors/vscode");
    let npm = |words: &[&str]| shown(vscode.npm(&folder).args(words));
    npm(&[
        "ci",
        "--ignore-scripts",
        "--no-audit",
        "--no-fund",
        "--silent",
    ])?;
    npm(&["test", "--silent"])?;
    npm(&["run", "--silent", "package"])?;
    let vsix = folder.join("dist/lstm-ls.vsix");
    let size = std::fs::metadata(&vsix)?.len();
    println!("{}: {} KB", vsix.display(), size / 1000);
    let holds_a_server = folder.join("server").exists();
    if !holds_a_server && size > LARGEST_VSIX {
        bail!("the extension has {size} bytes, more than {LARGEST_VSIX}");
    }
    Ok(vsix)
}

fn plugin_is_formatted(vscode: &VsCode) -> Result<()> {
    let plugin = workspace::root().join("editors/neovim");
    let stylua = stylua(&vscode.tools);
    shown(
        Command::new(stylua)
            .current_dir(&plugin)
            .args(["--check", "lua"]),
    )
}

fn stylua(tools: &Path) -> PathBuf {
    tools.join("node_modules/.bin/stylua")
}
