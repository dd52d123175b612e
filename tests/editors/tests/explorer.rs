//! The page of `lstm-ls explore` in real Chromium. What is done and looked at
//! there is in `explorer/walkthrough.ts`.

use std::env;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use editor_tests::{Home, results};
use end_to_end::{run_limited, server};

/// A browser starts, and a model reads some hundred kilobytes.
const LIMIT: Duration = Duration::from_secs(240);

#[test]
fn a_look_inside_the_model_on_desk_and_phone() -> Result<()> {
    let node = env::var_os("LSTM_LS_NODE");
    let node = node.context("LSTM_LS_NODE is not set; run `cargo xtask test editors`")?;
    let home = Home::new()?;
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("explorer/walkthrough.ts");
    let mut command = home.command(Path::new(&node));
    command
        .arg(script)
        .env("LSTM_LS_SERVER", server()?.canonicalize()?)
        .env("LSTM_LS_TEST_HOME", home.path())
        .env("LSTM_LS_TEST_RESULTS", results()?);
    let finished = run_limited(&mut command, LIMIT)?;
    println!("{}", finished.stdout);
    ensure!(finished.code == Some(0), "{}", finished.stderr);
    Ok(())
}
