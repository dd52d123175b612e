//! What a text costs under a model and a memory, with states exactly as
//! completions use them.
//!
//! Owns: the walk over a text byte by byte, and bits per byte. Must not know
//! where the text comes from.

use code_index::{Counts, Layer, Memory, Prediction, Prefix, PrefixCache, Reader, Scorer};
use completer::mixing::{WordPlace, mix};
use completer::rows::rows;
use completer::{CancelToken, Cancelled, Fitted};
use lstm_format::Engine;

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

impl Bits {
    /// All of them together.
    pub fn cost(&self) -> Cost {
        let sum = |bits: &[f32]| bits.iter().map(|&b| f64::from(b)).sum();
        Cost {
            bytes: self.lstm.len(),
            lstm: sum(&self.lstm),
            memory: sum(&self.memory),
            mixed: sum(&self.mixed),
        }
    }
}

/// Bits that texts cost in all.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Cost {
    /// Length of the texts.
    pub bytes: usize,
    /// Under the LSTM alone.
    pub lstm: f64,
    /// Under the memory alone.
    pub memory: f64,
    /// Under both, mixed.
    pub mixed: f64,
}

impl Cost {
    /// Bits per byte: the LSTM's, the memory's and the mixture's.
    pub fn a_byte(self) -> [f64; 3] {
        [self.lstm, self.memory, self.mixed].map(|bits| bits / self.bytes as f64)
    }
}

impl std::ops::AddAssign for Cost {
    fn add_assign(&mut self, other: Self) {
        self.bytes += other.bytes;
        self.lstm += other.lstm;
        self.memory += other.memory;
        self.mixed += other.mixed;
    }
}

/// What `text` costs, with `workspace` as the memory of other files, mixed by what is
/// fitted to the model.
///
/// `path` is for the document header.
pub fn bits(engine: &dyn Engine, workspace: &Layer, path: &str, text: &[u8]) -> Bits {
    let bits = bits_unless(&CancelToken::new(), engine, workspace, path, text);
    bits.expect("the token is set by no other thread")
}

/// The same, given up when `cancel` is set.
///
/// # Errors
/// [`Cancelled`] if it was set before the last byte.
pub fn bits_unless(
    cancel: &CancelToken,
    engine: &dyn Engine,
    workspace: &Layer,
    path: &str,
    text: &[u8],
) -> Result<Bits, Cancelled> {
    let fitted = Fitted::of(engine.fits());
    let mut bits = Bits::default();
    observe_unless(cancel, engine, workspace, path, text, |seen| {
        let byte = usize::from(seen.byte);
        let mut mixed = *seen.lstm;
        mix(&fitted.gate, seen.place, seen.memory, &mut mixed);
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
    visited.expect("the token is set by no other thread");
}

fn observe_unless(
    cancel: &CancelToken,
    engine: &dyn Engine,
    workspace: &Layer,
    path: &str,
    text: &[u8],
    mut visit: impl FnMut(Observation<'_>),
) -> Result<(), Cancelled> {
    let stops = Fitted::of(engine.fits()).stops;
    let known = PrefixCache::default();
    let mut prefix = Prefix::new(b"", &known);
    let (mut counts, mut memory) = (Counts::default(), Prediction::default());
    let mut place = WordPlace::default();
    let mut reader: Option<Reader> = None;
    // The name of the file tells.
    let header = completer::header(engine.config(), path, "");
    rows(engine, &header, text, cancel, |row| {
        if cancel.is_cancelled() {
            return Err(Cancelled);
        }
        let view = Memory {
            prefix: &prefix,
            workspace,
            stops: &stops,
            scorer: Some(Scorer::built_in()),
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
                scorer: Some(Scorer::built_in()),
            };
            here.push(&view, byte);
            reader = Some(here);
        }
        Ok(())
    })
}
