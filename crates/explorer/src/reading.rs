//! A text as the model reads it: each byte from the state that a completion
//! would start from there.
//!
//! That is the definition in [`lstm_format`]: a header, then the text from the
//! window's start. So what is shown at a place is what completes there, and it
//! costs the window before it.

use std::ops::{ControlFlow, Range};

use lstm_format::{State, VOCABULARY_SIZE};
use lstm_runtime::{Record, Signal, TraceSession};
use serde::{Deserialize, Serialize};

use crate::pause::pause;
use crate::subject::{Subject, Unit};

/// Steps that are recorded at once.
const CHUNK: usize = 32;

/// Bytes that are fed at once.
const FED: usize = 128;

/// A text with a name, which the model is told.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// A path or file name; its last component matters.
    pub name: String,
    /// The text, `\n` at the ends of lines.
    pub text: String,
}

/// What happened at one byte of a text.
#[derive(Clone, Copy)]
pub struct Step<'a> {
    /// Where the byte stands.
    pub offset: usize,
    /// How unexpected it was, in bits: −log₂ of its probability.
    pub surprise: f32,
    record: &'a Record,
    index: usize,
}

impl<'a> Step<'a> {
    /// One signal of all units of a layer once the byte is read, `[H]`.
    pub fn units(&self, layer: usize, signal: Signal) -> &'a [f32] {
        let units = self.record.units(self.index, layer, signal);
        units.expect("signals are looked up in the model they are of")
    }

    /// One signal of one unit once the byte is read.
    pub fn value(&self, unit: Unit) -> f32 {
        self.units(unit.layer, unit.signal)[unit.unit]
    }
}

/// Reads the bytes of `document` that lie in `range`, in order, and gives each
/// to `each` until that breaks.
pub async fn read(
    subject: &Subject,
    document: &Document,
    range: Range<usize>,
    mut each: impl FnMut(Step<'_>) -> ControlFlow<()>,
) -> ControlFlow<()> {
    let text = document.text.as_bytes();
    let header = header(subject, document);
    let tracer = subject.tracer();
    let config = tracer.config();
    let mut session = tracer.trace_session();
    let mut record = tracer.new_record();
    let mut log_probs = [0.0; VOCABULARY_SIZE];
    for window in config.window_rule().windows(text) {
        let from = window.predicted.start.max(range.start);
        let to = window.predicted.end.min(range.end);
        if from >= to {
            continue;
        }
        let mut state = State::zeros(config);
        feed(&mut *session, &mut state, &header).await;
        feed(&mut *session, &mut state, &text[window.start..from]).await;
        let mut before = state.clone();
        for start in (from..to).step_by(CHUNK) {
            let bytes = &text[start..to.min(start + CHUNK)];
            session.trace(&mut state, bytes, &[], &mut record);
            for (index, &byte) in bytes.iter().enumerate() {
                session.log_probs(&before, &mut log_probs);
                record.hidden(index, &mut before.h);
                each(Step {
                    offset: start + index,
                    surprise: bits(log_probs[usize::from(byte)]),
                    record: &record,
                    index,
                })?;
            }
            pause().await;
        }
    }
    ControlFlow::Continue(())
}

/// The state before the byte at `offset` of `document`, which may be its end.
pub async fn state_at(subject: &Subject, document: &Document, offset: usize) -> State {
    let config = subject.config();
    let text = &document.text.as_bytes()[..offset];
    let start = config.window_rule().start(text, 0);
    let mut session = subject.tracer().trace_session();
    let mut state = State::zeros(config);
    feed(&mut *session, &mut state, &header(subject, document)).await;
    feed(&mut *session, &mut state, &text[start..]).await;
    state
}

/// Feeds `bytes` in pieces, which ends in the state that they have as a whole.
pub(crate) async fn feed(session: &mut dyn TraceSession, state: &mut State, bytes: &[u8]) {
    for piece in bytes.chunks(FED) {
        session.feed(state, piece);
        pause().await;
    }
}

/// What the model is fed before the text of `document`.
pub(crate) fn header(subject: &Subject, document: &Document) -> Vec<u8> {
    completer::header(subject.config(), &document.name, "")
}

/// A natural-log probability as surprise in bits.
pub(crate) fn bits(log_prob: f32) -> f32 {
    -log_prob / std::f32::consts::LN_2
}
