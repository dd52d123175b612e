//! `eval keystrokes`: what suggestions would have saved whoever typed the files.

use std::io::Write;
use std::path::PathBuf;

use anyhow::Context;
use clap::{Args, ValueEnum};
use code_index::Layer;
use completer::{CancelToken, Cancelled, Completer, show};
use rayon::prelude::*;
use serde_json::{Value, json};

use super::super::Format;
use super::replay::{Key, Suggester, Suggestions, Typist};
use super::scenario::Scenario;
use super::tally::Tally;
use super::{Inputs, Subject, plot};
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
    /// How the files are typed.
    #[arg(long, value_enum, default_value_t)]
    scenario: Scenario,
    /// Leave what stands after the cursor out of the scores.
    #[arg(long)]
    no_rescoring: bool,
    /// Language to measure; without a model for it, only the memory suggests.
    #[arg(long)]
    language: Option<String>,
    /// Draw the curve into this SVG file.
    #[arg(long, value_name = "FILE")]
    plot: Option<PathBuf>,
    /// Write every key and what was shown before it into this file, an object of
    /// JSON a line.
    #[arg(long, value_name = "FILE")]
    keys: Option<PathBuf>,
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
    /// The last word with the same beginning, as editors do by themselves.
    Words,
}

/// The points of the curve, the most eager first.
const EAGERNESS: [f32; 9] = [0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1, 0.0];

/// Types every file of `keystrokes.inputs` again.
///
/// # Errors
/// If the model or a file cannot be read, the plot cannot be written, or there
/// is nothing to measure.
pub(in crate::cli) fn keystrokes(
    keystrokes: &Keystrokes,
    source: &Source,
    loader: Loader,
    out: &mut impl Write,
) -> anyhow::Result<()> {
    let file = source.read()?;
    let own = &file.config.language;
    let language = keystrokes.language.as_ref().unwrap_or(own);
    let completer = match keystrokes.by {
        By::Both | By::Lstm if language == own => Completer::new(source.engine(&file, loader)?),
        _ => Completer::of_memory(),
    };
    let subjects = keystrokes.inputs.read(Some(language))?;
    let outcome = replay(keystrokes, &completer, language, &subjects);
    if let Some(path) = &keystrokes.plot {
        plot::draw(path, &outcome.curve, &outcome.total.reliability)?;
    }
    if let Some(path) = &keystrokes.keys {
        let written = std::fs::write(path, &outcome.keys);
        written.with_context(|| format!("writing {}", path.display()))?;
    }
    match keystrokes.format {
        Format::Text => outcome.print(keystrokes.eagerness, out)?,
        Format::Json => writeln!(out, "{}", outcome.json())?,
    }
    Ok(())
}

/// Keys that `text` takes when it is typed again with what the server would
/// suggest, and the bytes it has without indentation. Given up when `cancel` is set.
///
/// # Errors
/// [`Cancelled`] if it is set by the end.
pub(crate) fn typed_again(
    cancel: &CancelToken,
    completer: &Completer,
    memory: &Layer,
    language: &str,
    path: &str,
    text: &str,
) -> Result<(usize, usize), Cancelled> {
    let cost = show::glance_cost(show::DEFAULT_EAGERNESS);
    let suggester = Suggester::Completer {
        completer,
        memory: Some(memory),
        language,
        rescoring: true,
        cancel,
    };
    let typist = Typist {
        suggester: &suggester,
        path,
        text,
        least: cost,
    };
    let mut tally = Tally::default();
    for passage in Scenario::Append.passages(text) {
        tally += typist.types(&passage, &mut Suggestions::default(), cost, |_| {});
    }
    match cancel.is_cancelled() {
        true => Err(Cancelled),
        false => Ok((tally.keystrokes, tally.bytes)),
    }
}

/// What came of typing everything.
struct Outcome {
    /// At the eagerness asked for.
    total: Tally,
    /// By eagerness.
    curve: Vec<(f32, Tally)>,
    /// Microseconds of every suggestion, ascending.
    micros: Vec<u64>,
    /// Lines of JSON, one for each key at the eagerness asked for.
    keys: String,
}

fn replay(
    keystrokes: &Keystrokes,
    completer: &Completer,
    language: &str,
    subjects: &[Subject],
) -> Outcome {
    let eagerness: Vec<f32> = std::iter::once(keystrokes.eagerness)
        .chain(EAGERNESS)
        .collect();
    let costs: Vec<f64> = eagerness.iter().map(|&e| show::glance_cost(e)).collect();
    let least = costs.iter().copied().fold(f64::INFINITY, f64::min);
    let nobody = CancelToken::new();
    let replay = |Subject { path, text, memory }: &Subject| {
        let suggester = match keystrokes.by {
            By::Words => Suggester::Words,
            by => Suggester::Completer {
                completer,
                memory: (by != By::Lstm).then_some(memory),
                language,
                rescoring: !keystrokes.no_rescoring,
                cancel: &nobody,
            },
        };
        let typist = Typist {
            suggester: &suggester,
            path: &path.to_string_lossy(),
            text,
            least,
        };
        let mut tallies = vec![Tally::default(); costs.len()];
        let (mut micros, mut keys) = (Vec::new(), String::new());
        let mut note = |key: Key<'_>| {
            let Key {
                offset,
                shown,
                accepts,
            } = key;
            let key = json!({
                "path": path, "offset": offset, "accepts": accepts,
                "shown": shown.map(|shown| shown.text),
                "probability": shown.map(|shown| shown.probability),
                "anew": shown.map(|shown| shown.anew),
            });
            keys.push_str(&format!("{key}\n"));
        };
        for passage in keystrokes.scenario.passages(text) {
            let mut suggestions = Suggestions::default();
            for (index, (tally, &cost)) in tallies.iter_mut().zip(&costs).enumerate() {
                let noted = keystrokes.keys.is_some() && index == 0;
                let watch = |key: Key<'_>| {
                    if noted {
                        note(key)
                    }
                };
                *tally += typist.types(&passage, &mut suggestions, cost, watch);
            }
            micros.extend(suggestions.micros);
        }
        (tallies, micros, keys)
    };
    let replayed: Vec<(Vec<Tally>, Vec<u64>, String)> = subjects.par_iter().map(replay).collect();
    let mut totals = vec![Tally::default(); costs.len()];
    let (mut micros, mut keys) = (Vec::new(), String::new());
    for (tallies, took, pressed) in replayed {
        keys.push_str(&pressed);
        for (total, tally) in totals.iter_mut().zip(tallies) {
            *total += tally;
        }
        micros.extend(took);
    }
    micros.sort_unstable();
    Outcome {
        total: totals[0],
        curve: eagerness.into_iter().zip(totals).skip(1).collect(),
        micros,
        keys,
    }
}

impl Outcome {
    fn percentile(&self, of: usize) -> u64 {
        let last = self.micros.len().saturating_sub(1);
        self.micros.get(last * of / 100).copied().unwrap_or(0)
    }

    fn print(&self, eagerness: f32, out: &mut impl Write) -> std::io::Result<()> {
        writeln!(
            out,
            "eagerness  saved  precision  mean accepted  net saved    shown"
        )?;
        for (eagerness, tally) in std::iter::once(&(eagerness, self.total)).chain(&self.curve) {
            let [saved, precision, net] =
                [tally.saved(), tally.precision(), tally.net_saved()].map(|s| s * 100.0);
            let (mean, shown) = (tally.mean_accepted(), tally.shown);
            writeln!(
                out,
                "{eagerness:9.2} {saved:5.1}% {precision:9.1}% {mean:14.1} {net:9.1}% {shown:8}"
            )?;
        }
        writeln!(
            out,
            "{} bytes typed; a suggestion took {} µs (p50), {} µs (p99)",
            self.total.bytes,
            self.percentile(50),
            self.percentile(99),
        )
    }

    fn json(&self) -> Value {
        let row = |tally: &Tally| {
            json!({
                "bytes": tally.bytes, "keystrokes": tally.keystrokes, "saved": tally.saved(),
                "shown": tally.shown, "accepted": tally.accepted,
                "precision": tally.precision(), "mean_accepted": tally.mean_accepted(),
                "net_saved": tally.net_saved(),
            })
        };
        let curve = self.curve.iter().map(|(eagerness, tally)| {
            let mut row = row(tally);
            row["eagerness"] = json!(eagerness);
            row
        });
        let bins = self.total.reliability.bins.iter().map(|bin| {
            json!({
                "shown": bin.shown, "right": bin.right,
                "expected": bin.expected(), "observed": bin.observed(),
            })
        });
        let mut total = row(&self.total);
        total["micros"] = json!({"p50": self.percentile(50), "p99": self.percentile(99)});
        let curve: Vec<Value> = curve.collect();
        let bins: Vec<Value> = bins.collect();
        json!({"total": total, "curve": curve, "reliability": bins})
    }
}
