//! How often a network is right, by the size of the sequence.
//!
//! A sequence is right if at each byte of its determined part, line end
//! included, the byte that stands there is the likeliest after the text before
//! it. So it is right exactly if the network, asked to go on greedily from the
//! marker, writes the sequence to its end.

use lstm_format::{Engine, State};
use lstm_runtime::Reference;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use super::task::{Sequence, Task};
use super::training::header;

/// Sequences measured of each size.
const SEQUENCES: usize = 60;

/// How many sequences of a size are right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Accuracy {
    /// `N`.
    pub size: usize,
    /// Whether it was trained on.
    pub trained: bool,
    /// Sequences that were right.
    pub right: usize,
    /// Sequences measured.
    pub of: usize,
}

impl Accuracy {
    /// Share of sequences that were right, 0 to 1.
    pub fn share(self) -> f64 {
        self.right as f64 / self.of as f64
    }

    /// Share of all sequences in `accuracies`; `None` if there are none.
    pub fn share_of<'a>(accuracies: impl Iterator<Item = &'a Self>) -> Option<f64> {
        let (right, of) = accuracies.fold((0, 0), |(r, n), a| (r + a.right, n + a.of));
        (of > 0).then(|| right as f64 / of as f64)
    }
}

/// Accuracy on fresh data for each of the task's measured sizes. Every sequence
/// is the first, second or third line of its document.
pub fn accuracies(task: Task, network: &Reference, seed: u64) -> Vec<Accuracy> {
    // Other numbers than in training, whatever the seed.
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    random.set_stream(1);
    let mut accuracy = |size: usize| Accuracy {
        size,
        trained: task.trained_sizes().contains(&size),
        right: (0..SEQUENCES)
            .filter(|&number| {
                let (before, sequence) = document(task, size, number % 3, &mut random);
                is_right(network, &before, &sequence)
            })
            .count(),
        of: SEQUENCES,
    };
    task.measured_sizes()
        .into_iter()
        .map(&mut accuracy)
        .collect()
}

/// A header and `lines` lines, and then a sequence of size `size`.
pub(super) fn document(
    task: Task,
    size: usize,
    lines: usize,
    random: &mut ChaCha8Rng,
) -> (Vec<u8>, Sequence) {
    let mut before = header(task, random);
    for _ in 0..lines {
        let size = random.random_range(task.trained_sizes());
        before.extend(task.sequence(size, random).text);
    }
    (before, task.sequence(size, random))
}

/// The state after `text`.
pub(super) fn fed(network: &Reference, text: &[u8]) -> State {
    let mut state = State::zeros(network.config());
    network.session().feed(&mut state, text);
    state
}

fn is_right(network: &Reference, before: &[u8], sequence: &Sequence) -> bool {
    let mut state = fed(network, before);
    let (given, determined) = sequence.text.split_at(sequence.determined);
    let mut session = network.session();
    session.feed(&mut state, given);
    determined.iter().all(|&byte| {
        let right = likeliest(&network.logits(&state)) == byte;
        session.feed(&mut state, &[byte]);
        right
    })
}

/// The byte with the largest logit.
fn likeliest(logits: &[f32]) -> u8 {
    let bytes = 0..=u8::MAX;
    let best = bytes.zip(logits).max_by(|(_, a), (_, b)| a.total_cmp(b));
    best.map_or(0, |(byte, _)| byte)
}
