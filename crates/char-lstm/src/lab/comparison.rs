//! The cells side by side on every task.

use anyhow::{Result, anyhow};
use lstm_format::CellKind;
use serde::{Deserialize, Serialize};

use super::grid::grid;
use super::html::Page;
use super::report::{Report, percent, score};
use super::score::Accuracy;
use super::task::Task;

/// Runs of every cell on every task.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// The command that made it.
    pub command: String,
    /// A report for each task, cell and seed, in that order.
    pub reports: Vec<Report>,
}

/// One cell on one task.
#[derive(Clone, Debug, PartialEq)]
struct Entry {
    inside: f64,
    beyond: f64,
    exact_to: Option<usize>,
    best: Option<String>,
}

const HEAD: [&str; 6] = [
    "task",
    "cell",
    "right, N trained on",
    "right, other N",
    "all right up to N",
    "best unit",
];

impl Comparison {
    /// The table as Markdown.
    pub fn markdown(&self) -> String {
        let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
        let mut text = line(&HEAD.map(str::to_owned));
        text += &line(&HEAD.map(|_| "---".to_owned()));
        self.rows().iter().for_each(|row| text += &line(row));
        text
    }

    /// Everything as JSON, a line a report.
    ///
    /// # Errors
    /// If a number is not one that JSON has.
    pub fn json(&self) -> serde_json::Result<String> {
        let reports = self.reports.iter().map(serde_json::to_string);
        let reports: Vec<String> = reports.collect::<Result<_, _>>()?;
        let (command, reports) = (serde_json::to_string(&self.command)?, reports.join(",\n"));
        Ok(format!(
            "{{\"command\":{command},\"reports\":[\n{reports}\n]}}\n"
        ))
    }

    /// Every size of every task and cell as an SVG, all seeds together.
    ///
    /// # Errors
    /// If it can't be drawn.
    pub fn picture(&self) -> Result<String> {
        let share = |task, cell, size| {
            let reports = self.reports(task, cell);
            let of_size = reports.iter().flat_map(|r| &r.accuracies);
            Accuracy::share_of(of_size.filter(|a| a.size == size))
        };
        grid(share).map_err(|e| anyhow!("drawing the comparison: {e}"))
    }

    /// The table as a page without anything outside it.
    ///
    /// # Errors
    /// If its picture can't be drawn.
    pub fn page(&self) -> Result<String> {
        let mut page = Page::new("Five cells, four tasks");
        page.code(&self.command);
        page.paragraph(
            "Every cell has the same units, steps and data. A sequence is right if every byte \
             after the marker, line end included, is the likeliest one; of several seeds, a row \
             shows the run in the middle.",
        );
        page.table(&HEAD, self.rows().into_iter());
        page.heading("By size");
        page.paragraph("% right, all seeds together. Orange sizes were not trained on.");
        page.picture(&self.picture()?);
        Ok(page.finish())
    }

    /// A row for each task and cell that was run.
    fn rows(&self) -> Vec<Vec<String>> {
        let pairs = Task::ALL
            .into_iter()
            .flat_map(|task| CellKind::ALL.map(|cell| (task, cell)));
        let rows = pairs.filter_map(|(task, cell)| {
            let entry = self.entry(task, cell)?;
            let exact = entry.exact_to.map(|n| n.to_string());
            Some(vec![
                task.name().to_owned(),
                cell.name().to_owned(),
                percent(entry.inside),
                percent(entry.beyond),
                exact.unwrap_or_else(|| "none".to_owned()),
                entry.best.unwrap_or_default(),
            ])
        });
        rows.collect()
    }

    fn reports(&self, task: Task, cell: CellKind) -> Vec<&Report> {
        let all = self.reports.iter();
        all.filter(|r| r.task == task.name() && r.cell == cell.name())
            .collect()
    }

    fn entry(&self, task: Task, cell: CellKind) -> Option<Entry> {
        let mut reports = self.reports(task, cell);
        // The run in the middle, so that a row is one that there was.
        reports.sort_by(|a, b| {
            let inside = a.inside().total_cmp(&b.inside());
            inside.then(a.beyond().total_cmp(&b.beyond()))
        });
        let middle = reports.get(reports.len() / 2)?;
        Some(Entry {
            inside: middle.inside(),
            beyond: middle.beyond(),
            exact_to: middle.exact_to(),
            best: middle.findings.first().map(score),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(cell: CellKind, seed: u64, rights: [usize; 2]) -> Report {
        let accuracy = |size, trained, right| Accuracy {
            size,
            trained,
            right,
            of: 4,
        };
        Report {
            task: Task::Counter.name().to_owned(),
            cell: cell.name().to_owned(),
            seed,
            loss: 0.5,
            accuracies: vec![
                accuracy(10, true, rights[0]),
                accuracy(11, false, rights[1]),
            ],
            findings: Vec::new(),
        }
    }

    fn comparison() -> Comparison {
        Comparison {
            command: "lstm-train lab compare \"here\"".to_owned(),
            reports: vec![
                report(CellKind::Lstm, 1, [4, 4]),
                report(CellKind::Lstm, 2, [0, 0]),
                report(CellKind::Lstm, 3, [4, 1]),
                report(CellKind::Rnn, 1, [3, 0]),
            ],
        }
    }

    #[test]
    fn a_row_shows_the_run_in_the_middle() {
        let rows = comparison().rows();
        assert_eq!(rows.len(), 2);
        assert_eq!(rows[0][1..5], ["lstm", "100.0 %", "25.0 %", "10"]);
        assert_eq!(rows[1][1..5], ["rnn", "75.0 %", "0.0 %", "none"]);
    }

    #[test]
    fn what_is_written_is_read_back() {
        let comparison = comparison();
        let json = comparison.json().unwrap();
        assert_eq!(json.lines().count(), 6);
        assert_eq!(
            serde_json::from_str::<Comparison>(&json).unwrap(),
            comparison
        );
        let page = comparison.page().unwrap();
        assert!(page.contains("<td>25.0 %</td>") && page.contains("</svg>"));
        // Of the twelve sequences of three seeds, eight.
        assert!(page.contains("67"), "{page}");
    }
}
