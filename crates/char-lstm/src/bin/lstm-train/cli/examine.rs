//! `lstm-train examine`: many whole documents, and what is to be said of them.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use clap::ValueEnum;
use indicatif::{ProgressBar, ProgressStyle};
use lstm_format::{ModelFile, Precision};
use lstm_runtime::{Kernel, Runtime};
use rayon::prelude::*;
use serde::Serialize;

use char_lstm::samples::structure::Structure;
use char_lstm::samples::verbatim::longest_run;
use char_lstm::samples::{self, Drawing, Sample};
use corpus::{Corpus, Split};

/// Sample whole Java files from nothing, and see whether they are whole and how
/// much of them is copied from training.
#[derive(clap::Args)]
pub(super) struct Arguments {
    /// Model file of any precision, or a checkpoint; it is run in int8.
    model: PathBuf,
    /// The packed corpus it was trained on. The model is told the names of files
    /// that were held out, in order of path.
    corpus: PathBuf,
    /// Files to write.
    #[arg(long, default_value_t = 20)]
    count: usize,
    /// Below 1 keeps to what is likely, 1 is the model's own distribution.
    #[arg(long, default_value_t = 0.5)]
    temperature: f32,
    /// Most bytes of a file.
    #[arg(long, default_value_t = 30_000)]
    bytes: usize,
    /// Seed of the first file; each further one has the next.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Keep the files in this folder.
    #[arg(long)]
    out: Option<PathBuf>,
    /// How to print.
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Json,
}

/// What is to be said of one file.
#[derive(Serialize)]
struct Row {
    file: String,
    bytes: usize,
    ended: bool,
    #[serde(flatten)]
    structure: Structure,
    /// Bytes of the longest run that training has too.
    copied: usize,
    /// The same after the leading comment.
    copied_after_licence: usize,
}

#[derive(Serialize)]
struct Report {
    files: Vec<Row>,
    /// Files that ended by themselves, whole.
    whole: usize,
}

pub(super) fn run(arguments: &Arguments) -> Result<()> {
    ensure!(arguments.temperature > 0.0, "--temperature must be above 0");
    let corpus = Corpus::open(&arguments.corpus)?;
    // As the server would run it.
    let model = ModelFile::read(&arguments.model)?.to_precision(Precision::Int8)?;
    let engine = Runtime::load(&model, Kernel::from_env()?)?;
    let names = held_out_names(&corpus, arguments.count)?;
    let drawing = Drawing {
        temperature: arguments.temperature,
        bytes: arguments.bytes,
        seed: arguments.seed,
    };
    let style = ProgressStyle::with_template("{bar:30} {pos} of at most {len} bytes a file");
    let style = style.expect("the template is valid");
    let bar = ProgressBar::new(arguments.bytes as u64).with_style(style);
    let written = samples::draw(&engine, &names, b"", drawing, |drawn| {
        bar.set_position(drawn as u64);
    });
    bar.finish_and_clear();
    if let Some(folder) = &arguments.out {
        keep(folder, &written)?;
    }
    let training: Vec<&[u8]> = (corpus.split(Split::Train))
        .map(|document| corpus.text(document))
        .collect();
    let files: Vec<Row> = written.par_iter().map(|s| row(s, &training)).collect();
    let whole = |row: &&Row| row.ended && row.structure.is_whole();
    let report = Report {
        whole: files.iter().filter(whole).count(),
        files,
    };
    match arguments.format {
        Format::Json => println!("{}", serde_json::to_string(&report)?),
        Format::Text => print(&report),
    }
    Ok(())
}

/// The names of the first `count` held-out files; names that stand for a file
/// of their own in training are left out.
fn held_out_names(corpus: &Corpus, count: usize) -> Result<Vec<String>> {
    let name = |path: &str| path.rsplit('/').next().unwrap_or(path).to_owned();
    let trained: HashSet<String> = corpus.split(Split::Train).map(|d| name(&d.path)).collect();
    let held_out = corpus.split(Split::Validation).map(|d| name(&d.path));
    let mut names: Vec<String> = held_out.filter(|name| !trained.contains(name)).collect();
    names.dedup();
    names.truncate(count);
    ensure!(
        names.len() == count,
        "the corpus holds out {} files with names of their own: lower --count",
        names.len()
    );
    Ok(names)
}

fn keep(folder: &Path, written: &[Sample]) -> Result<()> {
    for (i, sample) in written.iter().enumerate() {
        let path = folder.join(format!("{:02}-{}", i + 1, sample.file_name));
        std::fs::create_dir_all(folder)
            .and_then(|()| std::fs::write(&path, &sample.text))
            .with_context(|| format!("writing {}", path.display()))?;
    }
    Ok(())
}

fn row(sample: &Sample, training: &[&[u8]]) -> Row {
    let structure = Structure::of(&String::from_utf8_lossy(&sample.text));
    let after = sample.text.get(structure.leading_comment..);
    Row {
        file: sample.file_name.clone(),
        bytes: sample.text.len(),
        ended: sample.ended,
        copied: longest_run(&sample.text, training).len(),
        copied_after_licence: longest_run(after.unwrap_or_default(), training).len(),
        structure,
    }
}

fn print(report: &Report) {
    println!(
        "whole  bytes  ended  licence  package  imports  class  javadoc  open  indented  copied  \
         after licence  file"
    );
    let yes = |yes: bool| if yes { "yes" } else { "no" };
    for row in &report.files {
        let Structure {
            licence,
            package,
            imports,
            class,
            javadoc,
            open_brackets,
            statements,
            indented,
            ..
        } = &row.structure;
        println!(
            "{:>5} {:6} {:>6} {:>8} {:>8} {imports:8} {:>6} {javadoc:8} {:>5} {:>8}% {:7} {:14}  {}",
            yes(row.ended && row.structure.is_whole()),
            row.bytes,
            yes(row.ended),
            yes(*licence),
            yes(*package),
            yes(*class),
            open_brackets.map_or_else(|| "wrong".to_owned(), |open| open.to_string()),
            (indented * 100).checked_div(*statements).unwrap_or(0),
            row.copied,
            row.copied_after_licence,
            row.file,
        );
    }
    println!(
        "{} of {} ended by themselves, with every bracket closed and licence, package and class",
        report.whole,
        report.files.len()
    );
}
