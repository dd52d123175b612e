//! The server and pygls, a client that takes the protocol at its word; and the same client
//! with messages of its own, as they are written by clients that don't. What is sent and
//! checked is in `pygls/edits.py`.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Result, ensure};
use end_to_end::{pygls, run_limited, server};

/// Far more than the edits take; they go to and fro one by one.
const PATIENCE: Duration = Duration::from_secs(300);

fn check(manner: &str, encoding: &str, edits: u32) -> Result<()> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("pygls/edits.py");
    let mut command = Command::new("python3");
    command
        .arg(script)
        .arg(server()?)
        .args([encoding, &edits.to_string(), "1", manner])
        .env("PYTHONPATH", pygls()?)
        .env("XDG_DATA_HOME", "/nonexistent")
        .env("XDG_STATE_HOME", "/nonexistent");
    let finished = run_limited(&mut command, PATIENCE)?;
    print!("{}", finished.stdout);
    ensure!(finished.code == Some(0), "{}", finished.stderr);
    Ok(())
}

#[test]
fn random_edits_in_utf_8() -> Result<()> {
    check("strict", "utf-8", 3334)
}

#[test]
fn random_edits_in_utf_16() -> Result<()> {
    check("strict", "utf-16", 3333)
}

#[test]
fn random_edits_in_utf_32() -> Result<()> {
    check("strict", "utf-32", 3333)
}

#[test]
fn loose_edits_in_utf_8() -> Result<()> {
    check("loose", "utf-8", 3334)
}

#[test]
fn loose_edits_in_utf_16() -> Result<()> {
    check("loose", "utf-16", 3333)
}

#[test]
fn loose_edits_in_utf_32() -> Result<()> {
    check("loose", "utf-32", 3333)
}
