//! `lstm-ls model info`: what a model file says about itself.

use std::io::Write;
use std::path::PathBuf;

use clap::Args;
use lstm_format::{HeadInput, ModelFile};
use serde_json::json;

use crate::cli::print::{self, Format, grouped, megabytes};
use assistant::models::{Source, precision_name};

/// What `model info` takes.
#[derive(Debug, Args)]
pub(in crate::cli) struct Arguments {
    /// The model file; the embedded model if there is none.
    path: Option<PathBuf>,
    /// How to print.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// Prints the model at the path in `arguments`, else the one at `source`.
///
/// # Errors
/// If the file is not a model this build reads.
pub(in crate::cli) fn run(
    arguments: Arguments,
    source: Source,
    out: &mut dyn Write,
) -> anyhow::Result<()> {
    let source = arguments.path.map_or(source, Source::File);
    let file = source.read()?;
    match arguments.format {
        Format::Text => print::write(&rows(&file, &source), out)?,
        Format::Json => {
            let info = json!({
                "model": source.name(),
                "size": source.size(),
                "precision": precision_name(file.precision),
                "parameters": file.config.parameter_count(),
                "config": file.config,
                "provenance": file.provenance,
            });
            writeln!(out, "{info:#}")?;
        }
    }
    Ok(())
}

/// The model as lines for people; what is not known is empty.
pub(in crate::cli) fn rows(file: &ModelFile, source: &Source) -> Vec<(&'static str, String)> {
    let config = &file.config;
    let provenance = &file.provenance;
    let head = match config.head {
        HeadInput::LastLayer => "the last layer",
        HeadInput::AllLayers => "all layers",
    };
    let known = |number: u64, unit: &str| match number {
        0 => String::new(),
        _ => format!("{}{unit}", grouped(number)),
    };
    let bits = provenance.bits_per_byte;
    vec![
        ("model", source.name()),
        ("language", config.language.clone()),
        (
            "shape",
            format!(
                "{} {} layers of {}, embedding of {}, output from {head}",
                config.num_layers, config.cell, config.hidden_size, config.embedding_size
            ),
        ),
        ("parameters", grouped(config.parameter_count() as u64)),
        ("precision", precision_name(file.precision).to_owned()),
        ("size", source.size().map(megabytes).unwrap_or_default()),
        ("window", format!("{} bytes", grouped(config.window as u64))),
        (
            "bits per byte",
            bits.map(|b| format!("{b:.3}")).unwrap_or_default(),
        ),
        ("trained on", provenance.data.clone()),
        ("corpus", provenance.corpus_sha256.clone()),
        ("training", known(provenance.bytes_trained, " bytes read")),
        ("steps", known(provenance.steps, "")),
        ("command", provenance.command.clone()),
        ("license", provenance.license.clone()),
    ]
}
