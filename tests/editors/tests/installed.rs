//! What a release puts into editors, as it is installed from there and with nothing beside
//! it. `cargo xtask test dist` makes it; a plain `cargo test` leaves these tests out.

use std::env;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use editor_tests::{Home, walk_through};
use end_to_end::{LIMIT, neovim, run_limited};

/// What is typed and checked is in `vscode/installed.ts`.
#[test]
fn the_extension_brings_its_server() -> Result<()> {
    walk_through("vscode/installed.ts")
}

#[test]
fn neovim_finds_plugin_and_server_of_the_debian_package() -> Result<()> {
    let deb = env::var_os("LSTM_LS_DEB");
    let deb = deb.context("LSTM_LS_DEB is not set; run `cargo xtask test dist`")?;
    let home = Home::new()?;
    let root = home.path().join("root");
    let mut unpack = Command::new("dpkg-deb");
    let unpacked = run_limited(unpack.arg("--extract").arg(deb).arg(&root), LIMIT)?;
    ensure!(unpacked.code == Some(0), "{}", unpacked.stderr);

    let file = home.path().join("sales.rs");
    fs::write(&file, concat!(include_str!("../data/sales.rs"), "\n"))?;
    let scripts = Path::new(env!("CARGO_MANIFEST_DIR")).join("neovim");
    let script = scripts.join("ghost_text.lua");
    let mut command = home.command(neovim()?.canonicalize()?);
    command
        .args(["--headless", "-n", "-u"])
        .arg(scripts.join("installed.lua"))
        .arg(&file)
        .args(["-c", &format!("luafile {}", script.display())])
        .env("XDG_DATA_DIRS", root.join("usr/share"))
        .env(
            "PATH",
            format!("{}:/usr/bin:/bin", root.join("usr/bin").display()),
        );
    let finished = run_limited(&mut command, LIMIT)?;
    let code = finished.code;
    ensure!(code == Some(0), "{}{}", finished.stdout, finished.stderr);
    Ok(())
}
