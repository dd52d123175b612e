//! What the end-to-end tests drive the finished program with.
//!
//! Owns: where the programs under test lie, a language client over pipes, and
//! the running of other programs under a time limit. Must not know: anything of
//! the crates it tests. It sees them as a user's editor does.
//!
//! `cargo xtask test end-to-end` builds the server, finds an editor and runs
//! the tests on both.

#![forbid(unsafe_code)]

mod branches;
mod daemon;
mod language_client;
mod limited;
mod message;
mod process;
mod programs;
mod validation;

pub use branches::{branch_file, check_out, first_words, next_words};
pub use daemon::{Daemon, signal};
pub use language_client::LanguageClient;
pub use limited::{Finished, run_limited};
pub use process::{cpu_time, forget_peak, peak_bytes, resident_bytes};
pub use programs::{neovim, pygls, server};
pub use validation::{ValidationFile, validation_files};

/// How long a test waits before it fails; nothing in a test takes this long.
pub const LIMIT: std::time::Duration = std::time::Duration::from_secs(30);
