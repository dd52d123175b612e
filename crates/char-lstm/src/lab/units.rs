//! Which units carry the answer: the count by correlation, a letter by how well
//! one value tells it from the others.
//!
//! Units are chosen on one fresh sample and their scores measured on another,
//! so that the best of many does not look better than it is.

use std::collections::BTreeMap;

use lstm_runtime::{LayerTrace, Reference};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use super::score::{document, fed};
use super::task::{Question, Task, Truth};

/// Sequences of a sample.
const SEQUENCES: usize = 120;

/// Units named for each question.
const NAMED: usize = 3;

/// Which value of a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Where {
    /// The cell state.
    Cell,
    /// The hidden state.
    Hidden,
}

/// A unit that carries an answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// What it answers, in words.
    pub question: String,
    /// Layer, from 0.
    pub layer: usize,
    /// Unit in the layer, from 0.
    pub unit: usize,
    /// Which of its values.
    pub state: Where,
    /// The letter it tells from the others, where the answer is a letter.
    pub letter: Option<char>,
    /// Where the answer is a count, Pearson's correlation with it, −1 to 1;
    /// where it is a letter, the area under the ROC curve, 0 to 1: the chance
    /// that the value is further in the letter's direction where it is that one.
    pub score: f64,
}

/// A value of a unit, and which letter is asked after, if one is.
type Key = (usize, usize, Where, Option<usize>);

/// What a sample says of a question: values with the truth beside them.
type Sample = BTreeMap<(usize, usize, Where), Vec<(f64, Truth)>>;

/// The units that carry the answer to each of the task's questions, the best
/// first, on fresh sequences of the sizes trained on.
pub fn findings(task: Task, network: &Reference, seed: u64) -> Vec<Finding> {
    let size = *task.trained_sizes().end();
    let questions = task.questions(size).into_iter();
    let found = questions.flat_map(|question| {
        let to_choose = sample(task, network, question, seed, 2);
        let to_measure = sample(task, network, question, seed, 3);
        let mut chosen: Vec<(Key, f64)> = keys(task, question, &to_choose)
            .map(|key| (key, score(&to_choose, key)))
            .collect();
        chosen.sort_by(|(_, a), (_, b)| strength(question, *b).total_cmp(&strength(question, *a)));
        let chosen = chosen.into_iter().take(NAMED);
        chosen.map(move |(key, first)| {
            let (layer, unit, state, letter) = key;
            let measured = score(&to_measure, key);
            Finding {
                question: words(task, question),
                layer,
                unit,
                state,
                letter: letter.map(|letter| char::from(task.letters()[letter])),
                score: match question {
                    // Above a half is above only in the direction of the choice.
                    Question::Letter { .. } if first < 0.5 => 1.0 - measured,
                    _ => measured,
                },
            }
        })
    });
    found.collect()
}

/// Every value that may answer `question`.
fn keys(task: Task, question: Question, sample: &Sample) -> impl Iterator<Item = Key> {
    let letters: Vec<Option<usize>> = match question {
        Question::Count => vec![None],
        // Of two letters, telling one is telling the other.
        Question::Letter { .. } if task.letters().len() == 2 => vec![Some(0)],
        Question::Letter { .. } => (0..task.letters().len()).map(Some).collect(),
    };
    let units: Vec<_> = sample.keys().copied().collect();
    units.into_iter().flat_map(move |(layer, unit, state)| {
        let letters = letters.clone().into_iter();
        letters.map(move |letter| (layer, unit, state, letter))
    })
}

/// How much a score says, whichever its direction.
fn strength(question: Question, score: f64) -> f64 {
    match question {
        Question::Count => score.abs(),
        Question::Letter { .. } => (score - 0.5).abs(),
    }
}

fn score(sample: &Sample, (layer, unit, state, letter): Key) -> f64 {
    let pairs = &sample[&(layer, unit, state)];
    let count = |truth: Truth| match truth {
        Truth::Count(count) => count as f64,
        Truth::Letter(letter) => letter as f64,
    };
    match letter {
        None => correlation(pairs.iter().map(|&(value, truth)| (value, count(truth)))),
        Some(letter) => {
            let is_it = |&(value, truth)| (value, truth == Truth::Letter(letter));
            separability(pairs.iter().map(is_it).collect())
        }
    }
}

/// The states of every unit where the answer to `question` is needed.
fn sample(task: Task, network: &Reference, question: Question, seed: u64, stream: u64) -> Sample {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    random.set_stream(stream);
    let mut sample = Sample::new();
    for number in 0..SEQUENCES {
        let size = random.random_range(task.trained_sizes());
        let (before, sequence) = document(task, size, number % 3, &mut random);
        let mut state = fed(network, &before);
        for at in 0..sequence.text.len() - 1 {
            let trace = network.trace(&mut state, sequence.text[at]);
            let Some(truth) = task.truth(question, &sequence, at) else {
                continue;
            };
            for (layer, trace) in trace.layers.iter().enumerate() {
                for (state, values) in states(trace) {
                    for (unit, &value) in values.iter().enumerate() {
                        let pairs = sample.entry((layer, unit, state)).or_default();
                        pairs.push((f64::from(value), truth));
                    }
                }
            }
        }
    }
    sample
}

/// Hidden state, and cell state where there is one.
fn states(trace: &LayerTrace) -> [(Where, &[f32]); 2] {
    [(Where::Cell, &trace.c), (Where::Hidden, &trace.h)]
}

pub(super) fn words(task: Task, question: Question) -> String {
    match question {
        Question::Count => "how many b are owed".to_owned(),
        Question::Letter { .. } if task == Task::State => "whether it was A or B".to_owned(),
        Question::Letter { place } => format!("which letter came as number {}", place + 1),
    }
}

/// Pearson's correlation; 0 if one side never changes.
fn correlation(pairs: impl Iterator<Item = (f64, f64)> + Clone) -> f64 {
    let number = pairs.clone().count() as f64;
    let (sum_x, sum_y) = pairs
        .clone()
        .fold((0.0, 0.0), |(a, b), (x, y)| (a + x, b + y));
    let (mean_x, mean_y) = (sum_x / number, sum_y / number);
    let (mut xx, mut yy, mut xy) = (0.0, 0.0, 0.0);
    for (x, y) in pairs {
        let (x, y) = (x - mean_x, y - mean_y);
        (xx, yy, xy) = (xx + x * x, yy + y * y, xy + x * y);
    }
    if xx * yy > 0.0 {
        xy / (xx * yy).sqrt()
    } else {
        0.0
    }
}

/// Area under the ROC curve: the chance that a value that is it is above one
/// that is not, equal values counting half; 0.5 if all are of one kind.
fn separability(mut values: Vec<(f64, bool)>) -> f64 {
    values.sort_by(|(a, _), (b, _)| a.total_cmp(b));
    let (mut others_below, mut won) = (0.0, 0.0);
    for equal in values.chunk_by(|(a, _), (b, _)| a == b) {
        let its = equal.iter().filter(|(_, is_it)| *is_it).count() as f64;
        let others = equal.len() as f64 - its;
        won += its * (others_below + others / 2.0);
        others_below += others;
    }
    let pairs = others_below * (values.len() as f64 - others_below);
    if pairs > 0.0 { won / pairs } else { 0.5 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn correlation_has_a_sign_and_a_size() {
        let of = |pairs: &[(f64, f64)]| correlation(pairs.iter().copied());
        assert!((of(&[(1.0, 2.0), (2.0, 4.0), (3.0, 6.0)]) - 1.0).abs() < 1e-12);
        assert!((of(&[(1.0, 0.0), (2.0, -1.0)]) + 1.0).abs() < 1e-12);
        assert_eq!(of(&[(1.0, 5.0), (2.0, 5.0)]), 0.0);
        assert_eq!(of(&[]), 0.0);
    }

    #[test]
    fn separability_is_the_share_of_pairs_in_order() {
        let of = |values: &[(f64, bool)]| separability(values.to_vec());
        assert_eq!(of(&[(0.0, false), (1.0, true), (2.0, true)]), 1.0);
        assert_eq!(of(&[(3.0, false), (1.0, true)]), 0.0);
        assert_eq!(of(&[(1.0, false), (1.0, true)]), 0.5);
        // Of 2 × 2 pairs, three are in order.
        let mixed = [(0.0, false), (1.0, true), (2.0, false), (3.0, true)];
        assert_eq!(of(&mixed), 0.75);
        assert_eq!(of(&[(1.0, true)]), 0.5);
    }
}
