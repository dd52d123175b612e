//! An engine that repeats a text it knows by heart, and that tests can stop,
//! watch and break.

use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::Duration;

use lstm_format::{CellKind, Engine, HeadInput, ModelConfig, Session, State, VOCABULARY_SIZE};

/// Bytes of the past that a state remembers.
const MEMORY: usize = 48;

/// Feeding this byte makes the engine panic.
pub(crate) const PANIC: u8 = 7;

/// Bytes of the parrot's window.
pub(crate) const WINDOW: usize = 1024;

/// Longest wait for work to come to the gate.
const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) struct Parrot {
    config: ModelConfig,
    text: Vec<u8>,
    gate: Gate,
}

/// Whether the engine may go on, and whether it has been stopped.
#[derive(Clone, Default)]
pub(crate) struct Gate(Arc<(Mutex<GateState>, Condvar)>);

#[derive(Default)]
struct GateState {
    closed: bool,
    /// How many more bytes may be read, if that is limited.
    readable: Option<usize>,
    waiting: usize,
    /// Bytes written so far.
    written: usize,
    /// Sessions that are open.
    working: usize,
}

impl Gate {
    pub(crate) fn close(&self) {
        self.0.0.lock().unwrap().closed = true;
    }

    pub(crate) fn open(&self) {
        let mut state = self.0.0.lock().unwrap();
        (state.closed, state.readable) = (false, None);
        self.0.1.notify_all();
    }

    /// Closes behind the next `bytes` bytes that are read.
    pub(crate) fn let_in(&self, bytes: usize) {
        self.0.0.lock().unwrap().readable = Some(bytes);
    }

    /// Blocks until work has come to the closed gate.
    pub(crate) fn wait_for_work(&self) {
        let state = self.0.0.lock().unwrap();
        let waited = self
            .0
            .1
            .wait_timeout_while(state, PATIENCE, |s| s.waiting == 0);
        assert!(!waited.unwrap().1.timed_out(), "no work has come");
    }

    /// Blocks until nothing is at work, and returns how many bytes have been
    /// written so far.
    pub(crate) fn wait_for_rest(&self) -> usize {
        let state = self.0.0.lock().unwrap();
        let waited = self
            .0
            .1
            .wait_timeout_while(state, PATIENCE, |s| s.working > 0);
        let (state, waited) = waited.unwrap();
        assert!(!waited.timed_out(), "the work does not end");
        state.written
    }

    fn work(&self, more: bool) {
        let mut state = self.0.0.lock().unwrap();
        state.working = if more {
            state.working + 1
        } else {
            state.working - 1
        };
        self.0.1.notify_all();
    }

    /// What one byte is written behind.
    fn pass(&self) {
        self.wait_while(|state| state.closed).written += 1;
    }

    /// What `bytes` bytes are read behind.
    fn pass_reading(&self, bytes: usize) {
        let mut state = self.wait_while(|state| state.readable.is_some_and(|left| left < bytes));
        state.readable = state.readable.map(|left| left - bytes);
    }

    fn wait_while(&self, shut: impl Fn(&GateState) -> bool) -> MutexGuard<'_, GateState> {
        let mut state = self.0.0.lock().unwrap();
        state.waiting += 1;
        self.0.1.notify_all();
        let mut state = self.0.1.wait_while(state, |state| shut(state)).unwrap();
        state.waiting -= 1;
        state
    }
}

impl Parrot {
    pub(crate) fn new(text: &str, gate: Gate) -> Self {
        let config = ModelConfig {
            language: "rust".to_owned(),
            cell: CellKind::Lstm,
            num_layers: 1,
            hidden_size: MEMORY,
            embedding_size: 1,
            head: HeadInput::LastLayer,
            window: WINDOW,
        };
        Self {
            config,
            text: text.as_bytes().to_vec(),
            gate,
        }
    }

    /// What follows the longest end of `past` that the text holds; a line feed
    /// where it holds none.
    fn next(&self, past: &[u8]) -> u8 {
        for length in (1..=past.len()).rev() {
            let end = &past[past.len() - length..];
            let found = self.text.windows(length + 1).find(|w| w[..length] == *end);
            if let Some(window) = found {
                return window[length];
            }
        }
        b'\n'
    }
}

impl Engine for Parrot {
    fn config(&self) -> &ModelConfig {
        &self.config
    }

    fn describe(&self) -> String {
        "parrot".to_owned()
    }

    fn session(&self) -> Box<dyn Session + '_> {
        self.gate.work(true);
        Box::new(Perch(self))
    }
}

impl Drop for Perch<'_> {
    fn drop(&mut self) {
        self.0.gate.work(false);
    }
}

struct Perch<'a>(&'a Parrot);

impl Session for Perch<'_> {
    fn step(&mut self, states: &mut [State], bytes: &[u8]) {
        for (state, &byte) in states.iter_mut().zip(bytes) {
            assert_ne!(byte, PANIC, "panic on purpose");
            state.h.rotate_left(1);
            state.h[MEMORY - 1] = f32::from(byte);
        }
    }

    fn feed(&mut self, state: &mut State, bytes: &[u8]) {
        self.0.gate.pass_reading(bytes.len());
        for &byte in bytes {
            self.step(std::slice::from_mut(state), &[byte]);
        }
    }

    fn log_probs(&mut self, state: &State, out: &mut [f32; VOCABULARY_SIZE]) {
        self.0.gate.pass();
        let past: Vec<u8> = state.h.iter().map(|&b| b as u8).collect();
        out.fill((0.04_f32 / 255.0).ln());
        out[usize::from(self.0.next(&past))] = 0.96_f32.ln();
    }
}
