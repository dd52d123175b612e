//! Where logs go: stderr or a file, filtered by `LSTM_LS_LOG`.
//!
//! stdout belongs to the protocol and to the commands' output.

use std::io::IsTerminal;
#[cfg(windows)]
use std::io::Stderr;
#[cfg(unix)]
use std::io::stderr;
use std::path::Path;
use std::sync::Mutex;
#[cfg(windows)]
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::Context;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;
#[cfg(windows)]
use tracing_subscriber::fmt::writer::OptionalWriter;

/// The environment variable with the filter, such as `debug` or `lstm_ls=trace`.
pub const FILTER_VARIABLE: &str = "LSTM_LS_LOG";

/// Whether nothing is written to stderr any more.
#[cfg(windows)]
static IS_SILENT: AtomicBool = AtomicBool::new(false);

/// Writes nothing to stderr any more, where logs go there: the process that reads it may end,
/// and a log that cannot be written would end this one.
#[cfg(windows)]
pub(crate) fn silence() {
    IS_SILENT.store(true, Ordering::Relaxed);
}

/// Where logs go that go to no file.
#[cfg(windows)]
fn stderr() -> OptionalWriter<Stderr> {
    match IS_SILENT.load(Ordering::Relaxed) {
        true => OptionalWriter::none(),
        false => OptionalWriter::some(std::io::stderr()),
    }
}

/// Sends logs to the end of `file`, or to stderr, for the rest of the process.
/// Without [`FILTER_VARIABLE`] that is a line a request in a file, and warnings
/// and errors on stderr.
///
/// # Errors
/// If the file cannot be written to.
pub fn start(file: Option<&Path>) -> anyhow::Result<()> {
    let usual = match file {
        Some(_) => LevelFilter::INFO,
        None => LevelFilter::WARN,
    };
    let filter = EnvFilter::builder()
        .with_default_directive(usual.into())
        .with_env_var(FILTER_VARIABLE)
        .from_env_lossy();
    let logs = tracing_subscriber::fmt()
        .with_env_filter(filter)
        // Editors keep stderr in a file, where colours are noise.
        .with_ansi(file.is_none() && std::io::stderr().is_terminal())
        .with_target(false);
    // Both fail only where the process has a subscriber already; that one stays.
    let _ = match file {
        None => logs.with_writer(stderr).try_init(),
        Some(path) => {
            // With `trace` it holds what the user writes.
            let file = disk::open_log(path);
            let file = file.with_context(|| format!("cannot write logs to {}", path.display()))?;
            logs.with_writer(Mutex::new(file)).try_init()
        }
    };
    Ok(())
}
