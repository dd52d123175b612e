//! The cells side by side on every task.

use lstm_format::CellKind;
use serde::{Deserialize, Serialize};

use super::html::Page;
use super::report::{Report, percent, score};
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

    /// The table as a page without anything outside it.
    pub fn page(&self) -> String {
        let mut page = Page::new("Five cells, four tasks");
        page.code(&self.command);
        page.paragraph(
            "Every cell has the same units, steps and data. A sequence is right if every byte \
             after the marker, line end included, is the likeliest one; of several seeds, a row \
             shows the run in the middle.",
        );
        page.table(&HEAD, self.rows().into_iter());
        for task in Task::ALL {
            page.heading(task.name());
            page.paragraph(&format!("{}.", task.description()));
            self.sizes(task, &mut page);
        }
        page.finish()
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

    /// Shares by size, a column a cell.
    fn sizes(&self, task: Task, page: &mut Page) {
        let mut head = vec!["N"];
        head.extend(CellKind::ALL.map(CellKind::name));
        let rows = task.measured_sizes().into_iter().map(|size| {
            let trained = task.trained_sizes().contains(&size);
            let mark = if trained { "" } else { " *" };
            let shares = CellKind::ALL.map(|cell| {
                let reports = self.reports(task, cell);
                let of_size = reports.iter().flat_map(|r| &r.accuracies);
                let of_size = of_size.filter(|a| a.size == size);
                super::Accuracy::share_of(of_size)
                    .map(percent)
                    .unwrap_or_default()
            });
            let mut row = vec![format!("{size}{mark}")];
            row.extend(shares);
            row
        });
        page.table(&head, rows);
        page.paragraph("All seeds together; * was not trained on.");
    }
}
