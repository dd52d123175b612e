//! Documents that a model writes from nothing, many side by side.
//!
//! The state is carried from the header to the end of the document. Must not
//! know what a good document is: `verbatim` and `structure` look at them.

use lstm_format::{DOCUMENT_SEPARATOR, Engine, State, VOCABULARY_SIZE, document_header};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

pub mod structure;
pub mod verbatim;

/// How documents are drawn.
#[derive(Clone, Copy, Debug)]
pub struct Drawing {
    /// Below 1 keeps to what is likely, 1 is the model's own distribution.
    pub temperature: f32,
    /// Most bytes of a document.
    pub bytes: usize,
    /// Document `i` is drawn with seed `seed + i`, so that it does not depend on
    /// how many others there are.
    pub seed: u64,
}

/// A document that was drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sample {
    /// File name the model was told.
    pub file_name: String,
    /// What was there before and what was written.
    pub text: Vec<u8>,
    /// Whether the model ended the document itself.
    pub ended: bool,
}

/// Draws one document for each of `file_names`, each going on from `prefix`.
/// `progress` is told how many bytes of each have been drawn.
pub fn draw(
    engine: &dyn Engine,
    file_names: &[String],
    prefix: &[u8],
    drawing: Drawing,
    mut progress: impl FnMut(usize),
) -> Vec<Sample> {
    let mut session = engine.session();
    let language = &engine.config().language;
    let mut samples = Vec::with_capacity(file_names.len());
    let mut states = Vec::with_capacity(file_names.len());
    let mut randoms = Vec::with_capacity(file_names.len());
    for (file_name, seed) in file_names.iter().zip(drawing.seed..) {
        let mut state = State::zeros(engine.config());
        session.feed(&mut state, &document_header(language, file_name));
        session.feed(&mut state, prefix);
        states.push(state);
        randoms.push(ChaCha8Rng::seed_from_u64(seed));
        samples.push(Sample {
            file_name: file_name.clone(),
            text: prefix.to_vec(),
            ended: false,
        });
    }
    let mut log_probs = [0.0; VOCABULARY_SIZE];
    // Documents still being written, and the byte each goes on with.
    let mut writing: Vec<usize> = (0..samples.len()).collect();
    for drawn in 0..drawing.bytes {
        let mut bytes = Vec::with_capacity(writing.len());
        writing.retain(|&lane| {
            session.log_probs(&states[lane], &mut log_probs);
            let byte = byte_at(&log_probs, drawing.temperature, randoms[lane].random());
            if byte == DOCUMENT_SEPARATOR {
                samples[lane].ended = true;
                return false;
            }
            samples[lane].text.push(byte);
            bytes.push(byte);
            true
        });
        if writing.is_empty() {
            break;
        }
        let mut going: Vec<State> = (writing.iter())
            .map(|&lane| {
                std::mem::replace(
                    &mut states[lane],
                    State {
                        h: vec![],
                        c: vec![],
                    },
                )
            })
            .collect();
        session.step(&mut going, &bytes);
        for (&lane, state) in writing.iter().zip(going) {
            states[lane] = state;
        }
        progress(drawn + 1);
    }
    samples
}

/// The byte at quantile `uniform`, in [0, 1), of the distribution at
/// `temperature`; never one of probability 0.
fn byte_at(log_probs: &[f32; VOCABULARY_SIZE], temperature: f32, uniform: f32) -> u8 {
    let highest = log_probs.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    // Otherwise all of them would vanish where it is cold and nothing is likely.
    let weights = log_probs.map(|l| ((l - highest) / temperature).exp());
    let mut left = uniform * weights.iter().sum::<f32>();
    let mut last = 0;
    for (byte, weight) in (0..=255).zip(weights).filter(|(_, weight)| *weight > 0.0) {
        left -= weight;
        last = byte;
        if left < 0.0 {
            break;
        }
    }
    // Rounding may leave a little of the last one.
    last
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_follow_the_distribution() {
        let mut log_probs = [f32::NEG_INFINITY; 256];
        log_probs[7] = 0.25_f32.ln();
        log_probs[9] = 0.75_f32.ln();
        assert_eq!(byte_at(&log_probs, 1.0, 0.2), 7);
        assert_eq!(byte_at(&log_probs, 1.0, 0.3), 9);
        assert_eq!(byte_at(&log_probs, 1.0, 0.0), 7);
        assert_eq!(byte_at(&log_probs, 1.0, 1.0), 9);
        assert_eq!(byte_at(&log_probs.map(|l| l - 3.0), 0.01, 0.5), 9);
        // At temperature 0.5 the odds 1:3 become 1:9.
        assert_eq!(byte_at(&log_probs, 0.5, 0.12), 9);
    }
}
