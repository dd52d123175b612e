//! What changes when a unit is held, or pushed at every step, while the model
//! goes on writing? Two samples with the same random numbers, one as the model
//! is and one steered: they differ only because of the change.

use lstm_format::{State, VOCABULARY_SIZE, document_header};
use lstm_runtime::Change;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use serde::Serialize;

use crate::pause::pause;
use crate::reading::{Document, feed};
use crate::subject::{Subject, Unit};

/// Bytes that are written at once.
const WRITTEN: usize = 16;

/// How to write on.
#[derive(Clone, Debug, PartialEq)]
pub struct Steering {
    /// Where, in bytes.
    pub at: usize,
    /// How many bytes.
    pub length: usize,
    /// Divides the log-probabilities; 0 takes the likeliest byte.
    pub temperature: f32,
    /// Seed of the random numbers.
    pub seed: u64,
    /// What is changed at every step, from the byte before `at` on.
    pub changes: Vec<Change>,
    /// The signal that is written down beside the text.
    pub watched: Unit,
}

/// A sample, and what the watched signal was at each of its bytes.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Sample {
    /// Its bytes as text; what is not UTF-8 is replaced.
    pub text: String,
    /// The signal once each byte is read, `[bytes]`.
    pub values: Vec<f32>,
}

/// Both samples.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Steered {
    /// As the model is.
    pub plain: Sample,
    /// With the changes.
    pub changed: Sample,
    /// Bytes at the start that are the same.
    pub same: usize,
    /// Over these bytes of the plain sample, how many bits a byte costs more
    /// with the changes than without.
    pub extra_bits: f64,
}

/// Writes on from a place in `document`, with and without the changes.
pub async fn steer(subject: &Subject, document: &Document, steering: &Steering) -> Steered {
    let mut writer = Writer::new(subject, document, steering).await;
    let (plain, bits) = writer.write(&[], None).await;
    let (changed, _) = writer.write(&steering.changes, None).await;
    let (_, changed_bits) = writer.write(&steering.changes, Some(&plain.0)).await;
    let pairs = plain.0.iter().zip(&changed.0);
    let same = pairs.take_while(|(a, b)| a == b).count();
    let sample = |(bytes, values): (Vec<u8>, Vec<f32>)| Sample {
        text: String::from_utf8_lossy(&bytes).into_owned(),
        values,
    };
    Steered {
        extra_bits: (changed_bits - bits) / steering.length.max(1) as f64,
        plain: sample(plain),
        changed: sample(changed),
        same,
    }
}

struct Writer<'a> {
    subject: &'a Subject,
    steering: &'a Steering,
    /// The state before the last byte in front of the place, and that byte.
    start: State,
    last: u8,
}

impl<'a> Writer<'a> {
    async fn new(subject: &'a Subject, document: &Document, steering: &'a Steering) -> Self {
        let config = subject.config();
        let text = &document.text.as_bytes()[..steering.at];
        let from = config.window_rule().start(text, 0);
        let mut bytes = document_header(&config.language, &document.name);
        bytes.extend_from_slice(&text[from..]);
        let last = bytes.pop().expect("a header ends in a line end");
        let mut start = State::zeros(config);
        let mut session = subject.tracer().trace_session();
        feed(&mut *session, &mut start, &bytes).await;
        Self {
            subject,
            steering,
            start,
            last,
        }
    }

    /// Writes, or reads `given` instead; bytes and values, and what the bytes
    /// cost in bits.
    async fn write(
        &mut self,
        changes: &[Change],
        given: Option<&[u8]>,
    ) -> ((Vec<u8>, Vec<f32>), f64) {
        let Steering {
            length,
            temperature,
            seed,
            watched,
            ..
        } = *self.steering;
        let tracer = self.subject.tracer();
        let mut session = tracer.trace_session();
        let mut record = tracer.new_record();
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let mut state = self.start.clone();
        let mut log_probs = [0.0; VOCABULARY_SIZE];
        let (mut bytes, mut values) = (Vec::new(), Vec::new());
        let mut bits = 0.0;
        session.trace(&mut state, &[self.last], changes, &mut record);
        for index in 0..length {
            session.log_probs(&state, &mut log_probs);
            let byte = match given {
                Some(given) => given[index],
                None => draw(&log_probs, temperature, share(&mut random)),
            };
            bits -= f64::from(log_probs[usize::from(byte)]) / std::f64::consts::LN_2;
            session.trace(&mut state, &[byte], changes, &mut record);
            let units = record.units(0, watched.layer, watched.signal);
            values.extend(units.map(|units| units[watched.unit]));
            bytes.push(byte);
            if bytes.len().is_multiple_of(WRITTEN) {
                pause().await;
            }
        }
        ((bytes, values), bits)
    }
}

/// A number in [0, 1), in steps of 2⁻²⁴.
fn share(random: &mut ChaCha8Rng) -> f32 {
    (random.next_u32() >> 8) as f32 / (1 << 24) as f32
}

/// The byte at the share `place` of the probability, in [0, 1).
fn draw(log_probs: &[f32; VOCABULARY_SIZE], temperature: f32, place: f32) -> u8 {
    let likeliest = (0..=u8::MAX)
        .max_by(|&a, &b| log_probs[usize::from(a)].total_cmp(&log_probs[usize::from(b)]));
    let likeliest = likeliest.unwrap_or_default();
    if temperature <= 0.0 {
        return likeliest;
    }
    let top = log_probs[usize::from(likeliest)];
    let weights = log_probs.map(|log_prob| ((log_prob - top) / temperature).exp());
    let mut left = place * weights.iter().sum::<f32>();
    for byte in 0..=u8::MAX {
        left -= weights[usize::from(byte)];
        if left < 0.0 {
            return byte;
        }
    }
    likeliest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_drawn_by_their_share() {
        let mut log_probs = [f32::NEG_INFINITY; VOCABULARY_SIZE];
        log_probs[usize::from(b'a')] = 0.25_f32.ln();
        log_probs[usize::from(b'b')] = 0.75_f32.ln();
        assert_eq!(draw(&log_probs, 1.0, 0.2), b'a');
        assert_eq!(draw(&log_probs, 1.0, 0.3), b'b');
        assert_eq!(draw(&log_probs, 0.0, 0.2), b'b');
        // A lower temperature makes the likeliest byte likelier still.
        assert_eq!(draw(&log_probs, 0.2, 0.2), b'b');
    }
}
