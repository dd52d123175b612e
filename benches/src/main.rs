//! `cargo xtask bench`: how fast it is, beside what else there is.
//!
//! Owns: models of random weights, paired measurement, the peers it talks to,
//! tables, JSON and plots. Must not know: libtorch, which is measured in a
//! program of `char-lstm`'s, nor anything of the server but its protocol and
//! which files it remembers together.

mod cancel;
mod cli;
mod clients;
mod decode;
mod editor;
mod index;
mod lanes;
mod latency;
mod memory;
mod paired;
mod peer;
mod prefill;
mod pytorch;
mod report;
mod startup;
mod stream;
mod train;
mod weights;
mod workspace;

use std::process::ExitCode;

fn main() -> ExitCode {
    match cli::run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
