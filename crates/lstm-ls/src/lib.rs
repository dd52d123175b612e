//! Code completion by a character LSTM: language server and command line.
//!
//! Owns the faces: LSP, the daemon that serves it to many editors, and the command line.
//! Must not know how a suggestion is made (`completer`), what belongs to a client or
//! which model serves it (`assistant`).
//!
//! Architecture invariant: this is the only crate that knows LSP, and inside it only
//! `lsp` does.
//!
//! ```
//! // What the program does with `lstm-ls --version`; another engine is another loader.
//! let arguments = ["lstm-ls", "--version"].map(Into::into);
//! let code = lstm_ls::run(arguments, assistant::models::int8_engine);
//! assert_eq!(format!("{code:?}"), format!("{:?}", std::process::ExitCode::SUCCESS));
//! ```

#![forbid(unsafe_code)]

use std::ffi::OsString;
use std::io::Write;
use std::process::ExitCode;

use assistant::heap;
use assistant::models::Loader;
use clap::Parser;

pub mod cli;
pub mod daemon;
pub mod logging;
pub mod lsp;

/// The exit code of bad input: arguments, files, models.
const BAD_INPUT: u8 = 2;

/// Runs the command line `arguments` (the program's name first) with models
/// made runnable by `loader`.
///
/// Without a subcommand it is a language server on stdin and stdout, which
/// returns 0 after an orderly shutdown and 1 otherwise. An error is one line
/// on stderr and exit code 2, or 3 where another daemon has the socket.
pub fn run(arguments: impl IntoIterator<Item = OsString>, loader: Loader) -> ExitCode {
    heap::share();
    let arguments = match cli::Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(error) => {
            // Nothing is left to do if even this cannot be printed.
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(BAD_INPUT));
        }
    };
    if let Err(error) = logging::start(arguments.log_file()) {
        let _ = writeln!(std::io::stderr(), "lstm-ls: {error:#}");
        return ExitCode::from(BAD_INPUT);
    }
    match cli::dispatch(arguments, loader) {
        Ok(code) => code,
        Err(error) if cli::is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "lstm-ls: {error:#}");
            ExitCode::from(exit_code(&error))
        }
    }
}

fn exit_code(error: &anyhow::Error) -> u8 {
    match error.is::<daemon::socket::ServedAlready>() {
        true => daemon::SERVED_ALREADY,
        false => BAD_INPUT,
    }
}
