//! The `lstm-ls` binary: the library, run on the int8 engine.

#![forbid(unsafe_code)]

use std::process::ExitCode;

fn main() -> ExitCode {
    lstm_ls::run(std::env::args_os(), assistant::models::int8_engine)
}
