//! `eval bits`: what files cost under the LSTM, the memory and both.

use std::io::Write;

use clap::Args;
use completer::evaluation;
use completer::mixing::Gate;
use rayon::prelude::*;
use serde_json::{Value, json};

use super::super::Format;
use super::{Inputs, Subject};
use crate::Loader;
use crate::model::Source;

/// What `eval bits` takes.
#[derive(Debug, Args)]
pub(in crate::cli) struct Bits {
    #[command(flatten)]
    inputs: Inputs,
    /// How to print.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// Bits in all, by who was asked.
#[derive(Clone, Copy, Default)]
struct Cost {
    bytes: usize,
    lstm: f64,
    memory: f64,
    mixed: f64,
}

impl Cost {
    fn a_byte(self) -> [f64; 3] {
        [self.lstm, self.memory, self.mixed].map(|bits| bits / self.bytes as f64)
    }

    fn json(self) -> Value {
        let [lstm, memory, mixed] = self.a_byte();
        let bits = json!({"lstm": lstm, "memory": memory, "mixed": mixed});
        json!({"bytes": self.bytes, "bits_per_byte": bits})
    }
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
    let engine = source.engine(&source.read()?, loader)?;
    let gate = Gate::default();
    let subjects = bits.inputs.read(Some(&engine.config().language))?;
    let cost = |subject: &Subject| {
        let path = subject.path.to_string_lossy();
        let text = subject.text.as_bytes();
        let bits = evaluation::bits(&*engine, &gate, &subject.memory, &path, text);
        let sum = |bits: &[f32]| bits.iter().map(|&b| f64::from(b)).sum();
        Cost {
            bytes: text.len(),
            lstm: sum(&bits.lstm),
            memory: sum(&bits.memory),
            mixed: sum(&bits.mixed),
        }
    };
    let costs: Vec<Cost> = subjects.par_iter().map(cost).collect();
    let total = costs.iter().fold(Cost::default(), |total, cost| Cost {
        bytes: total.bytes + cost.bytes,
        lstm: total.lstm + cost.lstm,
        memory: total.memory + cost.memory,
        mixed: total.mixed + cost.mixed,
    });
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
                let mut row = cost.json();
                row["path"] = json!(subject.path);
                row
            });
            let rows: Vec<Value> = rows.collect();
            writeln!(out, "{}", json!({"files": rows, "total": total.json()}))?;
        }
    }
    Ok(())
}
