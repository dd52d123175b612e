//! `lstm-train`: files → corpus → training → evaluation → export.

use std::process::ExitCode;

fn main() -> ExitCode {
    char_lstm::cli::main()
}
