//! One thread's run through a network: its buffers, and the order of the work.
//!
//! A step goes layer by layer and tile by tile: bias and input product (in the
//! first layer, one row of a table), recurrent product, then sixteen units of
//! every lane. A weight is read once a step, whatever the number of lanes.
//! Feeding a text goes by blocks instead; see `block` and `pipeline`. Both give
//! the same bits.

use lstm_format::{ModelConfig, Session, State, VOCABULARY_SIZE};

use crate::activation::exp;
use crate::block::{BLOCK, Block, update_tile};
use crate::inputs::Inputs;
use crate::matrix::Matrix;
use crate::network::Network;
use crate::pipeline;
use crate::tile::{TILE_ROWS, TileRows};

/// Lanes that there is room for from the start.
const LANES: usize = 16;

/// Shorter texts are not worth a second thread.
const SHORT: usize = 4 * BLOCK;

/// A network and the buffers of one thread.
pub(crate) struct Run<'a, M: Matrix> {
    network: &'a Network<M>,
    /// Threads that a long text may be fed on, this one included.
    threads: usize,
    /// Hidden states of the layer below, `[lanes]`.
    below: Inputs<M::Input>,
    /// The layer's own hidden states before the step, `[lanes]`.
    recurrent: Inputs<M::Input>,
    /// Sums of one tile, `[lanes]`.
    sums: Vec<TileRows<f32>>,
    /// Made when a text is fed: a keystroke needs none.
    block: Option<Block<M>>,
    head_input: Inputs<M::Input>,
}

impl<'a, M: Matrix> Run<'a, M> {
    /// Allocates all that a step of up to [`LANES`] lanes needs.
    pub(crate) fn new(network: &'a Network<M>, threads: usize) -> Self {
        let config = network.config();
        Self {
            network,
            threads,
            below: Inputs::new(LANES, config.hidden_size),
            recurrent: Inputs::new(LANES, config.hidden_size),
            sums: vec![[0.0; TILE_ROWS]; LANES],
            block: None,
            head_input: Inputs::new(1, config.head_input_size()),
        }
    }

    fn grow(&mut self, lanes: usize) {
        if lanes > self.sums.len() {
            let hidden = self.network.config().hidden_size;
            self.below = Inputs::new(lanes, hidden);
            self.recurrent = Inputs::new(lanes, hidden);
            self.sums.resize(lanes, [0.0; TILE_ROWS]);
        }
    }

    /// Feeds at most [`BLOCK`] bytes unless `stop` says so, which is asked before
    /// every stage of it and in between. False if it did; `state` is then of no use.
    fn feed_block(&mut self, stop: &dyn Fn() -> bool, state: &mut State, bytes: &[u8]) -> bool {
        let network = self.network;
        let block = self.block.get_or_insert_with(|| Block::new(network));
        let hidden = network.config().hidden_size;
        let layers = state.h.chunks_exact_mut(hidden);
        for (layer, (h, c)) in layers.zip(state.c.chunks_exact_mut(hidden)).enumerate() {
            if stop() {
                return false;
            }
            block.set_inputs(network, layer, bytes);
            if layer > 0 && stop() {
                return false;
            }
            if !block.run(network, stop, layer, bytes.len(), (h, c)) {
                return false;
            }
        }
        true
    }

    /// One step of one layer for all lanes.
    fn step_layer(&mut self, layer: usize, states: &mut [State], bytes: &[u8]) {
        let network = self.network;
        let units = network.units(layer);
        let sums = &mut self.sums[..states.len()];
        for (lane, state) in states.iter().enumerate() {
            let input = self.recurrent.lane_mut(lane);
            M::encode(network.kernel(), &state.h[units.clone()], input);
        }
        for tile in 0..network.tiles() {
            network.set_inputs(layer, tile, bytes, &self.below, sums);
            network.add_recurrent(layer, tile, &self.recurrent, sums);
            for (state, sums) in states.iter_mut().zip(&*sums) {
                let (h, c) = (&mut state.h[units.clone()], &mut state.c[units.clone()]);
                update_tile(network.kernel(), tile, sums, h, c);
            }
        }
        for (lane, state) in states.iter().enumerate() {
            let input = self.below.lane_mut(lane);
            M::encode(network.kernel(), &state.h[units.clone()], input);
        }
    }
}

impl<M: Matrix> Session for Run<'_, M> {
    fn step(&mut self, states: &mut [State], bytes: &[u8]) {
        assert_eq!(states.len(), bytes.len(), "one byte a lane");
        let config = self.network.config();
        for state in states.iter() {
            check_shape(config, state);
        }
        self.grow(states.len());
        for layer in 0..config.num_layers {
            self.step_layer(layer, states, bytes);
        }
    }

    fn feed(&mut self, state: &mut State, bytes: &[u8]) {
        check_shape(self.network.config(), state);
        if let [byte] = bytes {
            return self.step(std::slice::from_mut(state), &[*byte]);
        }
        for bytes in bytes.chunks(BLOCK) {
            self.feed_block(&|| false, state, bytes);
        }
    }

    fn feed_parts(
        &mut self,
        stop: &(dyn Fn() -> bool + Sync),
        state: &State,
        parts: &[&[u8]],
    ) -> Vec<State> {
        check_shape(self.network.config(), state);
        let length: usize = parts.iter().map(|part| part.len()).sum();
        if self.threads > 1 && length >= SHORT {
            return pipeline::feed(self.network, self.threads, stop, state, parts);
        }
        let mut state = state.clone();
        let mut after = Vec::with_capacity(parts.len());
        for part in parts {
            for bytes in part.chunks(BLOCK) {
                if !self.feed_block(stop, &mut state, bytes) {
                    return after;
                }
            }
            after.push(state.clone());
        }
        after
    }

    fn log_probs(&mut self, state: &State, out: &mut [f32; VOCABULARY_SIZE]) {
        let network = self.network;
        check_shape(network.config(), state);
        let h = network.head_input(state);
        M::encode(network.kernel(), h, self.head_input.lane_mut(0));
        let (tiles, _) = out.as_chunks_mut::<TILE_ROWS>();
        for (tile, out) in tiles.iter_mut().enumerate() {
            *out = network.logits(tile, &self.head_input);
        }
        log_softmax(out);
    }
}

pub(crate) fn check_shape(config: &ModelConfig, state: &State) {
    let length = config.num_layers * config.hidden_size;
    let got = (state.h.len(), state.c.len());
    assert_eq!(got, (length, length), "a state of this model");
}

/// Logits to natural-log probabilities, in place.
fn log_softmax(logits: &mut [f32; VOCABULARY_SIZE]) {
    let largest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let total: f32 = logits.iter().map(|&logit| exp(logit - largest)).sum();
    // The C libraries of different systems round it differently.
    let shift = largest + libm::logf(total);
    for logit in logits {
        *logit -= shift;
    }
}
