//! `lstm-ls eval bits`: what files cost under a model, as the server runs it.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use clap::{Args, Subcommand};
use completer::evaluation;
use rayon::prelude::*;
use serde_json::{Value, json};

use super::Format;
use crate::Loader;
use crate::model::{self, Source};

/// What can be measured.
#[derive(Debug, Subcommand)]
pub(super) enum Measure {
    /// Bits per byte of files, each alone, from its first byte on.
    Bits(Bits),
}

/// What `eval bits` takes.
#[derive(Debug, Args)]
pub(super) struct Bits {
    /// Files, or folders whose files of the model's language are measured.
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
    let mut paths = Vec::new();
    for input in &bits.inputs {
        collect(input, language, &mut paths)?;
    }
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

/// Adds `input` if it is a file, or the files of `language` below it, in order of path.
fn collect(input: &Path, language: &str, paths: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    let named = || format!("reading {}", input.display());
    if !std::fs::metadata(input).with_context(named)?.is_dir() {
        paths.push(input.to_owned());
        return Ok(());
    }
    let entries = std::fs::read_dir(input).with_context(named)?;
    let mut entries: Vec<PathBuf> = entries.filter_map(|e| Some(e.ok()?.path())).collect();
    entries.sort();
    for entry in entries {
        if entry.is_dir() || model::language_of(&entry).as_deref() == Some(language) {
            collect(&entry, language, paths)?;
        }
    }
    Ok(())
}
