//! Code completion by a character LSTM: language server and command line.
//!
//! Owns: LSP, the command line, and how a model is found. Must not know: how a
//! suggestion is made (`completer`) or how a model is run (whatever [`Loader`]
//! returns).
//!
//! Architecture invariant: this is the only crate that knows LSP. Inside it,
//! positions are byte offsets: [`server::position`] alone knows what the encoding
//! that was agreed on means, and the rest of `server` only hands it there.

use std::ffi::OsString;
use std::io::Write;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Parser;
use lstm_format::{Engine, ModelFile};
use lstm_runtime::{Kernel, Runtime};

#[cfg(unix)]
pub mod bridge;
pub mod cli;
pub mod daemon;
pub mod framing;
mod heap;
pub mod logging;
pub mod memory;
pub mod model;
pub mod retrain;
pub mod server;
pub mod statistics;
pub mod store;
pub mod user;

/// Makes a model file runnable.
pub type Loader = fn(&ModelFile) -> anyhow::Result<Arc<dyn Engine>>;

/// Threads that read a long text into a state. The text of one jump takes some
/// 30 ms on two; more would hardly shorten that and take from other programs.
const FEEDING_THREADS: usize = 2;

/// The exit code of bad input: arguments, files, models.
const BAD_INPUT: u8 = 2;

/// Runs the command line `arguments` (the program's name first) with models
/// made runnable by `loader`.
///
/// Without a subcommand it is a language server on stdin and stdout, which
/// returns 0 after an orderly shutdown and 1 otherwise. An error is one line
/// on stderr and exit code 2.
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
            ExitCode::from(BAD_INPUT)
        }
    }
}

/// The [`Loader`] of the `lstm-ls` binary: int8 kernels on this CPU.
///
/// # Errors
/// If `LSTM_KERNEL` names a kernel this CPU lacks, or the model cannot be run.
pub fn int8_engine(model: &ModelFile) -> anyhow::Result<Arc<dyn Engine>> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let runtime = Runtime::load(model, Kernel::from_env()?)?;
    Ok(Arc::new(runtime.with_threads(cores.min(FEEDING_THREADS))))
}
