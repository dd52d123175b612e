//! What was fitted to a model beside its weights: how its distribution is mixed with
//! the memory's, and what is read from it.
//!
//! Owns the names, lengths and ranges of these numbers; what they mean is the
//! completer's business. Each may be missing: the completer then takes what is built
//! in. They are stored as f32 at every precision, so that they come back to the bit.

use std::collections::BTreeMap;

use crate::error::FormatError;

/// The first format that has them.
pub(crate) const SINCE_VERSION: u32 = 2;

/// Numbers of each fit of a model. A kind of fit whose shape changes gets another
/// name, so that a length is the same in every file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Fits(BTreeMap<Fit, Vec<f32>>);

/// A kind of fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fit {
    /// Weights of the network that chooses how to mix LSTM and memory: three linear
    /// layers, 26 → 32 → 32 → 4, each its weights `[inputs, outputs]`, then its biases.
    Gate,
    /// Probabilities of trusting a count, by what is known of it: `[2, 3, 13, 7, 5]`.
    Stops,
    /// What is added to the log-odds, in nats, of a name that stands after the cursor,
    /// and of one that does not.
    Names,
    /// Weights of the network that scores surprises: two linear layers, 36 → 32 → 1,
    /// as in the gate.
    Surprise,
}

impl Fit {
    /// Every kind, in the order of a file.
    pub const ALL: [Self; 4] = [Self::Gate, Self::Stops, Self::Names, Self::Surprise];

    /// The name of its tensor.
    pub fn name(self) -> &'static str {
        match self {
            Self::Gate => "fit.gate",
            Self::Stops => "fit.stops",
            Self::Names => "fit.names",
            Self::Surprise => "fit.surprise",
        }
    }

    /// How many numbers it has.
    pub const fn length(self) -> usize {
        match self {
            Self::Gate => 27 * 32 + 33 * 32 + 33 * 4,
            Self::Stops => 2 * 3 * 13 * 7 * 5,
            Self::Names => 2,
            Self::Surprise => 37 * 32 + 33,
        }
    }

    /// What each of its numbers is above and below.
    fn range(self) -> (f32, f32) {
        match self {
            Self::Gate | Self::Surprise => (-1e6, 1e6),
            // At 0 or 1 some byte would be impossible.
            Self::Stops => (0.0, 1.0),
            // Beyond that odds of 1 in a hundred million would be turned around.
            Self::Names => (-20.0, 20.0),
        }
    }

    /// Whether `numbers` may be this fit.
    ///
    /// # Errors
    /// [`FormatError::Shape`] if there are too many or too few, [`FormatError::Range`]
    /// names the first that is out of range.
    pub fn check(self, numbers: &[f32]) -> Result<(), FormatError> {
        if numbers.len() != self.length() {
            return Err(FormatError::Shape {
                name: self.name().to_owned(),
                got: vec![numbers.len()],
                expected: vec![self.length()],
            });
        }
        let (low, high) = self.range();
        let inside = |value: f32| value > low && value < high;
        match numbers.iter().position(|&value| !inside(value)) {
            None => Ok(()),
            Some(index) => Err(FormatError::Range {
                name: self.name().to_owned(),
                index,
                value: numbers[index],
                low,
                high,
            }),
        }
    }
}

impl Fits {
    /// No fits.
    pub const NONE: &'static Self = &Self(BTreeMap::new());

    /// The numbers of `fit`, if the model has them.
    pub fn get(&self, fit: Fit) -> Option<&[f32]> {
        self.0.get(&fit).map(Vec::as_slice)
    }

    /// Makes `numbers` those of `fit`.
    ///
    /// # Errors
    /// As [`Fit::check`].
    pub fn set(&mut self, fit: Fit, numbers: Vec<f32>) -> Result<(), FormatError> {
        fit.check(&numbers)?;
        self.0.insert(fit, numbers);
        Ok(())
    }

    /// Those that there are, in the order of [`Fit::ALL`].
    pub fn each(&self) -> impl Iterator<Item = (Fit, &[f32])> {
        self.0
            .iter()
            .map(|(fit, numbers)| (*fit, numbers.as_slice()))
    }
}
