//! What a text costs under a model and a memory, with states exactly as
//! completions use them.

pub mod fault;
pub mod passage;

use code_index::{Counts, Layer, Memory, Prediction, Prefix, PrefixCache, Reader, Stops};
use lstm_format::Engine;

use crate::cancel::{CancelToken, Cancelled};
use crate::mixing::{Gate, WordPlace, mix};
use crate::rows::rows;

/// What there was to predict one byte from.
pub struct Observation<'a> {
    /// The byte.
    pub byte: u8,
    /// Where in a word it stands.
    pub place: WordPlace,
    /// The LSTM's log-probabilities in nats, `[256]`.
    pub lstm: &'a [f32; 256],
    /// The memory's distribution.
    pub memory: &'a Prediction,
}

/// Bits that every byte of a text costs, `[text.len()]`: the negative log2 of
/// the probability it had.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Bits {
    /// Under the LSTM alone.
    pub lstm: Vec<f32>,
    /// Under the memory alone: of the text before each byte, and the workspace.
    pub memory: Vec<f32>,
    /// Under both, mixed.
    pub mixed: Vec<f32>,
}

/// What `text` costs, with `workspace` as the memory of other files.
///
/// `path` is for the document header.
pub fn bits(engine: &dyn Engine, gate: &Gate, workspace: &Layer, path: &str, text: &[u8]) -> Bits {
    let bits = bits_unless(&CancelToken::new(), engine, gate, workspace, path, text);
    bits.expect("nobody else has the token")
}

/// The same, given up when `cancel` is set.
///
/// # Errors
/// [`Cancelled`] if it was set before the last byte.
pub fn bits_unless(
    cancel: &CancelToken,
    engine: &dyn Engine,
    gate: &Gate,
    workspace: &Layer,
    path: &str,
    text: &[u8],
) -> Result<Bits, Cancelled> {
    let mut bits = Bits::default();
    observe_unless(cancel, engine, workspace, path, text, |seen| {
        let byte = usize::from(seen.byte);
        let mut mixed = *seen.lstm;
        mix(gate, seen.place, seen.memory, &mut mixed);
        let nats = [
            seen.lstm[byte],
            seen.memory.probabilities[byte].ln(),
            mixed[byte],
        ];
        let [lstm, memory, mixed] = nats.map(|nats| -nats * std::f32::consts::LOG2_E);
        bits.lstm.push(lstm);
        bits.memory.push(memory);
        bits.mixed.push(mixed);
    })?;
    Ok(bits)
}

/// Shows `visit` every byte of `text` in order. Takes about two steps a byte.
pub fn observe(
    engine: &dyn Engine,
    workspace: &Layer,
    path: &str,
    text: &[u8],
    visit: impl FnMut(Observation<'_>),
) {
    let visited = observe_unless(&CancelToken::new(), engine, workspace, path, text, visit);
    visited.expect("nobody else has the token");
}

fn observe_unless(
    cancel: &CancelToken,
    engine: &dyn Engine,
    workspace: &Layer,
    path: &str,
    text: &[u8],
    mut visit: impl FnMut(Observation<'_>),
) -> Result<(), Cancelled> {
    let stops = Stops::default();
    let known = PrefixCache::default();
    let mut prefix = Prefix::new(b"", &known);
    let (mut counts, mut memory) = (Counts::default(), Prediction::default());
    let mut place = WordPlace::default();
    let mut reader: Option<Reader> = None;
    rows(engine, path, text, cancel, |row| {
        if cancel.is_cancelled() {
            return Err(Cancelled);
        }
        let view = Memory {
            prefix: &prefix,
            workspace,
            stops: &stops,
        };
        let mut here = reader.take().unwrap_or_else(|| Reader::new(&view));
        here.predict(&view, &mut counts, &mut memory);
        let byte = text[row.offset];
        visit(Observation {
            byte,
            place,
            lstm: row.log_probs,
            memory: &memory,
        });
        place = place.then(byte);
        if !prefix.push(byte, &known) {
            let view = Memory {
                prefix: &prefix,
                workspace,
                stops: &stops,
            };
            here.push(&view, byte);
            reader = Some(here);
        }
        Ok(())
    })
}
