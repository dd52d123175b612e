//! Where else does a unit behave as it does in a span? After LSTMVis (Strobelt
//! et al. 2018): stretches on which it is on throughout, as it is in the span.

use std::ops::{ControlFlow, Range};

use serde::Serialize;

use crate::reading::{Document, read};
use crate::subject::{Subject, Unit};

/// Matches that are given back.
const SHOWN: usize = 40;

/// Bytes of text shown on either side.
const CONTEXT: usize = 40;

/// A stretch on which the unit is on.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Match {
    /// Number of the document.
    pub document: usize,
    /// Where it begins, in bytes.
    pub start: usize,
    /// Where it ends, in bytes.
    pub end: usize,
    /// The unit's mean on it.
    pub mean: f32,
    /// The text before it.
    pub before: String,
    /// Its text.
    pub text: String,
    /// The text behind it.
    pub after: String,
}

/// What was found.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Matches {
    /// From here on, or below where it is negative, the unit counts as on.
    pub level: f32,
    /// How many stretches there are.
    pub count: usize,
    /// Those most like the span: first by length, then by how strong.
    pub matches: Vec<Match>,
}

/// Looks through `documents` for stretches on which `unit` is on as it is in
/// `span` of the first one. `progress` is told the share that is read and
/// breaks it off.
pub async fn matches(
    subject: &Subject,
    documents: &[Document],
    unit: Unit,
    span: Range<usize>,
    mut progress: impl FnMut(f64) -> ControlFlow<()>,
) -> ControlFlow<(), Matches> {
    let Some(first) = documents.first() else {
        return ControlFlow::Continue(Matches {
            level: 0.0,
            count: 0,
            matches: Vec::new(),
        });
    };
    let mut values = Vec::new();
    read(subject, first, span.clone(), |step| {
        values.push(step.value(unit));
        ControlFlow::Continue(())
    })
    .await?;
    let level = level(&values);
    let length = span.len().max(1);
    let total: usize = documents.iter().map(|document| document.text.len()).sum();
    let mut found: Vec<(f32, Run)> = Vec::new();
    let mut count = 0;
    let mut done = 0;
    for (index, document) in documents.iter().enumerate() {
        let mut open: Option<Run> = None;
        let mut close = |run: Run| {
            count += 1;
            let unlike = libm::logf(run.range.len() as f32 / length as f32).abs();
            found.push((unlike, run));
        };
        read(subject, document, 0..document.text.len(), |step| {
            let value = step.value(unit);
            if (value - level) * level.signum() >= 0.0 {
                let run = open.get_or_insert(Run {
                    document: index,
                    range: step.offset..step.offset,
                    sum: 0.0,
                });
                run.range.end = step.offset + 1;
                run.sum += value;
            } else if let Some(run) = open.take() {
                close(run);
            }
            if step.offset.is_multiple_of(256) {
                progress((done + step.offset) as f64 / total as f64)?;
            }
            ControlFlow::Continue(())
        })
        .await?;
        if let Some(run) = open {
            close(run);
        }
        done += document.text.len();
        // All that could still be shown, and no more.
        found.sort_by(|(a, x), (b, y)| a.total_cmp(b).then(y.strength().total_cmp(&x.strength())));
        found.truncate(SHOWN);
    }
    let matches = found.into_iter().map(|(_, run)| run.shown(documents));
    ControlFlow::Continue(Matches {
        level,
        count,
        matches: matches.collect(),
    })
}

/// The value from which the unit counts as on: its weakest in the span, but at least
/// half its mean there, so that one dip does not make almost every place a match.
fn level(values: &[f32]) -> f32 {
    let mean = values.iter().sum::<f32>() / values.len().max(1) as f32;
    let strengths = values.iter().map(|value| value * mean.signum());
    let weakest = strengths.fold(f32::INFINITY, f32::min);
    weakest.min(mean.abs()).max(mean.abs() / 2.0) * mean.signum()
}

struct Run {
    document: usize,
    range: Range<usize>,
    sum: f32,
}

impl Run {
    fn mean(&self) -> f32 {
        self.sum / self.range.len().max(1) as f32
    }

    fn strength(&self) -> f32 {
        self.mean().abs()
    }

    fn shown(self, documents: &[Document]) -> Match {
        let text = documents[self.document].text.as_bytes();
        let Range { start, end } = self.range;
        let piece = |range: Range<usize>| String::from_utf8_lossy(&text[range]).into_owned();
        Match {
            document: self.document,
            start,
            end,
            mean: self.mean(),
            before: piece(start.saturating_sub(CONTEXT)..start),
            text: piece(start..end.min(start + 8 * CONTEXT)),
            after: piece(end..text.len().min(end + CONTEXT)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn on_is_as_weak_as_in_the_span_but_not_much_weaker_than_its_mean() {
        assert_eq!(level(&[0.5, 0.7]), 0.5);
        assert_eq!(level(&[-0.5, -0.7]), -0.5);
        assert!((level(&[0.9, 0.9, -0.3]) - 0.25).abs() < 1e-6);
    }
}
