//! Drawing candidates from a model, all lanes stepped together.

mod beam;
mod candidate;
mod sample;
mod sampler;

use lstm_format::{DOCUMENT_SEPARATOR, Session, State, VOCABULARY_SIZE};

use crate::cancel::{Cancelled, Limits};
use crate::completion::Stop;
use crate::options::{Options, Strategy};
use crate::stop_rules::StopRules;

pub(crate) use candidate::Candidate;
use candidate::{Extended, Hypothesis};

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

/// Decodes candidates from `prefix`, the state at the cursor.
///
/// # Errors
/// [`Cancelled`], within one byte of the token being set.
pub(crate) fn decode(
    session: &mut dyn Session,
    prefix: State,
    task: &Task<'_>,
) -> Result<Decoded, Cancelled> {
    if task.options.max_bytes == 0 {
        return Ok(Decoded::default());
    }
    match task.options.strategy {
        Strategy::Sample | Strategy::Greedy => sample::sample(session, prefix, task),
        Strategy::Beam => beam::beam(session, prefix, task),
    }
}

/// The next byte's log-probabilities in nats, with NaN as impossible.
fn log_probs(session: &mut dyn Session, state: &State) -> [f32; VOCABULARY_SIZE] {
    let mut log_probs = [f32::NEG_INFINITY; VOCABULARY_SIZE];
    session.log_probs(state, &mut log_probs);
    log_probs.map(|value| {
        if value.is_nan() {
            f32::NEG_INFINITY
        } else {
            value.min(0.0)
        }
    })
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

    /// `hypothesis` and one more byte.
    fn extend(&self, hypothesis: &Hypothesis, byte: u8, log_prob: f32) -> Extended {
        let forced = hypothesis.len() < self.forced.len();
        if byte == DOCUMENT_SEPARATOR && !forced {
            return Extended::Finished(hypothesis.ended_by(log_prob, hypothesis.len()));
        }
        let mut longer = hypothesis.clone();
        match longer.push(self.rules, byte, log_prob) {
            Some(length) if !forced => Extended::Finished(hypothesis.ended_by(log_prob, length)),
            _ if longer.len() >= self.options.max_bytes => Extended::Finished(longer.cut_off()),
            _ => Extended::Live(longer),
        }
    }
}
