//! What a benchmark found: a table for people, JSON for programs, and a dated
//! file under `benches/runs`.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use lstm_runtime::Kernel;
use serde_json::{Value, json};

/// A bar of the project and the figure that is held to it.
struct Bar {
    what: String,
    value: f64,
    unit: &'static str,
    limit: Limit,
}

/// What a bar asks for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Limit {
    AtMost(f64),
    AtLeast(f64),
}

impl Limit {
    fn holds(self, value: f64) -> bool {
        match self {
            Self::AtMost(limit) => value <= limit,
            Self::AtLeast(limit) => value >= limit,
        }
    }

    fn text(self) -> String {
        match self {
            Self::AtMost(limit) => format!("at most {limit}"),
            Self::AtLeast(limit) => format!("at least {limit}"),
        }
    }
}

/// The findings of one benchmark.
pub(crate) struct Report {
    name: &'static str,
    header: Vec<String>,
    rows: Vec<Vec<String>>,
    notes: Vec<String>,
    bars: Vec<Bar>,
    figures: Value,
}

impl Report {
    /// A report of the benchmark `name` with these columns.
    pub(crate) fn new(name: &'static str, header: &[&str]) -> Self {
        Self {
            name,
            header: header.iter().map(|&cell| cell.to_owned()).collect(),
            rows: Vec::new(),
            notes: Vec::new(),
            bars: Vec::new(),
            figures: json!([]),
        }
    }

    /// Adds a row to the table.
    pub(crate) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().collect());
    }

    /// Adds a line below the table.
    pub(crate) fn note(&mut self, note: impl Into<String>) {
        self.notes.push(note.into());
    }

    /// Holds `value` to a bar.
    pub(crate) fn bar(
        &mut self,
        what: impl Into<String>,
        value: f64,
        unit: &'static str,
        limit: Limit,
    ) {
        self.bars.push(Bar {
            what: what.into(),
            value,
            unit,
            limit,
        });
    }

    /// Adds raw figures to the JSON.
    pub(crate) fn figures(&mut self, figures: Value) {
        let list = self.figures.as_array_mut();
        list.expect("it is made as a list").push(figures);
    }

    /// The table, the notes and the bars.
    pub(crate) fn to_text(&self) -> String {
        let mut text = String::new();
        let lines: Vec<&Vec<String>> = std::iter::once(&self.header).chain(&self.rows).collect();
        let columns = self.header.len();
        let width = |column: usize| {
            let cells = lines.iter().filter_map(|line| line.get(column));
            cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..columns).map(width).collect();
        for line in lines {
            for (column, cell) in line.iter().enumerate() {
                let pad = " ".repeat(widths[column] - cell.chars().count());
                let gap = if column == 0 { "" } else { "  " };
                // Names to the left, figures to the right.
                let _ = match column {
                    0 => write!(text, "{cell}{pad}"),
                    _ => write!(text, "{gap}{pad}{cell}"),
                };
            }
            text.push('\n');
        }
        for note in &self.notes {
            let _ = writeln!(text, "{note}");
        }
        for bar in &self.bars {
            let verdict = if bar.limit.holds(bar.value) {
                "holds"
            } else {
                "MISSED"
            };
            let _ = writeln!(
                text,
                "{verdict:<6}  {}: {:.2}{} ({})",
                bar.what,
                bar.value,
                bar.unit,
                bar.limit.text()
            );
        }
        text
    }

    /// Everything, with where and when it was measured.
    pub(crate) fn to_json(&self) -> Value {
        let bars: Vec<Value> = self
            .bars
            .iter()
            .map(|bar| {
                json!({
                    "what": bar.what,
                    "value": bar.value,
                    "unit": bar.unit.trim(),
                    "bar": bar.limit.text(),
                    "holds": bar.limit.holds(bar.value),
                })
            })
            .collect();
        json!({
            "bench": self.name,
            "date": today(),
            "commit": commit(),
            "machine": machine(),
            "bars": bars,
            "notes": self.notes,
            "figures": self.figures,
        })
    }

    /// Writes the JSON to `benches/runs`; its path.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(crate) fn save(&self) -> Result<PathBuf> {
        let path = self.beside("json")?;
        let mut text = serde_json::to_string_pretty(&self.to_json())?;
        text.push('\n');
        std::fs::write(&path, text).with_context(|| format!("writing {}", path.display()))?;
        Ok(path)
    }

    /// Where a file about this run goes: `benches/runs/DATE-BENCH.EXTENSION`.
    ///
    /// # Errors
    /// If that folder cannot be made.
    pub(crate) fn beside(&self, extension: &str) -> Result<PathBuf> {
        let name = format!("{}-{}.{extension}", today(), self.name);
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("runs");
        std::fs::create_dir_all(&folder).with_context(|| format!("making {}", folder.display()))?;
        Ok(folder.join(name))
    }
}

fn today() -> String {
    jiff::Zoned::now().date().to_string()
}

/// The commit that was measured, with `+` where the tree had changes beside it.
fn commit() -> String {
    let git = |arguments: &[&str]| {
        let mut git = Command::new("git");
        let output = git
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .args(arguments)
            .output();
        let output = output.ok().filter(|output| output.status.success())?;
        Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    let Some(head) = git(&["rev-parse", "--short=12", "HEAD"]) else {
        return "unknown".to_owned();
    };
    let changed = git(&["status", "--porcelain", "--untracked-files=no"]);
    let changed = changed.is_some_and(|changes| !changes.is_empty());
    format!("{head}{}", if changed { "+" } else { "" })
}

/// The processor, its cores, the kernel, and how busy the machine was.
fn machine() -> Value {
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let cpu = read("/proc/cpuinfo");
    let model = cpu.lines().find_map(|line| line.strip_prefix("model name"));
    let model = model.map_or("unknown", |rest| rest.trim_start_matches([' ', '\t', ':']));
    json!({
        "cpu": model,
        "cores": std::thread::available_parallelism().map_or(1, usize::from),
        "kernel": Kernel::detect().name().as_str(),
        "load_average": read("/proc/loadavg").split(' ').next().unwrap_or_default(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_lines_up_and_bars_are_judged() {
        let mut report = Report::new("decode", &["engine", "µs"]);
        report.row(["ours".to_owned(), "1.0".to_owned()]);
        report.row(["theirs".to_owned(), "10.0".to_owned()]);
        report.bar("ours", 1.0, " µs", Limit::AtMost(2.0));
        report.bar("times as fast", 10.0, "", Limit::AtLeast(18.0));
        assert_eq!(
            report.to_text(),
            "engine    µs\nours     1.0\ntheirs  10.0\n\
             holds   ours: 1.00 µs (at most 2)\n\
             MISSED  times as fast: 10.00 (at least 18)\n"
        );
        assert_eq!(report.to_json()["bars"][1]["holds"], false);
    }
}
