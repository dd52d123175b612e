//! `eval surprise`: whether a fault shows, and how often there is none.

use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use clap::Args;
use completer::Completer;
use completer::surprise::Document;
use evaluation::surprise::{FIRST, Searched, Total, search};
use rayon::prelude::*;
use serde_json::{Value, json};

use super::{Engines, Inputs, Subject};
use crate::cli::print::Format;
use assistant::models::Loader;
use assistant::models::Source;

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
    let subjects = arguments.inputs.read(source)?;
    let engines = Engines::of(&subjects, source, loader)?;
    let look = |subject: &Subject| {
        let engine = engines.needed(&subject.language)?;
        let document = Document {
            path: &subject.path.to_string_lossy(),
            text: &subject.text,
            language: &subject.language,
            memory: &subject.memory,
        };
        let completer = Completer::new(Arc::clone(engine));
        anyhow::Ok(search(&completer, &document, arguments.seed))
    };
    let searched: Vec<Searched> = subjects.par_iter().map(look).collect::<Result<_, _>>()?;
    let total = Total::of(&searched);
    let mut rows = subjects.iter().map(|s| s.path.as_path()).zip(&searched);
    match arguments.format {
        Format::Text => {
            rows.try_for_each(|(path, searched)| print(path, searched, out))?;
            print_total(&total, out)?;
        }
        Format::Json => {
            let rows: Vec<Value> = rows.map(|(path, searched)| json(path, searched)).collect();
            let total = json_of_total(&total);
            writeln!(out, "{}", json!({"files": rows, "total": total}))?;
        }
    }
    Ok(())
}

fn print(path: &Path, searched: &Searched, out: &mut impl Write) -> std::io::Result<()> {
    let path = path.display();
    let Some(fault) = &searched.fault else {
        return writeln!(out, "   -  no place for a fault  {path}");
    };
    let rank = fault.rank.map_or("-".to_owned(), |rank| rank.to_string());
    let (was, now, line) = (&fault.was, &fault.now, fault.line);
    writeln!(out, "{rank:>4}  {was} -> {now}  {path}:{line}")
}

fn json(path: &Path, searched: &Searched) -> Value {
    let fault = searched.fault.as_ref().map(|fault| {
        json!({
            "kind": fault.kind.name(), "line": fault.line, "was": fault.was,
            "now": fault.now, "rank": fault.rank, "marked": fault.marked,
        })
    });
    json!({
        "path": path, "lines": searched.lines, "false_marks": searched.marks, "fault": fault,
    })
}

fn print_total(total: &Total, out: &mut impl Write) -> std::io::Result<()> {
    let (found, faults, share) = (total.found, total.faults, total.share() * 100.0);
    writeln!(
        out,
        "{found} of {faults} faults ({share:.0} %) in one of the {FIRST} most surprising lines:"
    )?;
    for (kind, faults, found) in total.kinds {
        writeln!(out, "{found:4} of {faults:<3} {}", kind.name())?;
    }
    let (marked, marks, lines) = (total.marked, total.marks_per_1000_lines(), total.lines);
    writeln!(
        out,
        "{marked} of them marked; {marks:.1} marks per 1000 lines without a fault ({lines} lines)"
    )
}

fn json_of_total(total: &Total) -> Value {
    let kinds = total.kinds.iter().map(|(kind, faults, found)| {
        let row = json!({"faults": faults, "found": found});
        (kind.name().to_owned(), row)
    });
    json!({
        "faults": total.faults, "found": total.found, "share": total.share(),
        "kinds": Value::Object(kinds.collect()), "marked": total.marked,
        "lines": total.lines, "false_marks": total.false_marks,
        "false_marks_per_1000_lines": total.marks_per_1000_lines(),
    })
}
