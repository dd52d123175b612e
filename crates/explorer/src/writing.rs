//! A model that writes on from a place in a text, byte by byte, until it ends the text
//! itself or has written as much as was asked for.

use std::ops::ControlFlow;

use lstm_format::{DOCUMENT_SEPARATOR, State, VOCABULARY_SIZE};
use lstm_runtime::Change;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use crate::pause::pause;
use crate::reading::{Document, bits, feed, header};
use crate::subject::{Subject, Unit};

/// Bytes that are written at once.
const AT_ONCE: usize = 16;

/// How bytes are drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Drawing {
    /// Most bytes.
    pub length: usize,
    /// Divides the log-probabilities; 0 takes the likeliest byte.
    pub temperature: f32,
    /// Only the likeliest bytes are drawn that have this share of the probability
    /// together, at that temperature; 1 draws all (Holtzman et al., 2020).
    pub top_p: f32,
    /// Seed of the random numbers.
    pub seed: u64,
}

/// A byte that was written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Written {
    /// The byte.
    pub byte: u8,
    /// The watched signal once it is read.
    pub value: f32,
    /// How unexpected it was, in bits: −log₂ of its probability, as the model has it.
    pub surprise: f32,
}

/// Writes on behind the byte `at` of `document` and gives each byte to `each`, with what
/// `watched` is there, until that breaks or the model ends the text.
pub async fn write(
    subject: &Subject,
    document: &Document,
    at: usize,
    drawing: &Drawing,
    watched: Unit,
    mut each: impl FnMut(Written) -> ControlFlow<()>,
) {
    let writer = Writer::new(subject, document, at).await;
    let end = |written: Written| match written.byte {
        DOCUMENT_SEPARATOR => ControlFlow::Break(()),
        _ => each(written),
    };
    writer.write(drawing, &[], None, watched, end).await;
}

/// A model at a place, from where it writes as often as one likes.
pub(crate) struct Writer<'a> {
    subject: &'a Subject,
    /// The state before the last byte in front of the place, and that byte.
    start: State,
    last: u8,
}

impl<'a> Writer<'a> {
    pub(crate) async fn new(subject: &'a Subject, document: &Document, at: usize) -> Self {
        let config = subject.config();
        let text = &document.text.as_bytes()[..at];
        let from = config.window_rule().start(text, 0);
        let mut bytes = header(subject, document);
        bytes.extend_from_slice(&text[from..]);
        let last = bytes.pop().expect("a header ends in a line end");
        let mut start = State::zeros(config);
        let mut session = subject.tracer().trace_session();
        feed(&mut *session, &mut start, &bytes).await;
        Self {
            subject,
            start,
            last,
        }
    }

    /// Writes, or reads `given` instead, with `changes` at every step from the byte before
    /// the place on; each byte goes to `each` until that breaks.
    pub(crate) async fn write(
        &self,
        drawing: &Drawing,
        changes: &[Change],
        given: Option<&[u8]>,
        watched: Unit,
        mut each: impl FnMut(Written) -> ControlFlow<()>,
    ) {
        let tracer = self.subject.tracer();
        let mut session = tracer.trace_session();
        let mut record = tracer.new_record();
        let mut random = ChaCha8Rng::seed_from_u64(drawing.seed);
        let mut state = self.start.clone();
        let mut log_probs = [0.0; VOCABULARY_SIZE];
        session.trace(&mut state, &[self.last], changes, &mut record);
        for index in 0..given.map_or(drawing.length, <[u8]>::len) {
            session.log_probs(&state, &mut log_probs);
            let byte = match given {
                Some(given) => given[index],
                None => drawing.byte(&log_probs, share(&mut random)),
            };
            session.trace(&mut state, &[byte], changes, &mut record);
            let units = record.units(0, watched.layer, watched.signal);
            let units = units.expect("signals are looked up in the model they are of");
            let written = Written {
                byte,
                value: units[watched.unit],
                surprise: bits(log_probs[usize::from(byte)]),
            };
            if each(written).is_break() {
                return;
            }
            if (index + 1).is_multiple_of(AT_ONCE) {
                pause().await;
            }
        }
    }
}

/// A number in [0, 1), in steps of 2⁻²⁴.
fn share(random: &mut ChaCha8Rng) -> f32 {
    (random.next_u32() >> 8) as f32 / (1 << 24) as f32
}

impl Drawing {
    /// The byte at the share `place`, in [0, 1), of the probability that is drawn from.
    fn byte(&self, log_probs: &[f32; VOCABULARY_SIZE], place: f32) -> u8 {
        let likeliest = (0..=u8::MAX)
            .max_by(|&a, &b| log_probs[usize::from(a)].total_cmp(&log_probs[usize::from(b)]));
        let likeliest = likeliest.unwrap_or_default();
        if self.temperature <= 0.0 {
            return likeliest;
        }
        let top = log_probs[usize::from(likeliest)];
        let mut weights = log_probs.map(|log_prob| libm::expf((log_prob - top) / self.temperature));
        self.leave_out_the_unlikely(&mut weights);
        let mut left = place * weights.iter().sum::<f32>();
        for byte in 0..=u8::MAX {
            left -= weights[usize::from(byte)];
            if left < 0.0 {
                return byte;
            }
        }
        likeliest
    }

    /// Sets to 0 what does not belong to the likeliest bytes.
    fn leave_out_the_unlikely(&self, weights: &mut [f32; VOCABULARY_SIZE]) {
        if self.top_p >= 1.0 {
            return;
        }
        let mut order: Vec<usize> = (0..VOCABULARY_SIZE).collect();
        order.sort_by(|&a, &b| weights[b].total_cmp(&weights[a]));
        let mut left = self.top_p * weights.iter().sum::<f32>();
        for byte in order {
            // The likeliest stays, however small the share.
            if left <= 0.0 && weights[byte] < 1.0 {
                weights[byte] = 0.0;
            }
            left -= weights[byte];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawing(temperature: f32, top_p: f32) -> Drawing {
        Drawing {
            length: 1,
            temperature,
            top_p,
            seed: 0,
        }
    }

    fn log_probs(shares: &[(u8, f32)]) -> [f32; VOCABULARY_SIZE] {
        let mut log_probs = [f32::NEG_INFINITY; VOCABULARY_SIZE];
        for &(byte, share) in shares {
            log_probs[usize::from(byte)] = libm::logf(share);
        }
        log_probs
    }

    #[test]
    fn bytes_are_drawn_by_their_share() {
        let log_probs = log_probs(&[(b'a', 0.25), (b'b', 0.75)]);
        assert_eq!(drawing(1.0, 1.0).byte(&log_probs, 0.2), b'a');
        assert_eq!(drawing(1.0, 1.0).byte(&log_probs, 0.3), b'b');
        assert_eq!(drawing(0.0, 1.0).byte(&log_probs, 0.2), b'b');
        // A lower temperature makes the likeliest byte likelier still.
        assert_eq!(drawing(0.2, 1.0).byte(&log_probs, 0.2), b'b');
    }

    #[test]
    fn what_is_beyond_the_likeliest_bytes_is_not_drawn() {
        let log_probs = log_probs(&[(b'a', 0.2), (b'b', 0.5), (b'c', 0.3)]);
        let drawn = |top_p: f32| -> Vec<u8> {
            let places = (0..20).map(|place| place as f32 / 20.0);
            let mut drawn: Vec<u8> = places
                .map(|place| drawing(1.0, top_p).byte(&log_probs, place))
                .collect();
            drawn.dedup();
            drawn
        };
        assert_eq!(drawn(1.0), b"abc");
        assert_eq!(drawn(0.7), b"bc");
        assert_eq!(drawn(0.4), b"b");
        assert_eq!(drawn(0.0), b"b");
    }
}
