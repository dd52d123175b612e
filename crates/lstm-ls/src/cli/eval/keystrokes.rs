//! `eval keystrokes`: what suggestions would have saved whoever typed the files.

use std::io::Write;

use clap::{Args, ValueEnum};
use completer::{Completer, show};
use rayon::prelude::*;
use serde_json::{Value, json};

use super::super::Format;
use super::replay::{Passage, Tally, Typist};
use super::{Inputs, Subject};
use crate::Loader;
use crate::model::Source;

/// What `eval keystrokes` takes.
#[derive(Debug, Args)]
pub(in crate::cli) struct Keystrokes {
    #[command(flatten)]
    inputs: Inputs,
    /// How readily suggestions are shown, as the setting of that name.
    #[arg(long, value_name = "0–1", default_value_t = show::DEFAULT_EAGERNESS)]
    eagerness: f32,
    /// Who suggests.
    #[arg(long, value_enum, default_value_t)]
    by: By,
    /// Language to measure; without a model for it, only the memory suggests.
    #[arg(long)]
    language: Option<String>,
    /// How to print.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// Who suggests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum By {
    /// LSTM and memory, as the server.
    #[default]
    Both,
    /// The LSTM alone.
    Lstm,
    /// The memory alone.
    Memory,
}

/// The points of the curve, the most eager first.
const EAGERNESS: [f32; 9] = [0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1, 0.0];

/// Types every file of `keystrokes.inputs` again.
///
/// # Errors
/// If the model or a file cannot be read, or there is nothing to measure.
pub(in crate::cli) fn keystrokes(
    keystrokes: &Keystrokes,
    source: &Source,
    loader: Loader,
    out: &mut impl Write,
) -> anyhow::Result<()> {
    let file = source.read()?;
    let language = keystrokes
        .language
        .as_deref()
        .unwrap_or(&file.config.language);
    let has_model = language == file.config.language;
    let completer = match keystrokes.by {
        By::Both | By::Lstm if has_model => Completer::new(loader(&file)?),
        _ => Completer::of_memory(),
    };
    let subjects = keystrokes.inputs.read(Some(language))?;
    let eagerness: Vec<f32> = std::iter::once(keystrokes.eagerness)
        .chain(EAGERNESS)
        .collect();
    let costs: Vec<f64> = eagerness.iter().map(|&e| show::glance_cost(e)).collect();
    let least = costs.iter().copied().fold(f64::INFINITY, f64::min);

    let replayed: Vec<(Vec<Tally>, Vec<u64>)> = subjects
        .par_iter()
        .map(|Subject { path, text, memory }| {
            let typist = Typist {
                completer: &completer,
                memory: (keystrokes.by != By::Lstm).then_some(memory),
                path: &path.to_string_lossy(),
                language,
                text,
            };
            let passage = Passage {
                start: 0,
                end: text.len(),
                has_rest: false,
            };
            let suggestions = typist.suggestions(&passage, least);
            let tally = |&cost| typist.types(&passage, &suggestions, cost);
            (costs.iter().map(tally).collect(), suggestions.micros)
        })
        .collect();
    let mut totals = vec![Tally::default(); costs.len()];
    let mut micros = Vec::new();
    for (tallies, took) in replayed {
        totals
            .iter_mut()
            .zip(tallies)
            .for_each(|(total, tally)| *total += tally);
        micros.extend(took);
    }
    micros.sort_unstable();
    let percentile = |of: usize| micros[(micros.len() - 1) * of / 100];
    let (p50, p99) = (percentile(50), percentile(99));
    match keystrokes.format {
        Format::Text => {
            writeln!(
                out,
                "eagerness  saved  precision  mean accepted  net saved    shown"
            )?;
            for (eagerness, total) in eagerness.iter().zip(&totals) {
                let [saved, precision, net] =
                    [total.saved(), total.precision(), total.net_saved()].map(|s| s * 100.0);
                let (mean, shown) = (total.mean_accepted(), total.shown);
                writeln!(
                    out,
                    "{eagerness:9.2} {saved:5.1}% {precision:9.1}% {mean:14.1} {net:9.1}% {shown:8}"
                )?;
            }
            let bytes = totals[0].bytes;
            writeln!(
                out,
                "{bytes} bytes typed; a suggestion took {p50} µs (p50), {p99} µs (p99)"
            )?;
        }
        Format::Json => {
            let row = |tally: &Tally| -> Value {
                json!({
                    "bytes": tally.bytes, "keystrokes": tally.keystrokes, "saved": tally.saved(),
                    "shown": tally.shown, "accepted": tally.accepted,
                    "precision": tally.precision(), "mean_accepted": tally.mean_accepted(),
                    "net_saved": tally.net_saved(),
                })
            };
            let curve = eagerness
                .iter()
                .zip(&totals)
                .skip(1)
                .map(|(eagerness, tally)| {
                    let mut row = row(tally);
                    row["eagerness"] = json!(eagerness);
                    row
                });
            let curve: Vec<Value> = curve.collect();
            let mut total = row(&totals[0]);
            total["micros"] = json!({"p50": p50, "p99": p99});
            writeln!(out, "{}", json!({"total": total, "curve": curve}))?;
        }
    }
    Ok(())
}
