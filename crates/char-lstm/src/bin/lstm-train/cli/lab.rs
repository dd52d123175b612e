//! `lstm-train lab`: small experiments on what a recurrent network learns.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use char_lstm::lab::comparison::Comparison;
use char_lstm::lab::{self, Outcome, Report, Settings, Task};
use disk::Links;
use indicatif::{ProgressBar, ProgressStyle};
use lstm_format::CellKind;

/// No report is longer, in bytes.
const MOST_REPORT: u64 = 64 << 20;

/// Train ten units on a small task, and see what they learn.
#[derive(clap::Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    experiment: Experiment,
}

#[derive(clap::Subcommand)]
enum Experiment {
    /// N times a, an X, N times b
    Counter(One),
    /// N times a with X among them, a Y, N times b
    SelectiveCounter(One),
    /// A or B, N times x, a Y, then a or b
    State(One),
    /// Three letters, an X, the same letters
    Copy(One),
    /// Every cell on every task, side by side
    Compare(All),
}

/// One run.
#[derive(clap::Args)]
struct One {
    /// What the network is made of: lstm, rnn, gru, peephole or coupled.
    #[arg(long, default_value_t)]
    cell: CellKind,
    /// Seed of weights and data.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Steps of 128 documents each.
    #[arg(long, default_value_t = Settings::STEPS, value_parser = clap::value_parser!(u64).range(1..))]
    steps: u64,
    /// Units a layer [default: 10].
    #[arg(long)]
    hidden: Option<usize>,
    /// Layers [default: 1, or 2 to copy].
    #[arg(long)]
    layers: Option<usize>,
    /// Folder for model, page and picture.
    #[arg(long, default_value = "runs/lab")]
    out: PathBuf,
}

/// A run of each cell on each task.
#[derive(clap::Args)]
struct All {
    /// Seeds of each cell and task, from 1.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..))]
    seeds: u64,
    /// Steps of 128 documents each.
    #[arg(long, default_value_t = Settings::STEPS, value_parser = clap::value_parser!(u64).range(1..))]
    steps: u64,
    /// A compare.json to show again, instead of training.
    #[arg(long, conflicts_with_all = ["seeds", "steps"])]
    from: Option<PathBuf>,
    /// Folder for the table.
    #[arg(long, default_value = "runs/lab")]
    out: PathBuf,
}

pub(super) fn run(arguments: &Arguments) -> Result<()> {
    match &arguments.experiment {
        Experiment::Counter(one) => one_run(Task::Counter, one),
        Experiment::SelectiveCounter(one) => one_run(Task::SelectiveCounter, one),
        Experiment::State(one) => one_run(Task::State, one),
        Experiment::Copy(one) => one_run(Task::Copy, one),
        Experiment::Compare(all) => compare(all),
    }
}

fn one_run(task: Task, one: &One) -> Result<()> {
    let mut settings = Settings {
        steps: one.steps,
        ..Settings::new(task, one.cell, one.seed)
    };
    let config = &mut settings.config;
    config.hidden_size = one.hidden.unwrap_or(config.hidden_size);
    config.num_layers = one.layers.unwrap_or(config.num_layers);
    println!("{task}: {}", task.description());
    let (report, outcome) = trained(&settings)?;
    println!("\n{}", report.text());

    let name = format!("{task}-{}-{}", one.cell, one.seed);
    let path = |extension: &str| one.out.join(format!("{name}.{extension}"));
    make(&one.out)?;
    outcome.model.write(&path("safetensors"))?;
    disk::write(&path("html"), report.page(&settings, &outcome)?.as_bytes())?;
    if let Some(picture) = report.strip(&settings, &outcome)? {
        disk::write(&path("svg"), picture.as_bytes())?;
    }
    println!(
        "saved {} (for `lstm-ls explore`), .html and .svg",
        path("safetensors").display()
    );
    Ok(())
}

fn compare(all: &All) -> Result<()> {
    let comparison = match &all.from {
        Some(path) => read(path)?,
        None => compared(all)?,
    };
    let table = comparison.markdown();
    println!("\n{table}");
    make(&all.out)?;
    let write = |name: &str, text: &str| disk::write(&all.out.join(name), text.as_bytes());
    write("compare.json", &comparison.json()?)?;
    write("compare.md", &table)?;
    write("compare.html", &comparison.page()?)?;
    write("compare.svg", &comparison.picture()?)?;
    println!(
        "saved compare.json, .md, .html and .svg in {}",
        all.out.display()
    );
    Ok(())
}

fn compared(all: &All) -> Result<Comparison> {
    let mut reports = Vec::new();
    for task in Task::ALL {
        for cell in CellKind::ALL {
            for seed in 1..=all.seeds {
                let settings = Settings {
                    steps: all.steps,
                    ..Settings::new(task, cell, seed)
                };
                reports.push(trained(&settings)?.0);
            }
        }
    }
    Ok(Comparison {
        command: super::wording::command_line(),
        reports,
    })
}

fn read(path: &Path) -> Result<Comparison> {
    let named = || format!("reading {}", path.display());
    let json = disk::read(path, Links::Followed, MOST_REPORT).with_context(named)?;
    serde_json::from_slice(&json).with_context(named)
}

/// Trains and measures, with a bar on a terminal.
fn trained(settings: &Settings) -> Result<(Report, Outcome)> {
    let style = ProgressStyle::with_template("{prefix:28} {bar:30} {percent}%  {msg}");
    let bar = ProgressBar::new(settings.steps).with_style(style.expect("the template is valid"));
    bar.set_prefix(format!(
        "{} {} {}",
        settings.task, settings.config.cell, settings.seed
    ));
    let outcome = lab::train(settings, &super::wording::command_line(), |step, loss| {
        bar.set_position(step);
        bar.set_message(format!("{loss:.4} bits"));
    })?;
    let report = Report::new(settings, &outcome);
    bar.finish_and_clear();
    println!(
        "{} {}, seed {}: {:.1} % right of the sizes trained on, {:.1} % of the others",
        report.task,
        report.cell,
        report.seed,
        100.0 * report.inside(),
        100.0 * report.beyond()
    );
    Ok((report, outcome))
}

fn make(folder: &Path) -> Result<()> {
    std::fs::create_dir_all(folder).with_context(|| format!("making folder {}", folder.display()))
}
