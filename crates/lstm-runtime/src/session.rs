//! One thread's run through a network: its buffers, and the order of the work.
//!
//! A step goes layer by layer and tile by tile: bias and input product (in the
//! first layer, one row of a table), recurrent product, then sixteen units of
//! every lane. A weight is read once a step, whatever the number of lanes.
//! Feeding a text does one layer for a block of bytes before the next: the
//! input products of the block are then done at once, as if its bytes were
//! lanes, and the recurrent weights stay in the cache. Both give the same bits.

use lstm_format::{ModelConfig, Session, State, VOCABULARY_SIZE};

use crate::activation::exp;
use crate::gates;
use crate::matrix::{Inputs, Matrix};
use crate::network::Network;
use crate::tile::{TILE_ROWS, TILE_UNITS, TileRows};

/// Bytes that [`Session::feed`] takes through a layer at once, and lanes that a
/// new session has room for; more lanes make it grow once.
const BLOCK: usize = 16;

/// A network and the buffers of one thread.
pub(crate) struct Run<'a, M: Matrix> {
    network: &'a Network<M>,
    /// Hidden states of the layer below, `[lanes]` or `[bytes of a block]`.
    below: Inputs<M::Input>,
    /// The layer's own hidden states before the step, `[lanes]`.
    recurrent: Inputs<M::Input>,
    /// Sums of one tile, `[lanes]`.
    sums: Vec<TileRows<f32>>,
    /// Sums of all tiles for a block of bytes, `[tiles][BLOCK]`.
    block_sums: Vec<TileRows<f32>>,
    head_input: Inputs<M::Input>,
}

impl<'a, M: Matrix> Run<'a, M> {
    /// Allocates all that a step of up to [`BLOCK`] lanes needs.
    pub(crate) fn new(network: &'a Network<M>) -> Self {
        let config = network.config();
        Self {
            network,
            below: Inputs::new(BLOCK, config.hidden_size),
            recurrent: Inputs::new(BLOCK, config.hidden_size),
            sums: vec![[0.0; TILE_ROWS]; BLOCK],
            block_sums: vec![[0.0; TILE_ROWS]; BLOCK * network.tiles()],
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
                update_tile(network, layer, tile, sums, state);
            }
        }
        for (lane, state) in states.iter().enumerate() {
            let input = self.below.lane_mut(lane);
            M::encode(network.kernel(), &state.h[units.clone()], input);
        }
    }

    /// One layer for up to [`BLOCK`] bytes that follow one another.
    fn feed_layer(&mut self, layer: usize, state: &mut State, bytes: &[u8]) {
        let network = self.network;
        let units = network.units(layer);
        let (block_sums, _) = self.block_sums.as_chunks_mut::<BLOCK>();
        for (tile, sums) in block_sums.iter_mut().enumerate() {
            let sums = &mut sums[..bytes.len()];
            network.set_inputs(layer, tile, bytes, &self.below, sums);
        }
        for step in 0..bytes.len() {
            let input = self.recurrent.lane_mut(0);
            M::encode(network.kernel(), &state.h[units.clone()], input);
            for (tile, sums) in block_sums.iter_mut().enumerate() {
                let sums = &mut sums[step..=step];
                network.add_recurrent(layer, tile, &self.recurrent, sums);
                update_tile(network, layer, tile, &sums[0], state);
            }
            let input = self.below.lane_mut(step);
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
        let config = self.network.config();
        check_shape(config, state);
        for block in bytes.chunks(BLOCK) {
            for layer in 0..config.num_layers {
                self.feed_layer(layer, state, block);
            }
        }
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

/// Moves the units of one tile on, from their finished sums.
fn update_tile<M: Matrix>(
    network: &Network<M>,
    layer: usize,
    tile: usize,
    sums: &TileRows<f32>,
    state: &mut State,
) {
    let all = network.units(layer);
    let first = all.start + tile * TILE_UNITS;
    let units = first..all.end.min(first + TILE_UNITS);
    let (c, h) = (&mut state.c[units.clone()], &mut state.h[units]);
    gates::update(network.kernel(), sums, c, h);
}

fn check_shape(config: &ModelConfig, state: &State) {
    let length = config.num_layers * config.hidden_size;
    let got = (state.h.len(), state.c.len());
    assert_eq!(got, (length, length), "a state of this model");
}

/// Logits to natural-log probabilities, in place.
fn log_softmax(logits: &mut [f32; VOCABULARY_SIZE]) {
    let largest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let total: f32 = logits.iter().map(|&logit| exp(logit - largest)).sum();
    let shift = largest + total.ln();
    for logit in logits {
        *logit -= shift;
    }
}
