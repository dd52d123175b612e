//! `cargo xtask bench`: how fast it is, beside what else there is.
//!
//! Owns: models of random weights, paired measurement, the peers it talks to,
//! tables, JSON and plots. Must not know: libtorch, which is measured by the
//! programs in `torch`, a package of its own, nor anything of the server but its protocol
//! and which files it remembers together.

mod bench;
mod cli;
mod editor;
mod paired;
mod peer;
mod report;
mod stream;
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
