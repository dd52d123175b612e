//! `lstm-train export`: a checkpoint or master → the file that is shipped.

use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::ValueEnum;
use lstm_format::{ModelFile, Precision};

/// Write a model at another precision: int8 to ship, bf16 to train on from.
#[derive(clap::Args)]
pub(super) struct Arguments {
    /// Checkpoint or master.
    model: PathBuf,
    /// Where to write.
    #[arg(long)]
    out: PathBuf,
    /// How to store the weights.
    #[arg(long, value_enum, default_value = "int8")]
    precision: Stored,
    /// Cold bits per byte by `lstm-train eval`, for the header.
    #[arg(long)]
    bits_per_byte: Option<f64>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Stored {
    F32,
    Bf16,
    Int8,
}

pub(super) fn run(arguments: &Arguments) -> Result<()> {
    let precision = match arguments.precision {
        Stored::F32 => Precision::F32,
        Stored::Bf16 => Precision::Bf16,
        Stored::Int8 => Precision::Int8,
    };
    let mut model = ModelFile::read(&arguments.model)?.to_precision(precision)?;
    if arguments.bits_per_byte.is_some() {
        model.provenance.bits_per_byte = arguments.bits_per_byte;
    }
    model.write(&arguments.out)?;
    let size = std::fs::metadata(&arguments.out)
        .context("reading back the export")?
        .len();
    println!(
        "{}: {} parameters, {:.2} MB",
        arguments.out.display(),
        model.config.parameter_count(),
        size as f64 / 1e6
    );
    Ok(())
}
