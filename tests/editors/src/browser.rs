//! Walkthroughs in a browser, written in TypeScript and run by VS Code's Node.

use std::env;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use end_to_end::{run_limited, server};

use crate::{Home, results};

/// A browser and an editor start, and everything is typed as a person does.
const LIMIT: Duration = Duration::from_secs(260);

/// Runs `script`, a path within this package, with an empty home, the real
/// program in `LSTM_LS_SERVER` and a folder for pictures in
/// `LSTM_LS_TEST_RESULTS`.
///
/// # Errors
/// If `LSTM_LS_NODE` is not set, or the script takes too long or fails; then with
/// what it said.
pub fn walk_through(script: &str) -> Result<()> {
    let home = Home::new()?;
    let mut command = home.command(node()?);
    command
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join(script))
        .env("LSTM_LS_SERVER", server()?.canonicalize()?)
        .env("LSTM_LS_TEST_HOME", home.path())
        .env("LSTM_LS_TEST_RESULTS", results()?);
    let finished = run_limited(&mut command, LIMIT)?;
    println!("{}", finished.stdout);
    ensure!(finished.code == Some(0), "{}", finished.stderr);
    Ok(())
}

/// VS Code's Node.
///
/// # Errors
/// If `LSTM_LS_NODE` is not set.
pub fn node() -> Result<PathBuf> {
    let node = env::var_os("LSTM_LS_NODE").map(PathBuf::from);
    node.context("LSTM_LS_NODE is not set; run `cargo xtask test editors`")
}
