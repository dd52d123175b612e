//! Drawing candidates from a model, all lanes stepped together.

mod beam;
mod candidate;
mod predictor;
mod sample;
mod sampler;
mod stop_rules;
mod utf8;

use lstm_format::{DOCUMENT_SEPARATOR, VOCABULARY_SIZE};

use crate::cancel::{Cancelled, Limits};
use crate::completion::Stop;
use crate::options::{Options, Strategy};
use crate::show;

pub(crate) use candidate::Candidate;
use candidate::{Extended, Hypothesis};
pub(crate) use predictor::{Head, Predictor, Recall};
pub(crate) use stop_rules::{StopRules, before_repetition};

/// What to decode and when to stop.
pub(crate) struct Task<'a> {
    pub(crate) rules: &'a StopRules,
    /// Bytes every candidate starts with; the stop rules wait for their end.
    pub(crate) forced: &'a [u8],
    pub(crate) limits: Limits<'a>,
    pub(crate) options: &'a Options,
}

/// What came of a [`Task`].
#[derive(Default)]
pub(crate) struct Decoded {
    finished: Vec<Candidate>,
    /// Cut off by the deadline.
    unfinished: Vec<Candidate>,
}

impl Decoded {
    pub(crate) fn stop(&self) -> Stop {
        if self.unfinished.is_empty() {
            Stop::Finished
        } else {
            Stop::Deadline
        }
    }

    /// The finished candidates; if the deadline left none, the unfinished ones
    /// up to their last whole word.
    pub(crate) fn candidates(self) -> Vec<Candidate> {
        if self.finished.iter().any(|candidate| !candidate.is_empty()) {
            return self.finished;
        }
        let unfinished = self.unfinished.into_iter();
        unfinished.map(Candidate::without_last_word).collect()
    }
}

/// Decodes candidates from `cursor`.
///
/// # Errors
/// [`Cancelled`], within one byte of the token being set.
pub(crate) fn decode(
    predictor: &mut Predictor<'_>,
    cursor: Head,
    task: &Task<'_>,
) -> Result<Decoded, Cancelled> {
    if task.options.max_bytes == 0 {
        return Ok(Decoded::default());
    }
    match task.options.strategy {
        Strategy::Sample | Strategy::Greedy => sample::sample(predictor, cursor, task),
        Strategy::Beam => beam::beam(predictor, cursor, task),
    }
}

impl Task<'_> {
    /// The bytes that may follow `hypothesis`, with their log-probabilities.
    fn choices(
        &self,
        hypothesis: &Hypothesis,
        log_probs: &[f32; VOCABULARY_SIZE],
    ) -> Vec<(u8, f32)> {
        if let Some(&forced) = self.forced.get(hypothesis.len()) {
            return vec![(forced, log_probs[usize::from(forced)])];
        }
        let possible = (0..=255_u8)
            .zip(log_probs)
            .filter(|(_, log_prob)| log_prob.is_finite());
        let allowed = possible.filter(|&(byte, _)| self.allows(hypothesis, byte));
        allowed.map(|(byte, &log_prob)| (byte, log_prob)).collect()
    }

    fn allows(&self, hypothesis: &Hypothesis, byte: u8) -> bool {
        let utf8 = hypothesis.utf8();
        match byte {
            DOCUMENT_SEPARATOR => utf8.between(),
            // Ends a line as a line feed does, and like it is not emitted then.
            b'\r' => utf8.between() && !self.rules.multi_line(),
            _ => utf8.allows(byte),
        }
    }

    /// Whether `hypothesis` has become too unlikely for any continuation to be
    /// worth a look.
    fn is_hopeless(&self, hypothesis: &Hypothesis) -> bool {
        self.options.glance_cost.is_some_and(|cost| {
            show::saving(
                libm::exp(hypothesis.log_prob()),
                self.options.max_bytes,
                cost,
            ) <= 0.0
        })
    }

    /// `hypothesis` and one more byte.
    fn extend(&self, hypothesis: &Hypothesis, byte: u8, log_prob: f32) -> Extended {
        let forced = hypothesis.len() < self.forced.len();
        if byte == DOCUMENT_SEPARATOR && !forced {
            return Extended::Finished(hypothesis.ended_by(log_prob, hypothesis.len()));
        }
        let mut longer = hypothesis.clone();
        match longer.push(self.rules, byte, log_prob) {
            Some(length) if !forced => Extended::Finished(hypothesis.ended_by(log_prob, length)),
            _ if longer.len() >= self.options.max_bytes || self.is_hopeless(&longer) => {
                Extended::Finished(longer.cut_off())
            }
            _ => Extended::Live(longer),
        }
    }
}
