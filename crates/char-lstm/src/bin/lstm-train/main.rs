//! `lstm-train`: files → corpus → training → evaluation → export.

#![forbid(unsafe_code)]

mod cli;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::main()
}
