//! `mixing-fit`: makes the two files that mixing rests on, `stops.bin` of
//! `code-memory` and `gate.bin` of `completer`.
//!
//! Both are fitted on packages that no model was trained on and no measurement
//! is made on (`cargo xtask corpus mixing` fetches them). Owns the fitting; what
//! is fitted is computed by the crates that use it, so nothing can differ.

mod gate;
mod packages;
mod stops;

use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::{Parser, Subcommand};

/// Fits how far counts are trusted and how memory and LSTM are mixed
#[derive(Debug, Parser)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Fit when to stop at a count on the way to shorter contexts
    Stops {
        /// Folder of packages
        packages: PathBuf,
        /// File to write
        #[arg(long, default_value = "crates/code-memory/src/stops.bin")]
        out: PathBuf,
    },
    /// Fit the gate, for one model
    Gate {
        /// Folder of packages
        packages: PathBuf,
        /// The model
        #[arg(long, default_value = "models/rust.safetensors")]
        model: PathBuf,
        /// File to write
        #[arg(long, default_value = "crates/completer/src/mixing/gate.bin")]
        out: PathBuf,
        /// Updates, of 2048 bytes each
        #[arg(long, default_value_t = 6000)]
        steps: usize,
    },
}

fn main() -> Result<()> {
    let (out, bytes) = match Arguments::parse().command {
        Command::Stops { packages, out } => (out, stops::fit(&packages::read(&packages)?)),
        Command::Gate {
            packages,
            model,
            out,
            steps,
        } => (out, gate::fit(&packages::read(&packages)?, &model, steps)?),
    };
    std::fs::write(&out, bytes).with_context(|| format!("writing {}", out.display()))
}
