//! `cargo xtask fuzz`: hostile input for everything that takes some, and a daemon that is
//! killed, stopped and out of disk under load, for as long as one likes. A few hundred
//! inputs and a few of those are part of every test run.

use anyhow::Result;
use clap::Args;

use crate::{process, server};

/// What `fuzz` takes.
#[derive(Args)]
pub(crate) struct Arguments {
    /// How many inputs, over all targets, which take turns
    #[arg(long, default_value_t = 100_000)]
    inputs: u64,
    /// The most time for them, over all targets
    #[arg(long, default_value_t = 3_600)]
    seconds: u64,
    /// Which ones
    #[arg(long, default_value_t = 2)]
    seed: u64,
    /// How often a daemon is killed
    #[arg(long, default_value_t = 100)]
    kills: u64,
    /// How often it is stopped and goes on
    #[arg(long, default_value_t = 20)]
    stops: u64,
    /// How often its disk is full
    #[arg(long, default_value_t = 10)]
    full_disks: u64,
}

/// Runs it all, and prints how often and how it went.
///
/// # Errors
/// If an input is too much, or something is lost; the test says which.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    // As fast as what is installed, but a number that overflows is a panic.
    let mut fuzz = process::cargo();
    fuzz.args(["test", "--profile=fuzz", "--package=lstm-ls", "--test=fuzz"])
        .args(["--", "--nocapture"])
        .env("LSTM_FUZZ_INPUTS", arguments.inputs.to_string())
        .env("LSTM_FUZZ_SECONDS", arguments.seconds.to_string())
        .env("LSTM_FUZZ_SEED", arguments.seed.to_string());
    process::run(&mut fuzz)?;
    let (kills, stops, full) = (arguments.kills, arguments.stops, arguments.full_disks);
    let mut trouble = process::cargo();
    trouble
        .args(["test", "--package=end-to-end", "--test=trouble"])
        .args(["--", "--nocapture", "--test-threads=1"])
        .env("LSTM_LS_SERVER", server::release()?)
        .env("LSTM_TROUBLE", format!("{kills},{stops},{full}"));
    process::run(&mut trouble)
}
