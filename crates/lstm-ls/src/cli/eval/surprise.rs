//! `eval surprise`: whether a fault shows, and how often there is none.

use std::collections::HashMap;
use std::io::Write;
use std::path::Path;

use clap::Args;
use completer::evaluation::fault::{Fault, FaultKind};
use completer::surprise::{Document, Surprise};
use completer::{CancelToken, Completer};
use rayon::prelude::*;
use serde_json::{Value, json};

use super::super::Format;
use super::{Inputs, Subject};
use crate::Loader;
use crate::model::Source;

/// What `eval surprise` takes.
#[derive(Debug, Args)]
pub(in crate::cli) struct Arguments {
    #[command(flatten)]
    inputs: Inputs,
    /// Another seed is another fault in each file.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// How to print.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// Lines among which a fault must be to count as found.
const FIRST: usize = 3;

/// Puts a fault into every file of `arguments.inputs` and looks for it.
///
/// # Errors
/// If the model or a file cannot be read, or there is nothing to measure.
pub(in crate::cli) fn surprise(
    arguments: &Arguments,
    source: &Source,
    loader: Loader,
    out: &mut impl Write,
) -> anyhow::Result<()> {
    let file = source.read()?;
    let language = &file.config.language;
    let completer = Completer::new(source.engine(&file, loader)?);
    let subjects = arguments.inputs.read(Some(language))?;
    let look = |subject: &Subject| Outcome::of(&completer, language, subject, arguments.seed);
    let outcomes: Vec<Outcome> = subjects.par_iter().map(look).collect();
    let total = Total::of(&outcomes);
    match arguments.format {
        Format::Text => {
            let rows = subjects.iter().zip(&outcomes);
            rows.into_iter()
                .try_for_each(|(subject, outcome)| outcome.print(&subject.path, out))?;
            total.print(out)?;
        }
        Format::Json => {
            let rows = subjects.iter().zip(&outcomes);
            let rows: Vec<Value> = rows.map(|(s, outcome)| outcome.json(&s.path)).collect();
            writeln!(out, "{}", json!({"files": rows, "total": total.json()}))?;
        }
    }
    Ok(())
}

/// What came of one file.
struct Outcome {
    lines: usize,
    /// Tokens that are marked in the file as it is.
    marks: usize,
    /// `None` for a file that has no place for a fault.
    fault: Option<Seeded>,
}

/// A fault, and where it was found.
struct Seeded {
    kind: FaultKind,
    was: String,
    now: String,
    /// Counted from 1.
    line: usize,
    /// Of its line among the most surprising, from 1; `None` if nothing in it
    /// surprises.
    rank: Option<usize>,
    /// Whether it is marked.
    marked: bool,
}

impl Seeded {
    fn is_found(&self) -> bool {
        self.rank.is_some_and(|rank| rank <= FIRST)
    }
}

impl Outcome {
    fn of(completer: &Completer, language: &str, subject: &Subject, seed: u64) -> Self {
        let Subject { path, text, memory } = subject;
        let find = |text: &str| {
            let document = Document {
                path: &path.to_string_lossy(),
                text,
                language,
                memory,
            };
            let found = completer.surprises(&document, &CancelToken::new());
            found.expect("nobody else has the token")
        };
        let fault = Fault::seed(text, language, seed).map(|fault| {
            let faulty = fault.put_into(text);
            let surprises = find(&faulty);
            let line = line_of(&faulty, fault.range.start);
            let mut marked = surprises.iter().filter(|surprise| surprise.is_marked());
            Seeded {
                kind: fault.kind,
                was: text[fault.range.clone()].to_owned(),
                rank: rank(&faulty, &surprises, line),
                marked: marked.any(|mark| mark.token.range.start == fault.range.start),
                now: fault.now,
                line,
            }
        });
        Self {
            lines: text.lines().count(),
            marks: find(text).iter().filter(|s| s.is_marked()).count(),
            fault,
        }
    }

    fn print(&self, path: &Path, out: &mut impl Write) -> std::io::Result<()> {
        let path = path.display();
        let Some(fault) = &self.fault else {
            return writeln!(out, "   -  no place for a fault  {path}");
        };
        let rank = fault.rank.map_or("-".to_owned(), |rank| rank.to_string());
        let (was, now, line) = (&fault.was, &fault.now, fault.line);
        writeln!(out, "{rank:>4}  {was} -> {now}  {path}:{line}")
    }

    fn json(&self, path: &Path) -> Value {
        let fault = self.fault.as_ref().map(|fault| {
            json!({
                "kind": fault.kind.name(), "line": fault.line, "was": fault.was,
                "now": fault.now, "rank": fault.rank, "marked": fault.marked,
            })
        });
        json!({"path": path, "lines": self.lines, "false_marks": self.marks, "fault": fault})
    }
}

/// Line of the byte `offset`, from 1.
fn line_of(text: &str, offset: usize) -> usize {
    text[..offset].matches('\n').count() + 1
}

/// The place of `line` by its most surprising token; among equals the last.
fn rank(text: &str, surprises: &[Surprise], line: usize) -> Option<usize> {
    let mut scores: HashMap<usize, f32> = HashMap::new();
    for surprise in surprises {
        let score = scores.entry(line_of(text, surprise.token.range.start));
        let score = score.or_insert(f32::NEG_INFINITY);
        *score = score.max(surprise.score);
    }
    let own = scores.get(&line)?;
    Some(scores.values().filter(|score| *score >= own).count())
}

/// All files together.
struct Total {
    faults: usize,
    found: usize,
    marked: usize,
    /// Faults, and those found, by kind.
    kinds: [(FaultKind, usize, usize); 3],
    lines: usize,
    false_marks: usize,
}

impl Total {
    fn of(outcomes: &[Outcome]) -> Self {
        let faults: Vec<&Seeded> = outcomes.iter().filter_map(|o| o.fault.as_ref()).collect();
        let found = |faults: &[&Seeded]| faults.iter().filter(|f| f.is_found()).count();
        Self {
            found: found(&faults),
            marked: faults.iter().filter(|fault| fault.marked).count(),
            kinds: FaultKind::ALL.map(|kind| {
                let of_kind = faults.iter().filter(|fault| fault.kind == kind);
                let of_kind: Vec<&Seeded> = of_kind.copied().collect();
                (kind, of_kind.len(), found(&of_kind))
            }),
            faults: faults.len(),
            lines: outcomes.iter().map(|outcome| outcome.lines).sum(),
            false_marks: outcomes.iter().map(|outcome| outcome.marks).sum(),
        }
    }

    fn share(&self) -> f64 {
        self.found as f64 / self.faults.max(1) as f64
    }

    fn marks_per_1000_lines(&self) -> f64 {
        self.false_marks as f64 * 1000.0 / self.lines.max(1) as f64
    }

    fn print(&self, out: &mut impl Write) -> std::io::Result<()> {
        let (found, faults, share) = (self.found, self.faults, self.share() * 100.0);
        writeln!(
            out,
            "{found} of {faults} faults ({share:.0} %) in one of the {FIRST} most surprising lines:"
        )?;
        for (kind, faults, found) in self.kinds {
            writeln!(out, "{found:4} of {faults:<3} {}", kind.name())?;
        }
        let (marked, marks, lines) = (self.marked, self.marks_per_1000_lines(), self.lines);
        writeln!(
            out,
            "{marked} of them marked; {marks:.1} marks per 1000 lines without a fault ({lines} lines)"
        )
    }

    fn json(&self) -> Value {
        let kinds = self.kinds.iter().map(|(kind, faults, found)| {
            let row = json!({"faults": faults, "found": found});
            (kind.name().to_owned(), row)
        });
        json!({
            "faults": self.faults, "found": self.found, "share": self.share(),
            "kinds": Value::Object(kinds.collect()), "marked": self.marked,
            "lines": self.lines, "false_marks": self.false_marks,
            "false_marks_per_1000_lines": self.marks_per_1000_lines(),
        })
    }
}
