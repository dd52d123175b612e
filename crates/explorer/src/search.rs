//! Which units track a property? Each unit's states are held against it over
//! some texts; the best are checked on other texts, which played no part in the choice.

use std::ops::ControlFlow;

use lstm_runtime::Signal;
use serde::Serialize;

use crate::property::{Labels, Property};
use crate::reading::{Document, Step, read};
use crate::subject::{Subject, Unit};

mod probe;
mod tally;

use probe::{Probe, Rows};
use tally::{Correlations, Separations, area_of};

/// Units that are named for a property.
const NAMED: usize = 12;

/// Memory for the features of the probe, in f32s: 32 MB.
const FEATURES: usize = 8 << 20;

/// Memory for histograms, in counts: 64 MB.
const COUNTS: usize = 16 << 20;

/// Bins of a histogram, where there is memory for as many.
const BINS: usize = 128;

/// What was found for one property.
#[derive(Clone, Debug, Serialize)]
pub struct Found {
    /// The property's name in links and commands.
    pub property: String,
    /// The property for people.
    pub title: String,
    /// What scores are: `correlation`, in [−1, 1], or `AUC`, in [0, 1], where
    /// 0.5 is chance and below it the unit is lower where the property holds.
    pub measure: &'static str,
    /// The best units, by their score on the texts they were picked on.
    pub units: Vec<Score>,
    /// The score of the best linear function of all hidden states, on the texts it was
    /// not fitted on; none where the property did not vary there.
    pub probe: Option<f64>,
}

/// How well one signal of one unit goes with a property.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Score {
    /// Layer, from 0.
    pub layer: usize,
    /// Unit, from 0.
    pub unit: usize,
    /// The signal's letter.
    pub signal: &'static str,
    /// Where it was picked.
    pub picked: f64,
    /// Where it was checked; none where the property did not vary there.
    pub held_out: Option<f64>,
}

/// What was found for all that was asked.
#[derive(Clone, Debug, Serialize)]
pub struct Findings {
    /// In the order they were asked for.
    pub found: Vec<Found>,
    /// Bytes that units were picked on.
    pub picked_on: usize,
    /// Bytes they were checked on.
    pub checked_on: usize,
}

/// A property with the name that links know it by.
pub type Named = (String, Property);

/// Holds every unit of `subject` against `properties` over `documents`; the
/// first is the one that spans lie in. `progress` is told the share of the
/// bytes that is read and breaks the search off.
pub async fn search(
    subject: &Subject,
    documents: &[Document],
    properties: &[Named],
    mut progress: impl FnMut(f64) -> ControlFlow<()>,
) -> ControlFlow<(), Findings> {
    let total: usize = documents.iter().map(|document| document.text.len()).sum();
    let split = Split::of(documents);
    let columns = Columns::of(subject);
    let mut halves = [(); 2].map(|()| Half::new(&columns, properties));
    let stride = (total * columns.hidden / FEATURES).max(1);
    let language = &subject.config().language;
    let mut done = 0;
    for (index, document) in documents.iter().enumerate() {
        let labels = properties.iter();
        let labels: Vec<Labels> = labels
            .map(|(_, property)| property.labels(document, language, index == 0))
            .collect();
        let mut row = Row::new(&columns);
        let outcome = read(subject, document, 0..document.text.len(), |step| {
            row.fill(&columns, &step);
            let half = &mut halves[usize::from(split.is_checked(index, step.offset))];
            let is_sampled = (done + step.offset).is_multiple_of(stride);
            half.add(&row, &labels, step.offset, is_sampled);
            if step.offset.is_multiple_of(256) {
                progress((done + step.offset) as f64 / total as f64)?;
            }
            ControlFlow::Continue(())
        })
        .await;
        if outcome.is_break() {
            return ControlFlow::Break(());
        }
        done += document.text.len();
    }
    let [picked, checked] = &halves;
    let mut found = Vec::new();
    for (index, (name, property)) in properties.iter().enumerate() {
        if progress(1.0).is_break() {
            return ControlFlow::Break(());
        }
        found.push(Found {
            property: name.clone(),
            title: property.title().to_owned(),
            measure: match property.is_amount() {
                true => "correlation",
                false => "AUC",
            },
            units: best(&columns, picked, checked, index),
            probe: probe(picked, checked, index).await,
        });
    }
    ControlFlow::Continue(Findings {
        found,
        picked_on: picked.steps,
        checked_on: checked.steps,
    })
}

/// Where the texts to check on begin: behind about two thirds, at the start of
/// a document if one starts near there, else at that of a line.
struct Split {
    document: usize,
    offset: usize,
}

impl Split {
    fn of(documents: &[Document]) -> Self {
        let total: usize = documents.iter().map(|document| document.text.len()).sum();
        let wanted = total - total / 3;
        let mut start = 0_usize;
        for (index, document) in documents.iter().enumerate() {
            let is_near = start > 0 && start.abs_diff(wanted) <= total / 8;
            if is_near {
                return Self {
                    document: index,
                    offset: 0,
                };
            }
            let end = start + document.text.len();
            // A start that is near would have to come within this.
            if end > wanted + total / 8 || index + 1 == documents.len() {
                let offset = wanted.saturating_sub(start).min(document.text.len());
                let mut rest = document.text.as_bytes()[offset..].iter();
                let line = rest.position(|&byte| byte == b'\n');
                return Self {
                    document: index,
                    offset: offset + line.map_or(0, |line| line + 1),
                };
            }
            start = end;
        }
        Self {
            document: 0,
            offset: 0,
        }
    }

    fn is_checked(&self, document: usize, offset: usize) -> bool {
        (document, offset) >= (self.document, self.offset)
    }
}

/// Which number of a row is what: every state of every unit, hidden states
/// first, `[signals][layers][H]`.
struct Columns {
    signals: Vec<Signal>,
    layers: usize,
    units: usize,
    /// Hidden states of all layers.
    hidden: usize,
}

impl Columns {
    fn of(subject: &Subject) -> Self {
        let config = subject.config();
        Self {
            signals: subject.states().collect(),
            layers: config.num_layers,
            units: config.hidden_size,
            hidden: config.num_layers * config.hidden_size,
        }
    }

    fn len(&self) -> usize {
        self.signals.len() * self.hidden
    }

    fn unit(&self, index: usize) -> Unit {
        Unit {
            signal: self.signals[index / self.hidden],
            layer: index % self.hidden / self.units,
            unit: index % self.units,
        }
    }

    fn bins(&self, properties: usize) -> usize {
        // Two halves, with and without.
        let room = COUNTS / (4 * self.len() * properties.max(1));
        room.clamp(8, BINS)
    }
}

/// The states of all units after one step.
struct Row {
    values: Vec<f32>,
}

impl Row {
    fn new(columns: &Columns) -> Self {
        Self {
            values: vec![0.0; columns.len()],
        }
    }

    fn fill(&mut self, columns: &Columns, step: &Step<'_>) {
        let mut rest = self.values.chunks_exact_mut(columns.units);
        for &signal in &columns.signals {
            for layer in 0..columns.layers {
                let values = rest.next().expect("a row has room for all units");
                values.copy_from_slice(step.units(layer, signal));
            }
        }
    }
}

/// What was counted on the texts to pick on, or on those to check on.
struct Half {
    hidden: usize,
    bins: usize,
    steps: usize,
    tallies: Vec<Tally>,
    /// Bins of the row at hand.
    places: Vec<u16>,
    features: Rows,
    /// Targets of the probe, by property; nothing where a row has no say.
    targets: Vec<Vec<Option<f32>>>,
}

enum Tally {
    Amount(Correlations),
    Whether(Separations),
}

impl Half {
    fn new(columns: &Columns, properties: &[Named]) -> Self {
        let whether = properties.iter().filter(|(_, p)| !p.is_amount()).count();
        let bins = columns.bins(whether);
        let tally = |(_, property): &Named| match property.is_amount() {
            true => Tally::Amount(Correlations::new(columns.len())),
            false => Tally::Whether(Separations::new(columns.len(), bins)),
        };
        Self {
            hidden: columns.hidden,
            bins,
            steps: 0,
            tallies: properties.iter().map(tally).collect(),
            places: if whether == 0 {
                vec![]
            } else {
                vec![0; columns.len()]
            },
            features: Rows::new(columns.hidden),
            targets: vec![Vec::new(); properties.len()],
        }
    }

    fn add(&mut self, row: &Row, labels: &[Labels], offset: usize, is_sampled: bool) {
        self.steps += 1;
        for (index, (place, &value)) in self.places.iter_mut().zip(&row.values).enumerate() {
            // A cell state has no bounds; the order is what counts.
            let value = if index < self.hidden {
                value
            } else {
                squash(value)
            };
            *place = Separations::bin(value, self.bins) as u16;
        }
        for (tally, labels) in self.tallies.iter_mut().zip(labels) {
            match (tally, labels) {
                (Tally::Amount(sums), Labels::Amount(amounts)) => {
                    sums.add(&row.values, amounts[offset]);
                }
                (Tally::Whether(counts), Labels::Whether(has)) => {
                    if let Some(has) = has[offset] {
                        counts.add(&self.places, has);
                    }
                }
                _ => unreachable!("a property's labels are of its kind"),
            }
        }
        if is_sampled {
            self.features.push(&row.values[..self.hidden]);
            for (targets, labels) in self.targets.iter_mut().zip(labels) {
                targets.push(match labels {
                    Labels::Amount(amounts) => Some(amounts[offset]),
                    Labels::Whether(has) => has[offset].map(|has| f32::from(u8::from(has))),
                });
            }
        }
    }

    fn score(&self, property: usize, number: usize) -> Option<f64> {
        match &self.tallies[property] {
            Tally::Amount(sums) => sums.of(number),
            Tally::Whether(counts) => counts.of(number),
        }
    }

    /// How far a score is from chance.
    fn strength(&self, property: usize, score: f64) -> f64 {
        match &self.tallies[property] {
            Tally::Amount(_) => score.abs(),
            Tally::Whether(_) => 2.0 * (score - 0.5).abs(),
        }
    }
}

/// Into (−1, 1) in order, evenly enough for small and large cells.
fn squash(value: f32) -> f32 {
    value / (1.0 + value.abs())
}

fn best(columns: &Columns, picked: &Half, checked: &Half, property: usize) -> Vec<Score> {
    let numbers = 0..columns.len();
    let mut scores: Vec<(usize, f64)> = numbers
        .filter_map(|number| Some((number, picked.score(property, number)?)))
        .collect();
    let strength = |&(_, score): &(usize, f64)| picked.strength(property, score);
    scores.sort_by(|a, b| strength(b).total_cmp(&strength(a)));
    scores.truncate(NAMED);
    let score = |(number, picked): (usize, f64)| {
        let Unit {
            layer,
            unit,
            signal,
        } = columns.unit(number);
        Score {
            layer,
            unit,
            signal: signal.letter(),
            picked,
            held_out: checked.score(property, number),
        }
    };
    scores.into_iter().map(score).collect()
}

async fn probe(picked: &Half, checked: &Half, property: usize) -> Option<f64> {
    let probe = Probe::fit(&picked.features, &picked.targets[property]).await;
    let said = probe.of(&checked.features).into_iter();
    let told = said.zip(&checked.targets[property]);
    let told = told.filter_map(|(said, target)| Some((said, (*target)?)));
    match &picked.tallies[property] {
        Tally::Whether(_) => {
            let (said, has): (Vec<f32>, Vec<bool>) =
                told.map(|(said, target)| (said, target > 0.5)).unzip();
            area_of(&said, &has)
        }
        Tally::Amount(_) => {
            let mut sums = Correlations::new(1);
            told.for_each(|(said, target)| sums.add(&[said], target));
            sums.of(0)
        }
    }
}
