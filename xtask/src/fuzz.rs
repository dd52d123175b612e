//! `cargo xtask fuzz`: the fuzz targets of `lstm-ls`, for as long as one likes.
//! A few hundred inputs of each are part of every test run.

use anyhow::Result;

use crate::process;

/// How many targets share the inputs.
const TARGETS: u64 = 4;

/// Runs `inputs` inputs, those that `seed` stands for.
///
/// # Errors
/// If one of them is too much; the test says which.
pub(crate) fn run(inputs: u64, seed: u64) -> Result<()> {
    let mut fuzz = process::cargo();
    fuzz.args([
        "test",
        "--package=lstm-ls",
        "--test=fuzz",
        "--",
        "--nocapture",
    ])
    .env("LSTM_FUZZ_INPUTS", inputs.div_ceil(TARGETS).to_string())
    .env("LSTM_FUZZ_SEED", seed.to_string());
    process::run(&mut fuzz)
}
