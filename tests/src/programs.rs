//! Where the programs under test lie.
//!
//! `cargo xtask test end-to-end` names both. A `cargo test` by hand looks where
//! that command last put them.

use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};

/// The release build of `lstm-ls`: `LSTM_LS_SERVER`, or the one beside this test.
///
/// # Errors
/// If it is not there.
pub fn server() -> Result<PathBuf> {
    find("LSTM_LS_SERVER", || {
        // target/debug/deps/stdio-0123 -> target/release/lstm-ls
        let target = std::env::current_exe()
            .ok()?
            .ancestors()
            .nth(3)?
            .to_path_buf();
        Some(target.join("release/lstm-ls"))
    })
}

/// A Neovim of 0.12 or newer: `LSTM_LS_NVIM`, or the one in `.cache`.
///
/// # Errors
/// If it is not there.
pub fn neovim() -> Result<PathBuf> {
    find("LSTM_LS_NVIM", || {
        Some(
            Path::new(env!("CARGO_MANIFEST_DIR"))
                .parent()?
                .join(".cache/neovim/nvim"),
        )
    })
}

/// The folder that Python finds pygls in: `LSTM_LS_PYGLS`, or the one in `.cache`.
///
/// # Errors
/// If it is not there.
pub fn pygls() -> Result<PathBuf> {
    let usual = || {
        Some(
            Path::new(env!("CARGO_MANIFEST_DIR"))
                .parent()?
                .join(".cache/pygls"),
        )
    };
    let named = std::env::var_os("LSTM_LS_PYGLS").filter(|value| !value.is_empty());
    let folder = named.map(PathBuf::from).or_else(usual).unwrap_or_default();
    ensure!(
        folder.join("pygls").is_dir(),
        "there is no pygls in {}; run `cargo xtask pygls`",
        folder.display()
    );
    Ok(folder)
}

fn find(variable: &str, usual: impl FnOnce() -> Option<PathBuf>) -> Result<PathBuf> {
    // A name without a folder is looked up on the PATH when it is started.
    let named = std::env::var_os(variable).filter(|value| !value.is_empty());
    let path = named.map(PathBuf::from).or_else(usual).unwrap_or_default();
    let on_path = path.components().count() == 1;
    ensure!(
        on_path || path.is_file(),
        "there is no {}; run `cargo xtask test end-to-end`",
        path.display()
    );
    Ok(path)
}
