//! `lstm-ls stats`: what was offered and accepted on this machine.

use std::io::Write;
use std::path::PathBuf;

use anyhow::Context;
use clap::Args;
use serde_json::json;

use super::print::{self, Format, grouped};
use assistant::statistics::{Statistics, Tally};
use assistant::user;

/// What `stats` takes.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The file with the counts; your own if there is none.
    #[arg(value_name = "FILE")]
    statistics: Option<PathBuf>,
    /// How to print.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// Prints the counts by language and model.
///
/// # Errors
/// If the file holds something else.
pub(super) fn run(arguments: &Arguments, out: &mut dyn Write) -> anyhow::Result<()> {
    let path = arguments.statistics.clone().or_else(user::statistics);
    let path = path.context("there is no folder of yours to look in; name the file")?;
    let statistics = Statistics::read(&path)?;
    match arguments.format {
        Format::Json => {
            let all = json!({"file": path, "statistics": statistics});
            writeln!(out, "{all:#}")?;
        }
        Format::Text if statistics.0.is_empty() => {
            writeln!(out, "nothing counted yet in {}", path.display())?;
        }
        Format::Text => {
            for (language, models) in &statistics.0 {
                for (model, tally) in models {
                    print::write_section(&format!("{language}, by {model}"), &rows(tally), out)?;
                }
            }
            writeln!(out, "\nonly on this machine, in {}", path.display())?;
        }
    }
    Ok(())
}

fn rows(tally: &Tally) -> Vec<(&'static str, String)> {
    let percent = tally.accepted as f64 * 100.0 / tally.offered.max(1) as f64;
    let latency = |share| {
        let micros = tally.latency.quantile(share);
        micros.map_or_else(String::new, |micros| {
            format!("{:.1} ms", micros as f64 / 1e3)
        })
    };
    let accepted = format!("{} ({percent:.1} %)", grouped(tally.accepted));
    // Most clients do not tell, which is not the same as none.
    let told = |count| match count {
        0 => String::new(),
        count => grouped(count),
    };
    let kept = match tally.looked_for {
        0 => String::new(),
        looked_for => {
            let percent = tally.kept as f64 * 100.0 / looked_for as f64;
            format!("{percent:.1} % of {}", grouped(looked_for))
        }
    };
    vec![
        ("answers", grouped(tally.requests)),
        ("  half within", latency(0.5)),
        ("  99 % within", latency(0.99)),
        ("ghost texts offered", grouped(tally.offered)),
        ("  shown", told(tally.shown)),
        ("  accepted", accepted),
        ("    kept for 30 s", kept),
        ("  dismissed", told(tally.dismissed)),
        ("bytes saved", grouped(tally.bytes_saved)),
    ]
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    #[test]
    fn counts_are_printed_by_language_and_model() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("s.json");
        let counts = r#"{"rust": {"rust 2x512": {
            "requests": 1200, "offered": 1000, "accepted": 345, "lookedFor": 300, "kept": 285, "bytesSaved": 4321,
            "latency": {"50": 1180, "60": 20}
        }}}"#;
        std::fs::write(&path, counts).expect("it is written");
        let mut out = Vec::new();
        let arguments = Arguments {
            statistics: Some(path.clone()),
            format: Format::Text,
        };
        run(&arguments, &mut out).expect("it is read");
        let text = String::from_utf8(out).expect("text");
        let text = text.replace(&path.display().to_string(), "FILE");
        expect![[r#"
            rust, by rust 2x512
              answers              1 200
                half within        6.9 ms
                99 % within        39.0 ms
              ghost texts offered  1 000
                accepted           345 (34.5 %)
                  kept for 30 s    95.0 % of 300
              bytes saved          4 321

            only on this machine, in FILE
        "#]]
        .assert_eq(&text);
    }
}
