//! What came out of a run: its numbers, and how they read as text and as a page.

use std::fmt::Write as _;

use anyhow::{Result, anyhow};
use lstm_runtime::Reference;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use super::score::{Accuracy, accuracies};
use super::training::{Outcome, Settings, header};
use super::units::{Finding, Where, findings};
use super::{figure, html};

/// The numbers of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// Name of the task.
    pub task: String,
    /// Name of the cell.
    pub cell: String,
    /// Seed of weights and data.
    pub seed: u64,
    /// Loss of the determined bytes at the end, in bits.
    pub loss: f64,
    /// Right sequences by size, on fresh data.
    pub accuracies: Vec<Accuracy>,
    /// Units that carry the answers, the best of each question first.
    pub findings: Vec<Finding>,
}

impl Report {
    /// Measures a trained network.
    pub fn new(settings: &Settings, outcome: &Outcome) -> Self {
        let network = Reference::new(&outcome.model);
        // The last steps together: one alone is as its batch happens to be.
        let last = &outcome.losses[outcome.losses.len().saturating_sub(20)..];
        Self {
            task: settings.task.name().to_owned(),
            cell: settings.config.cell.name().to_owned(),
            seed: settings.seed,
            loss: last.iter().sum::<f64>() / last.len().max(1) as f64,
            accuracies: accuracies(settings.task, &network, settings.seed),
            findings: findings(settings.task, &network, settings.seed),
        }
    }

    /// Share of right sequences of sizes that were trained on, 0 to 1.
    pub fn inside(&self) -> f64 {
        Accuracy::share_of(self.accuracies.iter().filter(|a| a.trained)).unwrap_or(0.0)
    }

    /// Share of right sequences of the other sizes, 0 to 1.
    pub fn beyond(&self) -> f64 {
        Accuracy::share_of(self.accuracies.iter().filter(|a| !a.trained)).unwrap_or(0.0)
    }

    /// The largest size up to which, from the smallest trained on, every
    /// sequence was right.
    pub fn exact_to(&self) -> Option<usize> {
        let sizes = self.accuracies.iter().skip_while(|a| !a.trained);
        let exact = sizes.take_while(|a| a.right == a.of);
        exact.last().map(|a| a.size)
    }

    /// The report as text for a terminal.
    pub fn text(&self) -> String {
        let mut text = String::new();
        // Writing to a string does not fail.
        let _ = writeln!(text, "   N   right");
        for accuracy in &self.accuracies {
            let beyond = if accuracy.trained {
                ""
            } else {
                "   not trained on"
            };
            let share = percent(accuracy.share());
            let _ = writeln!(text, "{:>4}  {share:>7}{beyond}", accuracy.size);
        }
        let mut question = "";
        for finding in &self.findings {
            if question != finding.question {
                question = &finding.question;
                let _ = writeln!(text, "\n{question}:");
            }
            let _ = writeln!(text, "  {}", describe(finding));
        }
        text
    }

    /// The report as a page without anything outside it, with the trained
    /// network's pictures.
    ///
    /// # Errors
    /// If a picture can't be drawn.
    pub fn page(&self, settings: &Settings, outcome: &Outcome) -> Result<String> {
        let mut page = html::Page::new(&format!("{} with {}", self.task, self.cell));
        let provenance = &outcome.model.provenance;
        let config = &outcome.model.config;
        page.paragraph(&format!(
            "{}. {} layer{} of {} units, {} parameters, {} steps, seed {}.",
            settings.task.description(),
            config.num_layers,
            if config.num_layers == 1 { "" } else { "s" },
            config.hidden_size,
            config.parameter_count(),
            provenance.steps,
            self.seed
        ));
        page.code(&provenance.command);
        page.heading("How often it is right");
        page.paragraph(
            "A sequence is right if every byte after the marker, line end included, is the \
             likeliest one. Fresh data; blue: sizes that were trained on, orange: the others.",
        );
        page.picture(&drawn(figure::accuracy(&self.accuracies))?);
        let rows = self.accuracies.iter();
        let trained = |a: &Accuracy| if a.trained { "yes" } else { "no" }.to_owned();
        page.table(
            &["N", "trained on", "right", "of"],
            rows.map(|a| {
                vec![
                    a.size.to_string(),
                    trained(a),
                    a.right.to_string(),
                    a.of.to_string(),
                ]
            }),
        );
        page.heading("Units that carry the answer");
        page.paragraph(
            "Chosen on one fresh sample, measured on another. Correlation with the count, or the \
             area under the ROC curve: how often the unit tells that letter from the others.",
        );
        page.table(
            &["what", "layer", "unit", "state", "score"],
            self.findings.iter().map(|f| {
                let (layer, unit) = (f.layer.to_string(), f.unit.to_string());
                vec![what(f), layer, unit, state(f).to_owned(), score(f)]
            }),
        );
        page.heading("The best unit over a few lines");
        page.paragraph("Red is −1, blue is +1, or as far as the values of the row go.");
        if let Some(picture) = self.strip(settings, outcome)? {
            page.picture(&picture);
        }
        page.heading("Learning");
        page.picture(&drawn(figure::losses(&outcome.losses))?);
        Ok(page.finish())
    }

    /// The best unit over example lines as an SVG; `None` if no unit was found.
    ///
    /// # Errors
    /// If it can't be drawn.
    pub fn strip(&self, settings: &Settings, outcome: &Outcome) -> Result<Option<String>> {
        let Some(best) = self.findings.first() else {
            return Ok(None);
        };
        let task = settings.task;
        let network = Reference::new(&outcome.model);
        let mut random = ChaCha8Rng::seed_from_u64(settings.seed);
        random.set_stream(4);
        let before = header(task, &mut random);
        let sizes = task.example_sizes();
        let lines: Vec<_> = sizes
            .iter()
            .map(|&n| task.sequence(n, &mut random))
            .collect();
        drawn(figure::strip(task, &network, best, &before, &lines)).map(Some)
    }
}

fn drawn<T>(picture: Result<T, Box<dyn std::error::Error>>) -> Result<T> {
    picture.map_err(|e| anyhow!("drawing the report: {e}"))
}

/// A share as people read it.
pub(super) fn percent(share: f64) -> String {
    format!("{:.1} %", 100.0 * share)
}

/// One finding in a line.
fn describe(finding: &Finding) -> String {
    let letter = finding.letter.map(|l| format!(", tells {l}"));
    format!(
        "{} of layer {}, unit {}: {}{}",
        state(finding),
        finding.layer,
        finding.unit,
        score(finding),
        letter.unwrap_or_default()
    )
}

fn what(finding: &Finding) -> String {
    let letter = finding.letter.map(|l| format!(" ({l})"));
    finding.question.clone() + &letter.unwrap_or_default()
}

fn state(finding: &Finding) -> &'static str {
    match finding.state {
        Where::Cell => "cell state",
        Where::Hidden => "hidden state",
    }
}

/// The score with its measure.
pub(super) fn score(finding: &Finding) -> String {
    match finding.letter {
        None => format!("correlation {:+.3}", finding.score),
        Some(_) => format!("AUC {:.3}", finding.score),
    }
}
