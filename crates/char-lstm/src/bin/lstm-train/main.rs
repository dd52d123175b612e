//! `lstm-train`: files → corpus → training → evaluation → export.

mod cli;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::main()
}
