//! What the gate sees.

use code_index::Prediction;

use super::lanes;
use crate::perceptron::exponential::ln;

/// How many numbers the gate sees.
pub const FEATURES: usize = 26;

/// What can be told of a prediction by the LSTM and one by the memory, each
/// number roughly in [−1, 1].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Features(pub [f32; FEATURES]);

/// Where in a word the next byte stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WordPlace {
    /// Bytes of the word so far.
    length: usize,
    /// The byte before.
    previous: u8,
}

impl WordPlace {
    /// The place after `text`.
    pub fn after(text: &[u8]) -> Self {
        let from = text.len().saturating_sub(64);
        text[from..]
            .iter()
            .fold(Self::default(), |place, &byte| place.then(byte))
    }

    /// The place one byte on.
    pub fn then(self, byte: u8) -> Self {
        Self {
            length: if language::is_word_byte(byte) {
                self.length + 1
            } else {
                0
            },
            previous: byte,
        }
    }
}

impl Features {
    /// `lstm` holds probabilities, `[256]`.
    pub fn new(place: WordPlace, memory: &Prediction, lstm: &[f32; 256]) -> Self {
        let found = &memory.probabilities;
        let (lstm_best, lstm_max, lstm_entropy) = shape(lstm);
        let (memory_best, memory_max, memory_entropy) = shape(found);
        let overlap = lanes::sum(&std::array::from_fn(|i| lstm[i].min(found[i])));
        let mut features = [0.0; FEATURES];
        let mut next = features.iter_mut();
        let mut push = |value: f32| {
            if let Some(slot) = next.next() {
                *slot = value;
            }
        };
        push(lstm_max);
        push(memory_max);
        push(lstm_entropy / 4.0);
        push(memory_entropy / 4.0);
        push(lstm[memory_best]);
        push(found[lstm_best]);
        push((ln(lstm[memory_best].max(1e-6)) + 3.0) / 6.0);
        push((ln(found[lstm_best].max(1e-6)) + 3.0) / 6.0);
        push(f32::from(u8::from(lstm_best == memory_best)));
        push(overlap);
        push((ln(memory.evidence.unseen.max(1e-4)) + 5.0) / 5.0);
        for layer in memory.evidence.layers {
            push(layer.order as f32 / 16.0 - 1.0);
            push(libm::logf(layer.order as f32 + 1.0) / 3.5);
            push(libm::logf(layer.total as f32 + 1.0) / 6.0);
            push(libm::logf(layer.distinct as f32 + 1.0) / 3.0);
            // A word that was seen from its first letter.
            push(f32::from(u8::from(layer.order > place.length)));
        }
        push(place.length.min(16) as f32 / 16.0);
        push(f32::from(u8::from(place.length == 0)));
        push(f32::from(u8::from(place.previous == b' ')));
        push(f32::from(u8::from(place.previous == b'\n')));
        push(f32::from(u8::from(b".:(&".contains(&place.previous))));
        Self(features)
    }
}

/// The likeliest byte, its probability, and the entropy in nats.
fn shape(probabilities: &[f32; 256]) -> (usize, f32, f32) {
    let highest = lanes::highest(probabilities);
    let best = probabilities.iter().position(|&p| p == highest);
    let entropy = -lanes::sum(&probabilities.map(|p| p * ln(p.max(1e-12))));
    (best.unwrap_or_default(), highest, entropy)
}
