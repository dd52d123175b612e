//! The next byte's distribution at the end of every candidate: the LSTM's, the
//! memory's, or both mixed.

use code_index::{Counts, Memory, Prediction, Reader};
use lstm_format::{Session, State, VOCABULARY_SIZE};

use crate::cancel::{Cancelled, Limits};
use crate::mixing::{Gate, WordPlace, mix};

/// Predicts the bytes of candidates.
pub(crate) struct Predictor<'a> {
    pub(crate) session: Option<Box<dyn Session + 'a>>,
    pub(crate) memory: Option<Recall<'a>>,
}

/// The memory's side of a [`Predictor`].
pub(crate) struct Recall<'a> {
    memory: Memory<'a>,
    gate: &'a Gate,
    counts: Counts,
    prediction: Prediction,
}

impl<'a> Recall<'a> {
    pub(crate) fn new(memory: Memory<'a>, gate: &'a Gate) -> Self {
        Self {
            memory,
            gate,
            counts: Counts::default(),
            prediction: Prediction::default(),
        }
    }
}

/// The end of one candidate, as both see it.
#[derive(Clone)]
pub(crate) struct Head {
    state: Option<State>,
    reader: Option<Reader>,
    place: WordPlace,
}

impl Predictor<'_> {
    /// The head at the cursor: `state` of the LSTM there, and the text `before`.
    pub(crate) fn head(&self, state: Option<State>, before: &[u8]) -> Head {
        Head {
            state,
            reader: self
                .memory
                .as_ref()
                .map(|recall| Reader::new(&recall.memory)),
            place: WordPlace::after(before),
        }
    }

    /// Natural-log probabilities of the byte after `head`, `[256]`, in nats; what
    /// is NaN counts as impossible.
    pub(crate) fn log_probs(&mut self, head: &mut Head) -> [f32; VOCABULARY_SIZE] {
        let mut log_probs = [f32::NEG_INFINITY; VOCABULARY_SIZE];
        if let (Some(session), Some(state)) = (&mut self.session, &head.state) {
            session.log_probs(state, &mut log_probs);
            log_probs = log_probs.map(|value| match value.is_nan() {
                true => f32::NEG_INFINITY,
                false => value.min(0.0),
            });
        }
        let (Some(recall), Some(reader)) = (&mut self.memory, &mut head.reader) else {
            return log_probs;
        };
        let prediction = &mut recall.prediction;
        reader.predict(&recall.memory, &mut recall.counts, prediction);
        if head.state.is_some() {
            mix(recall.gate, head.place, prediction, &mut log_probs);
            log_probs
        } else {
            prediction.probabilities.map(libm::logf)
        }
    }

    /// Log-probabilities in nats of `bytes` after each of `heads`; `None` if there is
    /// no time for that.
    ///
    /// # Errors
    /// [`Cancelled`], within one byte of the token being set.
    pub(crate) fn score(
        &mut self,
        heads: &mut [Head],
        bytes: &[u8],
        limits: Limits<'_>,
    ) -> Result<Option<Vec<f64>>, Cancelled> {
        let mut scores = vec![0.0; heads.len()];
        for (&byte, left) in bytes.iter().zip((0..bytes.len()).rev()) {
            if limits.late()? {
                return Ok(None);
            }
            for (head, score) in heads.iter_mut().zip(&mut scores) {
                *score += f64::from(self.log_probs(head)[usize::from(byte)]);
            }
            if left > 0 {
                self.advance(heads, &vec![byte; heads.len()]);
            }
        }
        Ok(Some(scores))
    }

    /// Appends `bytes[i]` to `heads[i]`, reading the LSTM's weights once.
    pub(crate) fn advance(&mut self, heads: &mut [Head], bytes: &[u8]) {
        if let Some(session) = &mut self.session {
            let mut states: Vec<State> = heads.iter_mut().filter_map(|h| h.state.take()).collect();
            session.step(&mut states, bytes);
            for (head, state) in heads.iter_mut().zip(states) {
                head.state = Some(state);
            }
        }
        for (head, &byte) in heads.iter_mut().zip(bytes) {
            head.place = head.place.then(byte);
            if let (Some(recall), Some(reader)) = (&self.memory, &mut head.reader) {
                reader.push(&recall.memory, byte);
            }
        }
    }
}
