//! How much speaks for a fault: a small network over [`Evidence`].
//!
//! It is fitted on seeded faults in repositories that neither the LSTM nor any
//! measurement has seen (`fit surprise`).

use lstm_format::Fit;

use super::evidence::{EVIDENCE, Evidence};
use crate::perceptron::{linear, numbers, tanh};

/// Hidden units.
pub const HIDDEN: usize = 32;
/// Weights and biases, layer after layer, each layer's weights first.
const NUMBERS: usize = EVIDENCE * HIDDEN + HIDDEN + HIDDEN + 1;

// A model's file has room for just these.
const _: () = assert!(NUMBERS == Fit::Surprise.length());

/// One tanh layer over [`Evidence`], then a score.
#[derive(Clone, Debug)]
pub struct Scale {
    numbers: Vec<f32>,
}

impl Default for Scale {
    /// The scale that is built in.
    fn default() -> Self {
        Self::new(numbers(include_bytes!("scale.bin")))
            .expect("the embedded scale has this build's shape")
    }
}

impl Scale {
    /// A scale from its weights and biases, one row of weights for each input.
    /// `None` if there are too many or too few.
    pub fn new(numbers: Vec<f32>) -> Option<Self> {
        (numbers.len() == NUMBERS && numbers.iter().all(|n| n.is_finite()))
            .then_some(Self { numbers })
    }

    /// Its weights and biases, as [`new`](Self::new) takes them.
    pub fn numbers(&self) -> &[f32] {
        &self.numbers
    }

    /// Log-odds in nats that this token is the fault of a text rather than one
    /// that is just worth showing.
    pub fn score(&self, evidence: &Evidence) -> f32 {
        let (first, second) = self.numbers.split_at(EVIDENCE * HIDDEN + HIDDEN);
        let hidden: [f32; HIDDEN] = linear(first, &evidence.0);
        let [score] = linear(second, &hidden.map(tanh));
        score
    }
}
