//! The small network that chooses how to mix.

use super::Recipe;
use super::features::{FEATURES, Features};

/// Units of each of the two hidden layers.
pub const HIDDEN: usize = 32;
/// Numbers the network gives.
pub const OUTPUTS: usize = 4;
/// Weights and biases, layer after layer, each layer's weights first.
const NUMBERS: usize =
    FEATURES * HIDDEN + HIDDEN + HIDDEN * HIDDEN + HIDDEN + HIDDEN * OUTPUTS + OUTPUTS;

/// Two tanh layers over [`Features`], then a [`Recipe`].
#[derive(Clone, Debug)]
pub struct Gate {
    numbers: Vec<f32>,
}

impl Default for Gate {
    /// The gate fitted to the shipped models.
    fn default() -> Self {
        let numbers = include_bytes!("gate.bin").chunks_exact(4);
        let numbers = numbers.map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]]));
        Self::new(numbers.collect()).expect("the embedded gate has this build's shape")
    }
}

impl Gate {
    /// A gate from its weights and biases, one row of weights for each input.
    /// `None` if there are too many or too few.
    pub fn new(numbers: Vec<f32>) -> Option<Self> {
        (numbers.len() == NUMBERS && numbers.iter().all(|n| n.is_finite()))
            .then_some(Self { numbers })
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

/// `numbers` holds weights `[inputs.len(), N]`, then biases `[N]`.
fn linear<const N: usize>(numbers: &[f32], inputs: &[f32]) -> [f32; N] {
    let (weights, biases) = numbers.split_at(N * inputs.len());
    let mut outputs = [0.0; N];
    outputs.copy_from_slice(biases);
    for (row, input) in weights.chunks_exact(N).zip(inputs) {
        for (output, weight) in outputs.iter_mut().zip(row) {
            *output += weight * input;
        }
    }
    outputs
}

fn tanh(x: f32) -> f32 {
    2.0 * sigmoid(2.0 * x) - 1.0
}

fn sigmoid(x: f32) -> f32 {
    // `exp` wants what is not positive.
    let e = super::exp(-x.abs());
    if x >= 0.0 {
        1.0 / (1.0 + e)
    } else {
        e / (1.0 + e)
    }
}
