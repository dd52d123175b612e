//! How much what is told of a byte speaks for it.

use std::sync::LazyLock;

use super::rows::{INPUTS, Rows, VALUES};

/// Units of the hidden layer.
pub const UNITS: usize = 32;
/// Numbers kept for each value: the units', and one that goes straight to the score.
pub const WIDTH: usize = UNITS + 1;
/// All numbers: of each value, the units' biases, their weights in the score.
pub const NUMBERS: usize = VALUES * WIDTH + UNITS + UNITS;

/// A score is at most so many nats above or below 0.
const MOST: f32 = 12.0;
/// Built-in numbers are stored in so many parts of 1.
const PARTS: f32 = 2048.0;

/// A network that scores bytes, in nats: every value of every input has a vector, their
/// sums are the units of one hidden layer, the score is what it and the values say. The
/// probability by counts is multiplied by its exponential and all are brought to a sum of 1
/// again: a log-linear mixture, as the compressors of the PAQ family have (Mahoney 2005),
/// but of whole bytes, and fitted instead of adapted.
#[derive(Clone, Debug)]
pub struct Scorer {
    numbers: Vec<f32>,
}

/// The one that is built in.
static BUILT_IN: LazyLock<Scorer> = LazyLock::new(|| {
    let scorer = Scorer::from_bytes(include_bytes!("scorer.bin"));
    scorer.expect("the embedded scorer has this build's shape")
});

impl Scorer {
    /// The one that is built in, for all languages.
    pub fn built_in() -> &'static Self {
        &BUILT_IN
    }

    /// A scorer from its [`NUMBERS`] numbers: vectors `[VALUES, WIDTH]`, the units' biases
    /// `[UNITS]` and their weights in the score `[UNITS]`. `None` if there are more or fewer,
    /// or one of them is not finite.
    pub fn new(numbers: Vec<f32>) -> Option<Self> {
        (numbers.len() == NUMBERS && numbers.iter().all(|n| n.is_finite()))
            .then_some(Self { numbers })
    }

    /// One to begin a fit with: nothing speaks for any byte.
    pub fn flat() -> Self {
        Self {
            numbers: vec![0.0; NUMBERS],
        }
    }

    /// Its numbers, as [`new`](Self::new) takes them.
    pub fn numbers(&self) -> &[f32] {
        &self.numbers
    }

    /// A scorer as [`to_bytes`](Self::to_bytes) gives it; `None` if it has another shape.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (parts, []) = bytes.as_chunks::<2>() else {
            return None;
        };
        let numbers = parts.iter().map(|&b| f32::from(i16::from_le_bytes(b)));
        Self::new(numbers.map(|part| part / PARTS).collect())
    }

    /// As it is built in: signed little-endian 16-bit numbers of 2048ths.
    pub fn to_bytes(&self) -> Vec<u8> {
        let parts = self.numbers.iter().map(|n| (n * PARTS).round() as i16);
        parts.flat_map(i16::to_le_bytes).collect()
    }

    fn score(&self, values: &[u16; INPUTS]) -> f32 {
        let (vectors, rest) = self.numbers.split_at(VALUES * WIDTH);
        let (biases, weights) = rest.split_at(UNITS);
        let mut units = [0.0_f32; UNITS];
        units.copy_from_slice(biases);
        let mut score = 0.0;
        for &value in values {
            let vector = &vectors[usize::from(value) * WIDTH..][..WIDTH];
            for (unit, number) in units.iter_mut().zip(vector) {
                *unit += number;
            }
            score += vector[UNITS];
        }
        for (unit, weight) in units.iter().zip(weights) {
            // x/√(1 + x²): a sigmoid that needs no exponential.
            score += weight * unit / (1.0 + unit * unit).sqrt();
        }
        score.clamp(-MOST, MOST)
    }

    /// Multiplies the probabilities of the bytes in `rows`, and of the rest, by what
    /// speaks for them; their sum stays 1.
    pub fn apply(&self, rows: &Rows, probabilities: &mut [f32; 256]) {
        if rows.bytes.is_empty() {
            return;
        }
        let scores: Vec<f32> = rows
            .values
            .iter()
            .map(|values| self.score(values))
            .collect();
        let (of_bytes, of_rest) = scores.split_at(rows.bytes.len());
        let factors: Vec<f32> = of_bytes
            .iter()
            .map(|score| libm::expf(score - of_rest[0]))
            .collect();
        for (&byte, factor) in rows.bytes.iter().zip(factors) {
            probabilities[usize::from(byte)] *= factor;
        }
        let sum: f64 = probabilities.iter().map(|&p| f64::from(p)).sum();
        let scale = (1.0 / sum) as f32;
        for probability in probabilities {
            *probability *= scale;
        }
    }
}
