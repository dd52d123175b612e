//! What is fitted beside a model's weights, ready to use: what the model's file
//! brings, and what is built in where it brings nothing.
//!
//! Built in is what was fitted to the first Rust model.

use code_index::Stops;
use lstm_format::{Fit, Fits};

use crate::mixing::Gate;
use crate::names_after::NameWeights;
use crate::surprise::Scale;

// A model's file has room for just these.
const _: () = assert!(Stops::ENTRIES == Fit::Stops.length());

/// All that completions and surprises rest on beside the weights.
#[derive(Clone, Debug, Default)]
pub struct Fitted {
    /// How memory and LSTM are mixed.
    pub gate: Gate,
    /// When counts are trusted.
    pub stops: Stops,
    /// What names after the cursor say.
    pub names: NameWeights,
    /// What speaks for a fault.
    pub scale: Scale,
}

impl Fitted {
    /// What `fits` brings, and what is built in for the rest.
    pub fn of(fits: &Fits) -> Self {
        let numbers = |fit| fits.get(fit).map(<[f32]>::to_vec);
        let names = fits.get(Fit::Names).and_then(NameWeights::new);
        Self {
            gate: numbers(Fit::Gate).and_then(Gate::new).unwrap_or_default(),
            stops: numbers(Fit::Stops).and_then(Stops::new).unwrap_or_default(),
            names: names.unwrap_or_default(),
            scale: numbers(Fit::Surprise)
                .and_then(Scale::new)
                .unwrap_or_default(),
        }
    }

    /// The same as a model's file has them.
    pub fn to_fits(&self) -> Fits {
        let mut fits = Fits::default();
        let names = self.names.numbers();
        for (fit, numbers) in [
            (Fit::Gate, self.gate.numbers()),
            (Fit::Stops, self.stops.numbers()),
            (Fit::Names, &names[..]),
            (Fit::Surprise, self.scale.numbers()),
        ] {
            let kept = fits.set(fit, numbers.to_vec());
            kept.expect("what is in use has the format's shape and range");
        }
        fits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_built_in_comes_back_from_a_model_to_the_bit() {
        let fits = Fitted::default().to_fits();
        let again = Fitted::of(&fits);
        assert_eq!(again.to_fits(), fits);
        assert_eq!(again.names, NameWeights::default());
        assert_eq!(Fitted::of(Fits::NONE).to_fits(), fits);
    }

    #[test]
    fn what_a_model_brings_is_used_and_the_rest_is_built_in() {
        let mut fits = Fits::default();
        fits.set(Fit::Names, vec![1.5, -0.5]).unwrap();
        fits.set(Fit::Stops, vec![0.25; Fit::Stops.length()])
            .unwrap();
        let all = Fitted::of(&fits).to_fits();
        for fit in [Fit::Names, Fit::Stops] {
            assert_eq!(all.get(fit), fits.get(fit));
        }
        let built_in = Fitted::default().to_fits();
        assert_eq!(all.get(Fit::Gate), built_in.get(Fit::Gate));
    }
}
