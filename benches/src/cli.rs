//! The command line of `cargo xtask bench`. Owns the words, not the work.

use std::path::PathBuf;

use anyhow::Result;
use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::bench::{
    cancel, checkout, clients, decode, index, lanes, latency, memory, prefill, soak, startup, train,
};
use crate::report::Report;

/// How fast lstm-ls is. Every figure is a median of rounds in which all that is
/// compared takes turns.
#[derive(Parser)]
#[command(name = "cargo xtask bench", bin_name = "cargo xtask bench")]
struct Cli {
    #[command(subcommand)]
    bench: Bench,
    #[command(flatten)]
    common: Common,
}

/// What goes with every benchmark.
#[derive(Args)]
struct Common {
    /// How to print
    #[arg(long, value_enum, default_value = "text", global = true)]
    format: Format,
    /// Rounds to take the median of
    #[arg(long, default_value_t = 9, global = true, value_parser = clap::value_parser!(u32).range(1..=1000))]
    rounds: u32,
    /// Also write the figures to benches/runs, with date, machine and commit
    #[arg(long, global = true)]
    save: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A table
    Text,
    /// One JSON object
    Json,
}

#[derive(Subcommand)]
enum Bench {
    /// One step with its output layer, beside libtorch, PyTorch (3 GB, fetched when it is
    /// first needed), ONNX Runtime and a plain read
    Decode,
    /// Several lanes in one step
    Lanes,
    /// Reading 4 KiB, beside as many steps
    Prefill,
    /// Sixteen clients that type on one daemon, and one that misbehaves
    Clients,
    /// Process start to first suggestion, and `--version`
    Startup,
    /// Many clients for a long time, with random edits, restarts and large messages
    Soak {
        #[command(flatten)]
        load: soak::Load,
    },
    /// Memory of the server, and what an hour of typing adds
    Memory,
    /// Reading a workspace, what remembering it takes, and mixing
    Index {
        #[command(flatten)]
        text: Text,
    },
    /// How long superseded work goes on
    Cancel,
    /// Half of many files change at once, under one who types
    Checkout,
    /// Keystroke to ghost text, over stdio, in files of three sizes and in a workspace
    Latency {
        #[command(flatten)]
        text: Text,
    },
    /// Training steps, beside PyTorch (3 GB, fetched when it is first needed)
    Train,
}

/// What a workspace is made of.
#[derive(Args)]
struct Text {
    /// Folder of Rust files, 200 MB of them [default: the crates that cargo has fetched]
    #[arg(long)]
    folder: Option<PathBuf>,
}

/// Reads the command line and does what it says.
///
/// # Errors
/// If a benchmark cannot be run.
pub(crate) fn run() -> Result<()> {
    let Cli { bench, common } = Cli::parse();
    let rounds = common.rounds;
    let report = match bench {
        Bench::Decode => decode::run(rounds)?,
        Bench::Lanes => lanes::run(rounds)?,
        Bench::Prefill => prefill::run(rounds)?,
        Bench::Clients => clients::run(rounds)?,
        Bench::Startup => startup::run(rounds)?,
        Bench::Soak { load } => soak::run(&load)?,
        Bench::Memory => memory::run(rounds)?,
        Bench::Index { text } => index::run(rounds, text.folder.as_deref())?,
        Bench::Cancel => cancel::run(rounds)?,
        Bench::Checkout => checkout::run(rounds)?,
        Bench::Latency { text } => latency::run(rounds, text.folder.as_deref(), common.save)?,
        Bench::Train => train::run(rounds)?,
    };
    show(&report, &common)
}

fn show(report: &Report, common: &Common) -> Result<()> {
    match common.format {
        Format::Text => print!("{}", report.to_text()),
        Format::Json => println!("{}", serde_json::to_string_pretty(&report.to_json())?),
    }
    if common.save {
        eprintln!("saved as {}", report.save()?.display());
    }
    Ok(())
}
