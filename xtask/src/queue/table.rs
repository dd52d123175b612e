//! The table of `models/QUEUE.md`: written for people, read back for what a lost run
//! had read.

use std::fmt;

use serde::Deserialize;

const HEAD: &str = "# Training queue

What `cargo xtask train-next` has trained, by [`queue.toml`](queue.toml); it writes this
file. Megabytes read: *before* by runs that are over, whose weights are the committed
masters, and *in the run* that goes on. Bits per byte: of the training text, over the last
2 MB or what there is, and of the run's sample of validation files when last measured.

";

/// How far every run is.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Table {
    pub(super) rows: Vec<Row>,
}

/// How far a run is.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Row {
    pub(super) name: String,
    pub(super) parent: String,
    /// Megabytes to read in all.
    pub(super) target: f64,
    /// Megabytes read by earlier runs of the same name.
    pub(super) before: f64,
    /// Megabytes read in this one.
    pub(super) run: f64,
    /// Bits per byte of training text lately.
    pub(super) train: Option<f64>,
    /// Bits per byte of validation text when last measured.
    pub(super) validation: Option<f64>,
}

/// What is needed of a line of `log.jsonl`.
#[derive(Deserialize)]
struct Point {
    bytes: u64,
    train: f64,
    validation: Option<f64>,
}

/// Text over which the training loss is averaged, in bytes.
const LATELY: u64 = 2_000_000;

impl Row {
    /// Megabytes read in all.
    pub(super) fn read(&self) -> f64 {
        self.before + self.run
    }

    /// Takes over what a run's log says.
    pub(super) fn follow(&mut self, log: &str) {
        let lines = log.lines().map(serde_json::from_str::<Point>);
        let points: Vec<Point> = lines.filter_map(Result::ok).collect();
        let Some(last) = points.last() else {
            return;
        };
        self.run = last.bytes as f64 / 1e6;
        let lately = (points.iter()).filter(|point| point.bytes + LATELY > last.bytes);
        let lately: Vec<f64> = lately.map(|point| point.train).collect();
        self.train = Some(lately.iter().sum::<f64>() / lately.len() as f64);
        let measured = points.iter().rev().find_map(|point| point.validation);
        self.validation = measured.or(self.validation);
    }

    /// A run that is lost counts as over.
    pub(super) fn begin_again(&mut self) {
        self.before = self.read();
        self.run = 0.0;
    }

    fn parse(line: &str) -> Option<Self> {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let &["", name, parent, target, before, run, train, validation, ""] = cells.as_slice()
        else {
            return None;
        };
        Some(Self {
            name: name.to_owned(),
            parent: parent.to_owned(),
            target: target.parse().ok()?,
            before: before.parse().ok()?,
            run: run.parse().ok()?,
            train: train.parse().ok(),
            validation: validation.parse().ok(),
        })
    }
}

impl Table {
    /// The rows of a file written by this program; of any other text none.
    pub(super) fn read(text: &str) -> Self {
        Self {
            rows: text.lines().filter_map(Row::parse).collect(),
        }
    }

    /// The row of that name; one that has read nothing if there is none.
    pub(super) fn row(&self, name: &str) -> Row {
        let found = self.rows.iter().find(|row| row.name == name);
        found.cloned().unwrap_or_else(|| Row {
            name: name.to_owned(),
            ..Row::default()
        })
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(HEAD)?;
        writeln!(
            f,
            "| run | from | target | before | in the run | training | validation |"
        )?;
        writeln!(f, "|---|---|---|---|---|---|---|")?;
        let bits = |bits: Option<f64>| bits.map_or_else(String::new, |bits| format!("{bits:.3}"));
        for row in &self.rows {
            writeln!(
                f,
                "| {} | {} | {} | {:.1} | {:.1} | {} | {} |",
                row.name,
                row.parent,
                row.target,
                row.before,
                row.run,
                bits(row.train),
                bits(row.validation)
            )?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back() {
        let row = Row {
            name: "python".into(),
            parent: "rust".into(),
            target: 60.0,
            before: 12.5,
            run: 3.1,
            train: Some(1.5),
            validation: None,
        };
        let table = Table { rows: vec![row] };
        assert_eq!(Table::read(&table.to_string()), table);
        assert_eq!(Table::read("| a | b |\n|---|---|\n"), Table::default());
    }

    #[test]
    fn a_log_says_how_far_a_run_is_and_a_lost_run_is_not_forgotten() {
        let log = "{\"step\":1,\"bytes\":1000000,\"train\":4.0,\"validation\":2.0}\n\
                   {\"step\":2,\"bytes\":3000000,\"train\":2.0}\n\
                   {\"step\":3,\"bytes\":4000000,\"train\":1.0}\n{\"step\":4,\"by";
        let mut row = Table::default().row("python");
        row.follow(log);
        assert_eq!(
            (row.run, row.train, row.validation),
            (4.0, Some(1.5), Some(2.0))
        );
        row.begin_again();
        assert_eq!((row.before, row.run, row.read()), (4.0, 0.0, 4.0));
        row.follow("");
        assert_eq!(row.read(), 4.0);
    }
}
