//! `lstm-train sample`: let a model write.

use std::io::Write;
use std::path::PathBuf;

use anyhow::{Result, ensure};
use lstm_format::ModelFile;

use char_lstm::engine::TorchEngine;
use char_lstm::samples::{self, Drawing};

/// Sample a document, byte by byte, to its end.
#[derive(clap::Args)]
pub(super) struct Arguments {
    /// Model file of any precision, or a checkpoint.
    model: PathBuf,
    /// Name of the file to be written, which the model is told.
    #[arg(long, default_value = "lib.rs")]
    file_name: String,
    /// Text to go on from.
    #[arg(long, default_value = "")]
    prefix: String,
    /// Below 1 keeps to what is likely, 1 is the model's own distribution.
    #[arg(long, default_value_t = 0.7)]
    temperature: f32,
    /// Most bytes to write.
    #[arg(long, default_value_t = 2_000)]
    bytes: usize,
    /// Seed of the sample.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

pub(super) fn run(arguments: &Arguments) -> Result<()> {
    ensure!(arguments.temperature > 0.0, "--temperature must be above 0");
    let engine = TorchEngine::new(&ModelFile::read(&arguments.model)?);
    let drawing = Drawing {
        temperature: arguments.temperature,
        bytes: arguments.bytes,
        seed: arguments.seed,
    };
    let names = [arguments.file_name.clone()];
    let written = samples::draw(
        &engine,
        &names,
        arguments.prefix.as_bytes(),
        drawing,
        |_| {},
    );
    let mut out = std::io::stdout().lock();
    for sample in written {
        writeln!(out, "{}", String::from_utf8_lossy(&sample.text))?;
    }
    Ok(())
}
