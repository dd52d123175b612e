//! Where logs go: stderr, filtered by `LSTM_LS_LOG`.
//!
//! stdout belongs to the protocol and to the commands' output.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;

/// The environment variable with the filter, such as `debug` or `lstm_ls=trace`.
pub const FILTER_VARIABLE: &str = "LSTM_LS_LOG";

/// Sends logs to stderr for the rest of the process. Warnings and errors only,
/// unless [`FILTER_VARIABLE`] says otherwise.
pub fn to_stderr() {
    let filter = EnvFilter::builder()
        .with_default_directive(LevelFilter::WARN.into())
        .with_env_var(FILTER_VARIABLE)
        .from_env_lossy();
    // Fails only where the process has a subscriber already; that one stays.
    let _ = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        // Editors keep stderr in a file, where colours are noise.
        .with_ansi(std::io::stderr().is_terminal())
        .with_target(false)
        .try_init();
}
