//! `lstm-ls eval bits`: what files cost under a model, as the server runs it.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use clap::{Args, Subcommand};
use completer::evaluation;
use ignore::WalkBuilder;
use lstm_format::language_of;
use rayon::prelude::*;
use serde_json::{Value, json};

use super::Format;
use crate::Loader;
use crate::model::Source;

/// What can be measured.
#[derive(Debug, Subcommand)]
pub(super) enum Measure {
    /// Bits per byte of files, each alone, from its first byte on.
    Bits(Bits),
}

/// What `eval bits` takes.
#[derive(Debug, Args)]
pub(super) struct Bits {
    /// Files of the model's language, or folders with some.
    #[arg(required = true)]
    inputs: Vec<PathBuf>,
    /// How to print.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// Measures `bits.inputs` on every core.
///
/// # Errors
/// If the model or a file cannot be read, or there is nothing to measure.
pub(super) fn bits(
    bits: &Bits,
    source: &Source,
    loader: Loader,
    out: &mut impl Write,
) -> anyhow::Result<()> {
    let engine = loader(&source.read()?)?;
    let language = &engine.config().language;
    let paths = files_of(language, &bits.inputs)?;
    let read = |path: &PathBuf| -> anyhow::Result<(String, Vec<u8>)> {
        let text = std::fs::read(path).with_context(|| format!("reading {}", path.display()))?;
        Ok((path.display().to_string(), text))
    };
    let mut files = paths.iter().map(read).collect::<anyhow::Result<Vec<_>>>()?;
    files.retain(|(_, text)| !text.is_empty());
    ensure!(!files.is_empty(), "there is no {language} file to measure");

    let cost = |(path, text): &(String, Vec<u8>)| {
        let bits = evaluation::bits(&*engine, path, text);
        bits.iter().map(|&b| f64::from(b)).sum::<f64>()
    };
    let measured: Vec<f64> = files.par_iter().map(cost).collect();
    let total_bytes: usize = files.iter().map(|(_, text)| text.len()).sum();
    let total = measured.iter().sum::<f64>() / total_bytes as f64;
    match bits.format {
        Format::Text => {
            for ((path, text), cost) in files.iter().zip(&measured) {
                writeln!(out, "{:8.4}  {path}", cost / text.len() as f64)?;
            }
            let count = files.len();
            writeln!(
                out,
                "{total:8.4}  bits/byte over {count} files, {total_bytes} bytes"
            )?;
        }
        Format::Json => {
            let row = |((path, text), cost): (&(String, Vec<u8>), &f64)| -> Value {
                let lstm = cost / text.len() as f64;
                json!({"path": path, "bytes": text.len(), "bits_per_byte": {"lstm": lstm}})
            };
            let rows: Vec<Value> = files.iter().zip(&measured).map(row).collect();
            let total = json!({"bytes": total_bytes, "bits_per_byte": {"lstm": total}});
            writeln!(out, "{}", json!({"files": rows, "total": total}))?;
        }
    }
    Ok(())
}

/// The files of `language` at and below `inputs`, each input's in order of path.
/// As `lstm-train eval` does: what git ignores and what is hidden is left out,
/// and links are not followed.
fn files_of(language: &str, inputs: &[PathBuf]) -> anyhow::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for input in inputs {
        for entry in WalkBuilder::new(input).sort_by_file_path(Path::cmp).build() {
            let path = entry?.into_path();
            if path.is_file() && language_of(&path).as_deref() == Some(language) {
                files.push(path);
            }
        }
    }
    Ok(files)
}
