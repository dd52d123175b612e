//! Temperature, top-k and top-p.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use crate::options::Options;

/// Weights below e⁻³⁰ of the largest are taken as 0: all 256 together would be
/// drawn once in 10¹⁰ bytes.
const NEGLIGIBLE: f32 = 30.0;

/// Turns log-probabilities into weights to draw from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sampler {
    temperature: f32,
    top_p: f32,
    top_k: usize,
}

impl Sampler {
    pub(super) fn new(options: &Options) -> Self {
        Self {
            // `max` makes a NaN 0, as it does what is negative.
            temperature: options.temperature.max(0.0),
            top_p: options.top_p,
            top_k: options.top_k,
        }
    }

    /// The bytes of `choices` (with log-probabilities in nats) that may be drawn,
    /// likeliest first, each with the sum of its own and all earlier weights.
    pub(super) fn cumulative_weights(self, mut choices: Vec<(u8, f32)>) -> Vec<(u8, f64)> {
        let best = choices
            .iter()
            .map(|choice| choice.1)
            .fold(f32::NEG_INFINITY, f32::max);
        // Most bytes are far too unlikely to be drawn, and need no sorting.
        let floor = best - NEGLIGIBLE * self.temperature;
        choices.retain(|choice| choice.1 >= floor);
        choices.sort_unstable_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        if self.top_k > 0 {
            choices.truncate(self.top_k);
        }
        if self.temperature == 0.0 {
            choices.truncate(1);
        }
        let mut sum = 0.0;
        let mut weights: Vec<(u8, f64)> = Vec::with_capacity(choices.len());
        for (byte, log_prob) in choices {
            let below = f64::from(log_prob) - f64::from(best);
            sum += if below == 0.0 {
                1.0
            } else {
                libm::exp(below / f64::from(self.temperature))
            };
            weights.push((byte, sum));
        }
        let nucleus = sum * f64::from(self.top_p);
        let inside = weights
            .iter()
            .take_while(|&&(_, upto)| upto < nucleus)
            .count();
        weights.truncate(inside + 1);
        weights
    }
}

/// How one candidate's bytes are chosen.
pub(super) enum Lane {
    /// The likeliest byte each time.
    Likeliest,
    /// Drawn by weight with random numbers of its own.
    Drawing(Box<ChaCha8Rng>),
}

impl Lane {
    /// A lane that draws from stream `lane` of the generator seeded with `seed`,
    /// whatever other lanes draw.
    pub(super) fn drawing(seed: u64, lane: usize) -> Self {
        let mut stream = ChaCha8Rng::seed_from_u64(seed);
        stream.set_stream(lane as u64);
        Self::Drawing(Box::new(stream))
    }

    /// The next byte, from cumulative weights, likeliest first and not empty.
    pub(super) fn choose(&mut self, weights: &[(u8, f64)]) -> u8 {
        match self {
            Self::Likeliest => weights[0].0,
            Self::Drawing(stream) => {
                let unit = (stream.next_u64() >> 11) as f64 / (1_u64 << 53) as f64;
                let last = weights[weights.len() - 1];
                let chosen = weights.iter().find(|&&(_, upto)| unit * last.1 < upto);
                chosen.unwrap_or(&last).0
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(options: Options) -> Vec<u8> {
        let probabilities = [(b'a', 0.1_f32), (b'b', 0.5), (b'c', 0.3), (b'd', 0.1)];
        let choices = probabilities.map(|(byte, p)| (byte, p.ln())).to_vec();
        let weights = Sampler::new(&options).cumulative_weights(choices);
        weights.into_iter().map(|(byte, _)| byte).collect()
    }

    fn options(temperature: f32, top_p: f32, top_k: usize) -> Options {
        Options {
            temperature,
            top_p,
            top_k,
            ..Options::default()
        }
    }

    #[test]
    fn top_k_and_top_p_keep_the_likeliest() {
        assert_eq!(bytes(options(1.0, 1.0, 0)), b"bcad");
        assert_eq!(bytes(options(1.0, 1.0, 3)), b"bca");
        assert_eq!(bytes(options(1.0, 0.7, 0)), b"bc");
        assert_eq!(bytes(options(1.0, 0.0, 0)), b"b");
    }

    #[test]
    fn no_temperature_is_greedy() {
        assert_eq!(bytes(options(0.0, 1.0, 0)), b"b");
        assert_eq!(bytes(options(f32::NAN, 1.0, 0)), b"b");
    }

    #[test]
    fn draws_follow_the_probabilities_at_the_temperature() {
        let choices = vec![(b'x', 0.8_f32.ln()), (b'y', 0.2_f32.ln())];
        let sampler = Sampler::new(&options(0.5, 1.0, 0));
        let weights = sampler.cumulative_weights(choices);
        let mut lane = Lane::drawing(1, 2);
        let drawn = (0..10_000)
            .filter(|_| lane.choose(&weights) == b'x')
            .count();
        // 0.8² / (0.8² + 0.2²) = 0.941
        assert!((9_330..9_490).contains(&drawn), "{drawn}");
    }
}
