//! Two toy engines: one that has read a text, one that says anything.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use completer::CancelToken;
use lstm_format::{
    CellKind, Engine, HeadInput, ModelConfig, Session, State, VOCABULARY_SIZE, WindowRule,
};

/// What was asked of an engine.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    /// Calls of `step`.
    pub(crate) steps: AtomicUsize,
    /// Bytes fed without the output layer.
    pub(crate) fed: AtomicUsize,
    /// Sets the token once `step` has been called this often.
    pub(crate) cancel_at: Option<(usize, CancelToken)>,
}

impl Counts {
    pub(crate) fn steps(&self) -> usize {
        self.steps.load(Ordering::Relaxed)
    }

    /// Bytes fed since the last call.
    pub(crate) fn take_fed(&self) -> usize {
        self.fed.swap(0, Ordering::Relaxed)
    }
}

/// How an engine moves and what it says; `HISTORY` floats of state.
pub(crate) trait Voice: Send + Sync {
    /// The state after `byte`.
    fn hear(&self, h: &mut [f32], byte: u8);

    /// Log-probabilities of the next byte.
    fn say(&self, h: &[f32], out: &mut [f32; VOCABULARY_SIZE]);
}

/// Floats in a toy engine's state.
pub(crate) const HISTORY: usize = 24;

/// An [`Engine`] around a [`Voice`].
pub(crate) struct Toy<V> {
    voice: V,
    config: ModelConfig,
    pub(crate) counts: Arc<Counts>,
}

impl<V: Voice> Toy<V> {
    pub(crate) fn new(voice: V) -> Self {
        Self::counted(voice, Counts::default())
    }

    pub(crate) fn counted(voice: V, counts: Counts) -> Self {
        let config = ModelConfig {
            language: "rust".into(),
            cell: CellKind::Lstm,
            num_layers: 1,
            hidden_size: HISTORY,
            embedding_size: 1,
            head: HeadInput::LastLayer,
            window: WindowRule::MIN_WINDOW,
        };
        Self {
            voice,
            config,
            counts: Arc::new(counts),
        }
    }
}

impl<V: Voice> Engine for Toy<V> {
    fn config(&self) -> &ModelConfig {
        &self.config
    }

    fn describe(&self) -> String {
        "toy".into()
    }

    fn session(&self) -> Box<dyn Session + '_> {
        Box::new(ToySession(self))
    }
}

struct ToySession<'a, V>(&'a Toy<V>);

impl<V: Voice> Session for ToySession<'_, V> {
    fn step(&mut self, states: &mut [State], bytes: &[u8]) {
        assert_eq!(states.len(), bytes.len());
        for (state, &byte) in states.iter_mut().zip(bytes) {
            self.0.voice.hear(&mut state.h, byte);
        }
        let steps = self.0.counts.steps.fetch_add(1, Ordering::Relaxed) + 1;
        if let Some((at, token)) = &self.0.counts.cancel_at
            && steps == *at
        {
            token.cancel();
        }
    }

    fn feed(&mut self, state: &mut State, bytes: &[u8]) {
        for &byte in bytes {
            self.0.voice.hear(&mut state.h, byte);
        }
        self.0.counts.fed.fetch_add(bytes.len(), Ordering::Relaxed);
    }

    fn log_probs(&mut self, state: &State, out: &mut [f32; VOCABULARY_SIZE]) {
        self.0.voice.say(&state.h, out);
    }
}

/// Continues as the texts it has read do after the longest context that occurs
/// in them, of at most [`HISTORY`] bytes.
pub(crate) struct Reader {
    /// All texts, each ended by a zero byte.
    read: Vec<u8>,
}

impl Reader {
    pub(crate) fn of(texts: &[&str]) -> Self {
        let read = texts
            .iter()
            .flat_map(|text| [text.as_bytes(), b"\0"].concat());
        Self {
            read: read.collect(),
        }
    }

    fn next_bytes(&self, context: &[u8]) -> BTreeMap<u8, f32> {
        let mut next = BTreeMap::new();
        for from in 0..context.len() {
            let context = &context[from..];
            for window in self.read.windows(context.len() + 1) {
                if let Some(&[byte]) = window.strip_prefix(context) {
                    *next.entry(byte).or_default() += 1.0;
                }
            }
            if !next.is_empty() {
                break;
            }
        }
        next
    }
}

impl Voice for Reader {
    fn hear(&self, h: &mut [f32], byte: u8) {
        h.rotate_left(1);
        h[HISTORY - 1] = f32::from(byte) + 1.0;
    }

    fn say(&self, h: &[f32], out: &mut [f32; VOCABULARY_SIZE]) {
        let context: Vec<u8> = h
            .iter()
            .filter(|&&b| b > 0.0)
            .map(|&b| (b - 1.0) as u8)
            .collect();
        let next = self.next_bytes(&context);
        let sum: f32 = next.values().sum();
        for (byte, log_prob) in (0..=255_u8).zip(out) {
            let seen = next.get(&byte).map_or(0.0, |count| count / sum);
            *log_prob = (0.999 * seen + 0.001 / 256.0).ln();
        }
    }
}

/// A clock that goes on when it is told to.
#[derive(Clone, Debug, Default)]
pub(crate) struct Hand(Arc<AtomicU64>);

impl Hand {
    pub(crate) fn now(&self) -> Duration {
        Duration::from_millis(self.0.load(Ordering::Relaxed))
    }

    fn advance(&self, millis: u64) {
        self.0.fetch_add(millis, Ordering::Relaxed);
    }
}

/// A reader that takes long to hear one byte.
pub(crate) struct Stalling {
    pub(crate) reader: Reader,
    pub(crate) on: u8,
    pub(crate) millis: u64,
    pub(crate) clock: Hand,
}

impl Voice for Stalling {
    fn hear(&self, h: &mut [f32], byte: u8) {
        self.reader.hear(h, byte);
        if byte == self.on {
            self.clock.advance(self.millis);
        }
    }

    fn say(&self, h: &[f32], out: &mut [f32; VOCABULARY_SIZE]) {
        self.reader.say(h, out);
    }
}

/// Says anything: numbers drawn from a hash of all it has heard.
pub(crate) struct Babbler {
    /// Whether it also says NaN and infinities.
    pub(crate) wild: bool,
}

impl Voice for Babbler {
    fn hear(&self, h: &mut [f32], byte: u8) {
        // Four floats hold sixteen bits of the hash each.
        let hash = scramble(hash_in(h) ^ u64::from(byte).wrapping_mul(0x9E37_79B9_7F4A_7C15));
        for (i, part) in h[..4].iter_mut().enumerate() {
            *part = ((hash >> (16 * i)) & 0xFFFF) as f32;
        }
    }

    fn say(&self, h: &[f32], out: &mut [f32; VOCABULARY_SIZE]) {
        for (byte, log_prob) in (0_u64..).zip(out) {
            let draw = scramble(hash_in(h).wrapping_add(byte));
            *log_prob = match draw % 16 {
                0 if self.wild => f32::NAN,
                1 if self.wild => f32::INFINITY,
                2 if self.wild => f32::NEG_INFINITY,
                3..=8 if self.wild => f32::MIN,
                _ => -((draw >> 40) as f32) / 1e6,
            };
        }
    }
}

fn hash_in(h: &[f32]) -> u64 {
    h[..4]
        .iter()
        .rev()
        .fold(0, |hash, &part| (hash << 16) | part as u64)
}

/// The finaliser of SplitMix64.
pub(crate) fn scramble(mut x: u64) -> u64 {
    x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    x ^ (x >> 31)
}
