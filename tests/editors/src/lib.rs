//! What the tests drive programs in a terminal with, and how they keep what was
//! seen there.
//!
//! Must not know: which program it is. `cargo xtask test editors` gets the
//! editors and runs the tests.

#![forbid(unsafe_code)]

use std::path::{Path, PathBuf};

mod browser;
mod film;
mod home;
mod outside;
mod still;
mod terminal;

pub use browser::{node, walk_through};
pub use film::Film;
pub use home::Home;
pub use outside::{Outside, Written};
pub use still::svg;
pub use terminal::{Terminal, in_color};

/// Where tests leave pictures and measurements: `LSTM_LS_TEST_RESULTS`, or
/// `target/editors`.
///
/// # Errors
/// If the folder cannot be made.
pub fn results() -> std::io::Result<PathBuf> {
    let named = std::env::var_os("LSTM_LS_TEST_RESULTS").map(PathBuf::from);
    let usual = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/editors");
    let folder = named.unwrap_or(usual);
    std::fs::create_dir_all(&folder)?;
    Ok(folder)
}
