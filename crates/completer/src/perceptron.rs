//! Layers of the small networks that are fitted: the gate of the mixture and the
//! scale of surprises. Must not know what they decide.

pub(crate) mod exponential;

use exponential::exp;

/// The numbers in the bytes of a fitted file, little-endian f32.
pub(crate) fn numbers(bytes: &[u8]) -> Vec<f32> {
    let numbers = bytes.chunks_exact(4);
    let numbers = numbers.map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]]));
    numbers.collect()
}

/// `numbers` holds weights `[inputs.len(), N]`, then biases `[N]`.
pub(crate) fn linear<const N: usize>(numbers: &[f32], inputs: &[f32]) -> [f32; N] {
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

pub(crate) fn tanh(x: f32) -> f32 {
    2.0 * sigmoid(2.0 * x) - 1.0
}

pub(crate) fn sigmoid(x: f32) -> f32 {
    // `exp` wants what is not positive.
    let e = exp(-x.abs());
    if x >= 0.0 {
        1.0 / (1.0 + e)
    } else {
        e / (1.0 + e)
    }
}
