//! `eval keystrokes`: what suggestions would have saved the typist of the files.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;
use clap::{Args, ValueEnum};
use completer::{CancelToken, Completer, show};
use evaluation::Tally;
use evaluation::replay::{Key, Replayed, Suggester, Typist};
use rayon::prelude::*;
use serde_json::{Value, json};

use super::{Engines, Inputs, Subject, plot};
use crate::cli::print::Format;
use assistant::models::Loader;
use assistant::models::Source;

/// What `eval keystrokes` takes.
#[derive(Debug, Args)]
pub(in crate::cli) struct Keystrokes {
    #[command(flatten)]
    inputs: Inputs,
    /// How readily suggestions are shown, as the setting of that name.
    #[arg(long, value_name = "0–1", default_value_t = show::DEFAULT_EAGERNESS)]
    eagerness: f32,
    /// What suggests.
    #[arg(long, value_enum, default_value_t)]
    by: By,
    /// How the files are typed.
    #[arg(long, value_enum, default_value_t)]
    scenario: Scenario,
    /// Leave what stands after the cursor out of the scores.
    #[arg(long)]
    no_rescoring: bool,
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

/// How files are typed; see [`evaluation::Scenario`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Scenario {
    /// From the first byte to the last, nothing behind the cursor.
    #[default]
    Append,
    /// Blocks and arguments are deleted, one after the other, and typed again
    /// with the rest of the file in place.
    Edit,
}

impl From<Scenario> for evaluation::Scenario {
    fn from(scenario: Scenario) -> Self {
        match scenario {
            Scenario::Append => Self::Append,
            Scenario::Edit => Self::Edit,
        }
    }
}

/// What suggests.
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
    let subjects = keystrokes.inputs.read(source)?;
    let engines = Engines::of(&subjects, source, loader)?;
    let outcome = replay(keystrokes, &engines, &subjects);
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

fn replay(keystrokes: &Keystrokes, engines: &Engines, subjects: &[Subject]) -> Outcome {
    let eagerness: Vec<f32> = std::iter::once(keystrokes.eagerness)
        .chain(EAGERNESS)
        .collect();
    let costs: Vec<f64> = eagerness.iter().map(|&e| show::glance_cost(e)).collect();
    let never = CancelToken::new();
    let replay = |subject: &Subject| {
        let Subject {
            path,
            language,
            text,
            memory,
        } = subject;
        // Without a model only the memory suggests.
        let engine = match keystrokes.by {
            By::Both | By::Lstm => engines.get(language),
            By::Memory | By::Words => None,
        };
        let completer = match engine {
            Some(engine) => Completer::new(Arc::clone(engine)),
            None => Completer::of_memory(),
        };
        let suggester = match keystrokes.by {
            By::Words => Suggester::Words,
            by => Suggester::Completer {
                completer: &completer,
                memory: (by != By::Lstm).then_some(memory),
                language,
                rescoring: !keystrokes.no_rescoring,
                cancel: &never,
            },
        };
        let typist = Typist {
            suggester,
            path: &path.to_string_lossy(),
            text,
        };
        let mut keys = String::new();
        let note = |key: Key<'_>| {
            if keystrokes.keys.is_some() {
                keys.push_str(&line(path, &key));
            }
        };
        let replayed = typist.replays(keystrokes.scenario.into(), &costs, note);
        (replayed, keys)
    };
    let replayed: Vec<(Replayed, String)> = subjects.par_iter().map(replay).collect();
    let (mut total, mut keys) = (Replayed::default(), String::new());
    for (replayed, pressed) in replayed {
        total.add(replayed);
        keys.push_str(&pressed);
    }
    let Replayed {
        tallies,
        mut micros,
    } = total;
    micros.sort_unstable();
    Outcome {
        total: tallies[0],
        curve: eagerness.into_iter().zip(tallies).skip(1).collect(),
        micros,
        keys,
    }
}

/// A key of the file at `path` as a line of JSON.
fn line(path: &Path, key: &Key<'_>) -> String {
    let Key {
        offset,
        shown,
        accepts,
    } = *key;
    let key = json!({
        "path": path, "offset": offset, "accepts": accepts,
        "shown": shown.map(|shown| shown.text),
        "probability": shown.map(|shown| shown.probability),
        "anew": shown.map(|shown| shown.anew),
    });
    format!("{key}\n")
}

impl Outcome {
    fn percentile(&self, of: usize) -> u64 {
        let last = self.micros.len().saturating_sub(1);
        self.micros.get(last * of / 100).copied().unwrap_or(0)
    }

    fn print(&self, eagerness: f32, out: &mut impl Write) -> std::io::Result<()> {
        writeln!(
            out,
            "eagerness  saved  precision  mean accepted  net saved    shown  unbalanced  repeats what follows"
        )?;
        for (eagerness, tally) in std::iter::once(&(eagerness, self.total)).chain(&self.curve) {
            let [saved, precision, net] =
                [tally.saved(), tally.precision(), tally.net_saved()].map(|s| s * 100.0);
            let (mean, shown) = (tally.mean_accepted(), tally.shown);
            let [unbalanced, repeats] =
                [tally.share_unbalanced(), tally.share_repeats()].map(|s| s * 100.0);
            writeln!(
                out,
                "{eagerness:9.2} {saved:5.1}% {precision:9.1}% {mean:14.1} {net:9.1}% {shown:8} \
                 {unbalanced:10.2}% {repeats:19.2}%"
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
                "unbalanced": tally.unbalanced, "repeats_what_follows": tally.repeats,
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
