//! The door between a model and its callers, who ask it for text.
//!
//! Two engines stand behind it, `lstm-runtime` (int8 and f32, no libtorch) and
//! `char-lstm` (libtorch); everything above is the same code.

use crate::VOCABULARY_SIZE;
use crate::config::ModelConfig;
use crate::fits::Fits;

/// What a network remembers: hidden and cell state of every layer.
#[derive(Clone, Debug, PartialEq)]
pub struct State {
    /// Hidden state `[num_layers * hidden_size]`, first layer first, in (−1, 1).
    pub h: Vec<f32>,
    /// Cell state `[num_layers * hidden_size]`, first layer first; empty where
    /// the cell has none.
    pub c: Vec<f32>,
}

impl State {
    /// The state before the first byte: all zeros.
    pub fn zeros(config: &ModelConfig) -> Self {
        Self {
            h: vec![0.0; config.num_layers * config.hidden_size],
            c: vec![0.0; config.num_layers * config.cell_state_size()],
        }
    }
}

/// A loaded model. Weights are shared; each thread opens its own [`Session`].
pub trait Engine: Send + Sync {
    /// Shape and language of the model.
    fn config(&self) -> &ModelConfig;

    /// Which engine and kernel answers, for people: `int8 avx512-vnni`.
    fn describe(&self) -> String;

    /// What was fitted to the model beside its weights.
    fn fits(&self) -> &Fits {
        Fits::NONE
    }

    /// Opens a session with buffers of its own.
    fn session(&self) -> Box<dyn Session + '_>;
}

/// One thread's use of an [`Engine`].
pub trait Session {
    /// Feeds `bytes[i]` to `states[i]` for every lane `i`, reading the weights once.
    ///
    /// # Panics
    /// If the slices differ in length or a state is not of this model's shape.
    fn step(&mut self, states: &mut [State], bytes: &[u8]);

    /// Feeds all of `bytes` to one state, skipping the output layer.
    fn feed(&mut self, state: &mut State, bytes: &[u8]) {
        for &byte in bytes {
            self.step(std::slice::from_mut(state), &[byte]);
        }
    }

    /// Feeds `parts`, none of them empty, one after the other, from `state` on, until `stop` turns
    /// true, which is asked at least every 32 bytes. The state after each part
    /// that was fed whole: one for every part if it was not stopped.
    ///
    /// Long texts may be fed on several threads, hence `Sync`.
    fn feed_parts(
        &mut self,
        stop: &(dyn Fn() -> bool + Sync),
        state: &State,
        parts: &[&[u8]],
    ) -> Vec<State> {
        let mut state = state.clone();
        let mut after = Vec::with_capacity(parts.len());
        for part in parts {
            for bytes in part.chunks(32) {
                if stop() {
                    return after;
                }
                self.feed(&mut state, bytes);
            }
            after.push(state.clone());
        }
        after
    }

    /// Natural-log probabilities of the next byte in `state`, `[256]`, in nats.
    ///
    /// # Panics
    /// If the state is not of this model's shape.
    fn log_probs(&mut self, state: &State, out: &mut [f32; VOCABULARY_SIZE]);
}
