//! `eval bits`: what files cost under the LSTM, the memory and both.

use std::io::Write;

use clap::Args;
use evaluation::Cost;
use rayon::prelude::*;
use serde_json::{Value, json};

use super::{Engines, Inputs, Subject};
use crate::cli::print::Format;
use assistant::models::Loader;
use assistant::models::Source;

/// What `eval bits` takes.
#[derive(Debug, Args)]
pub(in crate::cli) struct Bits {
    #[command(flatten)]
    inputs: Inputs,
    /// How to print.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// Measures `bits.inputs` on every core.
///
/// # Errors
/// If the model or a file cannot be read, or there is nothing to measure.
pub(in crate::cli) fn bits(
    bits: &Bits,
    source: &Source,
    loader: Loader,
    out: &mut impl Write,
) -> anyhow::Result<()> {
    let subjects = bits.inputs.read(source)?;
    let engines = Engines::of(&subjects, source, loader)?;
    let cost = |subject: &Subject| {
        let engine = engines.needed(&subject.language)?;
        let path = subject.path.to_string_lossy();
        let text = subject.text.as_bytes();
        anyhow::Ok(evaluation::bits(&**engine, &subject.memory, &path, text).cost())
    };
    let costs: Vec<Cost> = subjects.par_iter().map(cost).collect::<Result<_, _>>()?;
    let mut total = Cost::default();
    costs.iter().for_each(|&cost| total += cost);
    match bits.format {
        Format::Text => {
            writeln!(out, "    LSTM   memory    mixed  bits/byte")?;
            for (subject, cost) in subjects.iter().zip(&costs) {
                let [lstm, memory, mixed] = cost.a_byte();
                let path = subject.path.display();
                writeln!(out, "{lstm:8.4} {memory:8.4} {mixed:8.4}  {path}")?;
            }
            let [lstm, memory, mixed] = total.a_byte();
            let (count, bytes) = (subjects.len(), total.bytes);
            writeln!(
                out,
                "{lstm:8.4} {memory:8.4} {mixed:8.4}  {count} files, {bytes} bytes"
            )?;
        }
        Format::Json => {
            let rows = subjects.iter().zip(&costs).map(|(subject, cost)| {
                let mut row = json(*cost);
                row["path"] = json!(subject.path);
                row
            });
            let rows: Vec<Value> = rows.collect();
            writeln!(out, "{}", json!({"files": rows, "total": json(total)}))?;
        }
    }
    Ok(())
}

fn json(cost: Cost) -> Value {
    let [lstm, memory, mixed] = cost.a_byte();
    let bits = json!({"lstm": lstm, "memory": memory, "mixed": mixed});
    json!({"bytes": cost.bytes, "bits_per_byte": bits})
}
