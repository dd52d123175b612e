//! The `editors` group: what the extension and the plugin are checked with, and
//! the tests in real editors.

use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;

use anyhow::{Result, bail};

use super::counted;
use super::tally::Tally;
use crate::server::site;
use crate::vscode::VsCode;
use crate::{debian, neovim, process, vscode, workspace};

/// The largest extension, without a server in it, that is worth calling small.
const LARGEST_VSIX: u64 = 1_000_000;

/// Emacs 28 brings neither a language client nor a mode for Rust.
pub(super) const EMACS: &[&str] = &["emacs-nox", "elpa-eglot", "elpa-rust-mode"];

/// The programs that the tests are run in.
struct Editors {
    nvim: PathBuf,
    emacs: PathBuf,
    vscode: VsCode,
}

/// Gets the editors, packages the extension, and runs the tests in them.
pub(super) fn run(tally: &mut Tally) -> Result<()> {
    // The network is busy while the compiler is, and neither waits for the other.
    let (server, editors) = thread::scope(|scope| {
        let editors = scope.spawn(provide);
        let server = site::program();
        let editors = editors.join();
        (server, editors.unwrap_or_else(|panic| resume_unwind(panic)))
    });
    let (server, editors) = (server?, editors?);
    let vsix = package(&editors.vscode)?;
    plugin_is_formatted(&editors.vscode)?;
    let mut same = process::cargo();
    same.args(["test", "--package=web", "--test=same"])
        .env("LSTM_LS_ENGINE", site::engine()?)
        .env("LSTM_LS_NODE", &editors.vscode.node)
        .env("LSTM_LS_VSCODE", &editors.vscode.tools)
        .env("LSTM_LS_CHROMIUM", &editors.vscode.chromium);
    counted(tally, &mut same)?;
    let mut tests = process::cargo();
    tests
        .args(["test", "--package=editor-tests", "--no-fail-fast"])
        .env("LSTM_LS_SERVER", server)
        .env("LSTM_LS_NVIM", editors.nvim)
        .env("LSTM_LS_EMACS", editors.emacs)
        .env("LSTM_LS_NODE", editors.vscode.node)
        .env("LSTM_LS_VSCODE", editors.vscode.tools)
        .env("LSTM_LS_CHROMIUM", editors.vscode.chromium)
        .env("LSTM_LS_VSIX", vsix);
    counted(tally, &mut tests)
}

/// What is there already, or was fetched.
fn provide() -> Result<Editors> {
    Ok(Editors {
        nvim: neovim::provide()?,
        emacs: debian::provide("emacs", EMACS)?,
        vscode: vscode::provide()?,
    })
}

/// Checks and packages the extension; its path.
fn package(vscode: &VsCode) -> Result<PathBuf> {
    let folder = workspace::root().join("editors/vscode");
    let npm = |words: &[&str]| process::shown(vscode.npm(&folder).args(words));
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
    process::shown(
        Command::new(stylua)
            .current_dir(&plugin)
            .args(["--check", "lua"]),
    )
}

fn stylua(tools: &Path) -> PathBuf {
    tools.join("node_modules/.bin/stylua")
}
