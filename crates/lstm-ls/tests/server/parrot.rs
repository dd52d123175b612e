//! An engine that repeats a text it knows by heart, and that tests can stop,
//! watch and break.

use std::sync::{Arc, Condvar, Mutex};

use lstm_format::{Engine, HeadInput, ModelConfig, Session, State, VOCABULARY_SIZE};

/// Bytes of the past that a state remembers.
const MEMORY: usize = 48;

/// Feeding this byte makes the engine panic.
pub(crate) const PANIC: u8 = 7;

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
    waiting: usize,
}

impl Gate {
    pub(crate) fn close(&self) {
        self.0.0.lock().unwrap().closed = true;
    }

    pub(crate) fn open(&self) {
        self.0.0.lock().unwrap().closed = false;
        self.0.1.notify_all();
    }

    /// Blocks until work has come to the closed gate.
    pub(crate) fn wait_for_work(&self) {
        let state = self.0.0.lock().unwrap();
        drop(self.0.1.wait_while(state, |s| s.waiting == 0).unwrap());
    }

    fn pass(&self) {
        let mut state = self.0.0.lock().unwrap();
        state.waiting += 1;
        self.0.1.notify_all();
        let mut state = self.0.1.wait_while(state, |s| s.closed).unwrap();
        state.waiting -= 1;
    }
}

impl Parrot {
    pub(crate) fn new(text: &str, gate: Gate) -> Self {
        let config = ModelConfig {
            language: "rust".to_owned(),
            num_layers: 1,
            hidden_size: MEMORY,
            embedding_size: 1,
            head: HeadInput::LastLayer,
            window: 1024,
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
        Box::new(Perch(self))
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

    fn log_probs(&mut self, state: &State, out: &mut [f32; VOCABULARY_SIZE]) {
        self.0.gate.pass();
        let past: Vec<u8> = state.h.iter().map(|&b| b as u8).collect();
        out.fill((0.04_f32 / 255.0).ln());
        out[usize::from(self.0.next(&past))] = 0.96_f32.ln();
    }
}
