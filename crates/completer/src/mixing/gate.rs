//! The small network that chooses how to mix.

use lstm_format::Fit;

use super::Recipe;
use super::features::{FEATURES, Features};
use crate::perceptron::{linear, numbers, sigmoid, tanh};

/// Units of each of the two hidden layers.
pub const HIDDEN: usize = 32;
/// Numbers the network gives.
pub const OUTPUTS: usize = 4;
/// Weights and biases, layer after layer, each layer's weights first.
const NUMBERS: usize =
    FEATURES * HIDDEN + HIDDEN + HIDDEN * HIDDEN + HIDDEN + HIDDEN * OUTPUTS + OUTPUTS;

// A model's file has room for just these.
const _: () = assert!(NUMBERS == Fit::Gate.length());

/// Two tanh layers over [`Features`], then a [`Recipe`].
#[derive(Clone, Debug)]
pub struct Gate {
    numbers: Vec<f32>,
}

impl Default for Gate {
    /// The gate that is built in.
    fn default() -> Self {
        Self::new(numbers(include_bytes!("gate.bin")))
            .expect("the embedded gate has this build's shape")
    }
}

impl Gate {
    /// A gate from its weights and biases, one row of weights for each input.
    /// `None` if there are too many or too few.
    pub fn new(numbers: Vec<f32>) -> Option<Self> {
        (numbers.len() == NUMBERS && numbers.iter().all(|n| n.is_finite()))
            .then_some(Self { numbers })
    }

    /// Its weights and biases, as [`new`](Self::new) takes them.
    pub fn numbers(&self) -> &[f32] {
        &self.numbers
    }

    /// How to mix where these features were seen.
    pub fn recipe(&self, features: &Features) -> Recipe {
        let (first, rest) = self.numbers.split_at(FEATURES * HIDDEN + HIDDEN);
        let (second, third) = rest.split_at(HIDDEN * HIDDEN + HIDDEN);
        let hidden: [f32; HIDDEN] = linear(first, &features.0);
        let hidden: [f32; HIDDEN] = linear(second, &hidden.map(tanh));
        let [memory, alpha, beta, mixture]: [f32; OUTPUTS] = linear(third, &hidden.map(tanh));
        Recipe {
            memory: sigmoid(memory),
            alpha: 1.5 * sigmoid(alpha),
            beta: 1.5 * sigmoid(beta),
            linear: sigmoid(mixture),
        }
    }
}
