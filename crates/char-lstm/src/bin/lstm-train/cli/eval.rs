//! `lstm-train eval`: bits per byte on files the model has not seen.

use std::path::PathBuf;

use anyhow::{Context, Result, bail, ensure};
use clap::ValueEnum;
use disk::Links;
use indicatif::{ProgressBar, ProgressStyle};
use lstm_format::ModelFile;
use rayon::prelude::*;
use serde::Serialize;
use tch::Kind;

use char_lstm::evaluation::{self, Text};
use char_lstm::network::{Network, Pass};
use corpus::{Corpus, files_below};

/// No file that is measured is longer, in bytes.
const MOST_FILE: u64 = 32 << 20;

/// Measure bits per byte, cold: each file alone, from its first byte on.
#[derive(clap::Args)]
pub(super) struct Arguments {
    /// Model file of any precision, or a checkpoint.
    model: PathBuf,
    /// Files or folders, or one packed corpus, whose evaluation files are read.
    #[arg(required = true)]
    inputs: Vec<PathBuf>,
    /// How to print.
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
    /// Matrix products in bf16: quicker, less exact.
    #[arg(long)]
    bf16: bool,
    /// Where to compute: cpu or cuda.
    #[arg(long, default_value = "cpu")]
    device: String,
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
struct Measured {
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<String>,
    bytes: usize,
    bits_per_byte: BitsPerByte,
}

#[derive(Serialize)]
struct BitsPerByte {
    lstm: f64,
    ppmd: f64,
}

#[derive(Serialize)]
struct Report {
    files: Vec<Measured>,
    total: Measured,
}

pub(super) fn run(arguments: &Arguments) -> Result<()> {
    let device = super::device::named(&arguments.device, 0)?;
    if arguments.threads > 0 {
        tch::set_num_threads(arguments.threads);
    }
    let model = ModelFile::read(&arguments.model)?;
    let files = read_inputs(&arguments.inputs, &model.config.language)?;
    ensure!(
        !files.is_empty(),
        "no {} file to measure",
        model.config.language
    );
    let ppmd: Vec<f64> = (files.par_iter())
        .map(|(_, bytes)| evaluation::ppmd_bits(bytes))
        .collect::<Result<_>>()?;

    let network = Network::from_model(&model, device);
    let texts: Vec<Text<'_>> = files
        .iter()
        .map(|(path, bytes)| Text { path, bytes })
        .collect();
    let template = "{bar:30} {percent}%  {eta} left";
    let style = ProgressStyle::with_template(template).expect("the template is valid");
    let bar = ProgressBar::new(0).with_style(style);
    let pass = Pass {
        compute: if arguments.bf16 {
            Kind::BFloat16
        } else {
            Kind::Float
        },
        ..Pass::EVALUATE
    };
    let lstm = evaluation::bits(&network, &texts, pass, |done, total| {
        bar.set_length(total as u64);
        bar.set_position(done as u64);
    });
    bar.finish_and_clear();

    let measured = |path, bytes: usize, lstm: f64, ppmd: f64| Measured {
        path,
        bytes,
        bits_per_byte: BitsPerByte {
            lstm: lstm / bytes as f64,
            ppmd: ppmd / bytes as f64,
        },
    };
    let total_bytes = files.iter().map(|(_, bytes)| bytes.len()).sum();
    let report = Report {
        total: measured(None, total_bytes, lstm.iter().sum(), ppmd.iter().sum()),
        files: (files.iter().zip(lstm.iter().zip(&ppmd)))
            .map(|((path, bytes), (&l, &p))| measured(Some(path.clone()), bytes.len(), l, p))
            .collect(),
    };
    match arguments.format {
        Format::Json => println!("{}", serde_json::to_string(&report)?),
        Format::Text => {
            let BitsPerByte { lstm, ppmd } = report.total.bits_per_byte;
            println!(
                "{} files, {total_bytes} bytes, each alone:",
                report.files.len()
            );
            println!("  LSTM  {lstm:.4} bits/byte");
            println!("  PPMd  {ppmd:.4} bits/byte");
        }
    }
    Ok(())
}

/// Paths and contents of the files to measure.
pub(super) fn read_inputs(inputs: &[PathBuf], language: &str) -> Result<Vec<(String, Vec<u8>)>> {
    if let [input] = inputs
        && input.extension().is_some_and(|e| e == "pack")
    {
        let corpus = Corpus::open(input)?;
        let files = corpus.evaluation_files();
        if files.is_empty() {
            bail!(super::wording::no_evaluation_files(input));
        }
        return Ok(files
            .iter()
            .map(|d| (d.path.clone(), corpus.text(d).to_vec()))
            .collect());
    }
    let mut files = Vec::new();
    for input in inputs {
        for path in files_below(input, language)? {
            let named = || format!("reading {}", path.display());
            // What the user named may be a link; below a folder none is followed.
            let bytes = disk::read(&path, Links::Followed, MOST_FILE).with_context(named)?;
            files.push((path.display().to_string(), bytes));
        }
    }
    files.retain(|(_, bytes)| !bytes.is_empty());
    Ok(files)
}
