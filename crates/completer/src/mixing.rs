//! One distribution from two: what the LSTM expects and what the memory found.
//!
//! A small gate ([`Gate`]) looks at how sure each is, on how much it rests and
//! how far they agree ([`Features`]), and chooses how to combine them:
//! linearly, `w·m + (1 − w)·l`, which keeps what only one of them knows;
//! log-linearly, `∝ l^α·m^β`, which sharpens where they agree; and how much of
//! each of these. What contexts tell of single bytes ([`Scorer`]) then has its say once
//! more, knowing both. The result is always a distribution and never 0.
//! It is fitted on repositories that neither the LSTM nor any measurement has seen.

mod features;
mod gate;
mod lanes;

pub use features::{FEATURES, Features, WordPlace};
pub use gate::{Gate, HIDDEN, OUTPUTS};

use std::sync::LazyLock;

use code_index::{Prediction, Rows, Scorer};

use crate::perceptron::exponential::{exp, ln};

/// How two distributions are combined for one byte.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Recipe {
    /// `w`: the memory's share of the linear mixture.
    pub memory: f32,
    /// `α`: the LSTM's exponent in the log-linear one.
    pub alpha: f32,
    /// `β`: the memory's exponent.
    pub beta: f32,
    /// The linear mixture's share of the result.
    pub linear: f32,
}

/// What the gate's mixture is scored by; for all models.
static SCORER: LazyLock<Scorer> = LazyLock::new(|| {
    let scorer = Scorer::from_bytes(include_bytes!("mixing/scorer.bin"));
    scorer.expect("the embedded scorer has this build's shape")
});

/// Mixes in place: `log_probs` holds the LSTM's log-probabilities in nats,
/// `[256]`, and then the mixture's.
pub fn mix(gate: &Gate, place: WordPlace, memory: &Prediction, log_probs: &mut [f32; 256]) {
    let lstm = log_probs.map(exp);
    let mut mixed = by_gate(gate, place, memory, log_probs, &lstm);
    SCORER.apply(&byte_rows(memory, &lstm, &mixed), &mut mixed);
    *log_probs = mixed.map(|p| ln(p.max(f32::MIN_POSITIVE)));
}

/// The gate's mixture of what `memory` holds and `lstm` expects, which as logarithms is
/// `log_probs`; all are `[256]`.
pub fn by_gate(
    gate: &Gate,
    place: WordPlace,
    memory: &Prediction,
    log_probs: &[f32; 256],
    lstm: &[f32; 256],
) -> [f32; 256] {
    let found = &memory.probabilities;
    let recipe = gate.recipe(&Features::new(place, memory, lstm));
    let mut product: [f32; 256] = std::array::from_fn(|i| {
        recipe.alpha * log_probs[i].max(-60.0) + recipe.beta * ln(found[i])
    });
    let highest = lanes::highest(&product);
    product = product.map(|value| exp(value - highest));
    let scale = (1.0 - recipe.linear) / lanes::sum(&product);
    std::array::from_fn(|i| {
        let linear = recipe.memory * found[i] + (1.0 - recipe.memory) * lstm[i];
        recipe.linear * linear + scale * product[i]
    })
}

/// What is told of single bytes where `memory` and `lstm` are `mixed`.
pub fn byte_rows(memory: &Prediction, lstm: &[f32; 256], mixed: &[f32; 256]) -> Rows {
    let opinions = [Some(lstm), Some(&memory.probabilities)];
    Rows::new(&memory.followers, mixed, opinions)
}

#[cfg(test)]
mod tests {
    use code_index::{Counts, Layer, Memory, Prefix, PrefixCache, Reader, Stops};
    use proptest::prelude::*;

    use super::*;

    /// A distribution whose bytes are as unlikely as `nats` say, down to
    /// nearly impossible ones.
    fn distribution(nats: &[f32]) -> [f32; 256] {
        let weights: [f32; 256] = std::array::from_fn(|i| (-nats[i]).exp());
        let sum: f32 = weights.iter().sum();
        weights.map(|weight| weight / sum)
    }

    fn nats() -> impl Strategy<Value = Vec<f32>> {
        proptest::collection::vec(0.0..40.0_f32, 256)
    }

    /// What is remembered of `before` at its end.
    fn remembered(before: &[u8]) -> Prediction {
        let known = PrefixCache::default();
        let memory = Memory {
            prefix: &Prefix::new(before, &known),
            workspace: &Layer::new(),
            stops: &Stops::default(),
            scorer: Some(Scorer::built_in()),
        };
        let mut prediction = Prediction::default();
        Reader::new(&memory).predict(&memory, &mut Counts::default(), &mut prediction);
        prediction
    }

    proptest! {
        #[test]
        fn a_mixture_is_a_distribution_and_rules_nothing_out(
            lstm in nats(), before in "((let|if|a|b)( |\\(|\\)|;|\n)){0,60}",
        ) {
            let mut log_probs = distribution(&lstm).map(f32::ln);
            let place = WordPlace::after(before.as_bytes());
            mix(&Gate::default(), place, &remembered(before.as_bytes()), &mut log_probs);
            let sum: f64 = log_probs.iter().map(|&l| f64::from(l).exp()).sum();
            prop_assert!((sum - 1.0).abs() < 1e-5, "{sum}");
            prop_assert!(log_probs.iter().all(|l| l.is_finite()));
        }

        #[test]
        fn so_is_one_with_a_memory_that_rules_much_out(
            lstm in nats(), found in nats(), before in "[a-z ]{0,8}", unseen in 0.0..1.0_f32,
        ) {
            let mut memory = Prediction {
                probabilities: distribution(&found).map(|p| p.max(1e-7)),
                ..Prediction::default()
            };
            memory.evidence.unseen = unseen;
            let mut log_probs = distribution(&lstm).map(f32::ln);
            let place = WordPlace::after(before.as_bytes());
            mix(&Gate::default(), place, &memory, &mut log_probs);
            let sum: f64 = log_probs.iter().map(|&l| f64::from(l).exp()).sum();
            prop_assert!((sum - 1.0).abs() < 1e-5, "{sum}");
            prop_assert!(log_probs.iter().all(|l| l.is_finite()));
        }
    }
}
