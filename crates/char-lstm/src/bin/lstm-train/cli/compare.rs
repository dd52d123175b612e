//! `lstm-train compare`: which of two models knows which file better.

use std::path::PathBuf;

use anyhow::{Result, ensure};
use clap::ValueEnum;
use lstm_format::ModelFile;
use serde::Serialize;
use tch::Device;

use char_lstm::evaluation::{self, Text};
use char_lstm::network::{Network, Pass};

use super::eval::read_inputs;

/// Compare two models of one language on files, cold: bits per byte of each, and
/// where they differ most.
#[derive(clap::Args)]
pub(super) struct Arguments {
    /// Model file of any precision, or a checkpoint.
    a: PathBuf,
    /// Another.
    b: PathBuf,
    /// Files or folders, or one packed corpus, whose evaluation files are read.
    #[arg(required = true)]
    inputs: Vec<PathBuf>,
    /// How to print.
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
    /// Threads of libtorch; 0 lets it choose.
    #[arg(long, default_value_t = 0)]
    threads: i32,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Json,
}

#[derive(Serialize)]
struct Row {
    path: String,
    bytes: usize,
    /// Bits per byte.
    a: f64,
    b: f64,
}

pub(super) fn run(arguments: &Arguments) -> Result<()> {
    if arguments.threads > 0 {
        tch::set_num_threads(arguments.threads);
    }
    let (a, b) = (
        ModelFile::read(&arguments.a)?,
        ModelFile::read(&arguments.b)?,
    );
    let [language, other] = [&a, &b].map(|model| &model.config.language);
    ensure!(
        language == other,
        "one model is for {language}, the other for {other}: they know no file in common"
    );
    let files = read_inputs(&arguments.inputs, language)?;
    ensure!(!files.is_empty(), "no {language} file to compare on");
    let texts: Vec<Text<'_>> = (files.iter())
        .map(|(path, bytes)| Text { path, bytes })
        .collect();
    let [a, b] = [&a, &b].map(|model| {
        let network = Network::from_model(model, Device::Cpu);
        evaluation::bits(&network, &texts, Pass::EVALUATE, |_, _| {})
    });
    let bytes: usize = texts.iter().map(|text| text.bytes.len()).sum();
    let total = [&a, &b].map(|bits| bits.iter().sum::<f64>() / bytes as f64);
    let mut rows: Vec<Row> = (files.iter().zip(a.iter().zip(&b)))
        .map(|((path, text), (a, b))| Row {
            path: path.clone(),
            bytes: text.len(),
            a: a / text.len() as f64,
            b: b / text.len() as f64,
        })
        .collect();
    // What B gains most on comes first.
    rows.sort_by(|x, y| (x.b - x.a).total_cmp(&(y.b - y.a)));
    match arguments.format {
        Format::Json => {
            let [a, b] = total;
            let total = serde_json::json!({"bytes": bytes, "a": a, "b": b});
            println!("{}", serde_json::json!({"files": rows, "total": total}));
        }
        Format::Text => {
            println!("      A       B   B − A  bits/byte");
            for Row { path, a, b, .. } in &rows {
                println!("{a:7.4} {b:7.4} {:+7.4}  {path}", b - a);
            }
            let ([a, b], count) = (total, rows.len());
            println!(
                "{a:7.4} {b:7.4} {:+7.4}  {count} files, {bytes} bytes",
                b - a
            );
        }
    }
    Ok(())
}
