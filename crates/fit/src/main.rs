//! `mixing-fit`: makes the files that mixing and surprise rest on, `stops.bin` of
//! `code-memory`, `gate.bin` and `scale.bin` of `completer`, and the two numbers of
//! its `names_after`.
//!
//! All are fitted on packages that no model was trained on and no measurement
//! is made on (`cargo xtask corpus mixing` fetches them). Owns the fitting; what
//! is fitted is computed by the crates that use it, so nothing can differ.

mod after;
mod gate;
mod numbers;
mod packages;
mod scale;
mod stops;

use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::{Parser, Subcommand};

/// Fits how far counts are trusted, how memory and LSTM are mixed, and what a
/// fault looks like
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
    /// Fit what names after the cursor say, for one model and the gate it has now,
    /// and print it
    After {
        /// Folder of packages
        packages: PathBuf,
        /// The model
        #[arg(long, default_value = "models/rust.safetensors")]
        model: PathBuf,
    },
    /// Fit what tells a fault, for one model and the gate it has now
    Surprise {
        /// Folder of packages
        packages: PathBuf,
        /// The model
        #[arg(long, default_value = "models/rust.safetensors")]
        model: PathBuf,
        /// File to write
        #[arg(long, default_value = "crates/completer/src/surprise/scale.bin")]
        out: PathBuf,
        /// Faults for each file, one at a time
        #[arg(long, default_value_t = 2)]
        faults: u64,
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
        Command::After { packages, model } => {
            let found = after::fit(&packages::read(&packages)?, &model)?;
            println!("{found}");
            return Ok(());
        }
        Command::Surprise {
            packages,
            model,
            out,
            faults,
        } => (
            out,
            scale::fit(&packages::read(&packages)?, &model, faults)?,
        ),
    };
    std::fs::write(&out, bytes).with_context(|| format!("writing {}", out.display()))
}
