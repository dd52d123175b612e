//! A network with packed weights, and how a step walks it.
//!
//! For every layer, tile by tile: start from the bias (in the first layer, from
//! the input byte's row of a table), add both products, update sixteen units
//! of every lane. A weight is read once a step, whatever the number of lanes.

use std::ops::Range;

use lstm_format::{HeadInput, ModelConfig, ModelFile, Session, State, VOCABULARY_SIZE};

use crate::activation::exp;
use crate::float::FloatMatrix;
use crate::gates;
use crate::kernel::Kernel;
use crate::matrix::{Inputs, Matrix};
use crate::tile::{RowOrder, TILE_ROWS, TILE_UNITS, TileRows};

/// Lanes that a new session has room for; more make it grow once.
const INITIAL_LANES: usize = 8;

/// A stacked LSTM over matrices of one kind.
pub(crate) struct Network<M> {
    config: ModelConfig,
    kernel: Kernel,
    /// `W_ih · embedding(byte) + bias_ih + bias_hh` of the first layer: row
    /// `byte` is `tiles` tiles.
    table: Vec<TileRows<f32>>,
    /// `W_hh` of the first layer.
    first_recurrent: M,
    upper: Vec<Layer<M>>,
    head: M,
    head_bias: Vec<TileRows<f32>>,
}

/// A layer above the first.
struct Layer<M> {
    /// `W_ih`, over the hidden states of the layer below.
    input: M,
    /// `W_hh`, over the layer's own hidden states.
    recurrent: M,
    /// `bias_ih + bias_hh`, `[tiles]`.
    bias: Vec<TileRows<f32>>,
}

impl<M: Matrix> Network<M> {
    /// Packs the weights of `model` for `kernel`, which this CPU must support.
    pub(crate) fn new(model: &ModelFile, kernel: Kernel) -> Self {
        assert!(kernel.is_supported(), "the caller has checked the kernel");
        let config = model.config.clone();
        let hidden = config.hidden_size;
        let order = RowOrder::gates(hidden);
        let recurrent = |layer: usize| {
            let tensor = model.tensor(&format!("lstm.weight_hh_l{layer}"));
            M::pack(kernel, tensor, hidden, &order)
        };
        let upper = |layer: usize| Layer {
            input: M::pack(
                kernel,
                model.tensor(&format!("lstm.weight_ih_l{layer}")),
                hidden,
                &order,
            ),
            recurrent: recurrent(layer),
            bias: order.arrange(&bias(model, layer)),
        };
        let head_order = RowOrder::plain(VOCABULARY_SIZE);
        let head = model.tensor("head.weight");
        Self {
            kernel,
            table: input_table(model, kernel, &order),
            first_recurrent: recurrent(0),
            upper: (1..config.num_layers).map(upper).collect(),
            head: M::pack(kernel, head, config.head_input_size(), &head_order),
            head_bias: head_order.arrange(&model.tensor("head.bias").to_f32()),
            config,
        }
    }

    /// Shape and language.
    pub(crate) fn config(&self) -> &ModelConfig {
        &self.config
    }

    /// Number kind and instruction set, such as `int8 avx512-vnni`.
    pub(crate) fn describe(&self) -> String {
        let vnni = self.kernel == Kernel::Avx512 && M::NAME == "int8";
        let suffix = if vnni { "-vnni" } else { "" };
        format!("{} {}{suffix}", M::NAME, self.kernel.name())
    }

    /// A session with buffers for [`INITIAL_LANES`] lanes.
    pub(crate) fn session(&self) -> Run<'_, M> {
        Run {
            network: self,
            lanes: Lanes::new(&self.config, INITIAL_LANES),
            head_input: Inputs::new(1, self.config.head_input_size()),
        }
    }

    /// Where layer `layer`'s units lie in a [`State`].
    fn units(&self, layer: usize) -> Range<usize> {
        let hidden = self.config.hidden_size;
        layer * hidden..(layer + 1) * hidden
    }
}

/// `bias_ih + bias_hh` of one layer, `[4*H]`.
fn bias(model: &ModelFile, layer: usize) -> Vec<f32> {
    let ih = model.tensor(&format!("lstm.bias_ih_l{layer}")).to_f32();
    let hh = model.tensor(&format!("lstm.bias_hh_l{layer}")).to_f32();
    ih.iter().zip(&hh).map(|(ih, hh)| ih + hh).collect()
}

/// The first layer's input product for every byte, `[256][tiles]`, in f32.
fn input_table(model: &ModelFile, kernel: Kernel, order: &RowOrder) -> Vec<TileRows<f32>> {
    let width = model.config.embedding_size;
    let weights = model.tensor("lstm.weight_ih_l0");
    let weights = FloatMatrix::pack(kernel, weights, width, order);
    let embedding = model.tensor("embedding.weight").to_f32();
    let mut inputs = Inputs::new(VOCABULARY_SIZE, width);
    for (byte, row) in embedding.chunks_exact(width).enumerate() {
        FloatMatrix::encode(kernel, row, inputs.lane_mut(byte));
    }
    let tiles = order.tiles();
    let mut table = vec![[0.0; TILE_ROWS]; VOCABULARY_SIZE * tiles];
    for (tile, bias) in order.arrange(&bias(model, 0)).into_iter().enumerate() {
        let mut sums = [bias; VOCABULARY_SIZE];
        weights.add_tile(tile, &inputs, &mut sums);
        for (byte, sums) in sums.into_iter().enumerate() {
            table[byte * tiles + tile] = sums;
        }
    }
    table
}

/// Buffers of the lanes of a step.
struct Lanes<T> {
    /// What comes up from the layer below.
    below: Inputs<T>,
    /// The layer's own hidden states before the step.
    recurrent: Inputs<T>,
    /// The sums of one tile, `[lanes]`.
    sums: Vec<TileRows<f32>>,
}

impl<T: Copy + Default> Lanes<T> {
    fn new(config: &ModelConfig, lanes: usize) -> Self {
        Self {
            below: Inputs::new(lanes, config.hidden_size),
            recurrent: Inputs::new(lanes, config.hidden_size),
            sums: vec![[0.0; TILE_ROWS]; lanes],
        }
    }
}

/// A session: a network and buffers of its own.
pub(crate) struct Run<'a, M: Matrix> {
    network: &'a Network<M>,
    lanes: Lanes<M::Input>,
    head_input: Inputs<M::Input>,
}

impl<M: Matrix> Run<'_, M> {
    /// One layer for all lanes; `below` holds the inputs of layers above the first.
    fn layer(&mut self, layer: usize, states: &mut [State], bytes: &[u8]) {
        let network = self.network;
        let kernel = network.kernel;
        let units = network.units(layer);
        let Lanes {
            below,
            recurrent,
            sums,
        } = &mut self.lanes;
        let sums = &mut sums[..states.len()];
        for (lane, state) in states.iter().enumerate() {
            M::encode(kernel, &state.h[units.clone()], recurrent.lane_mut(lane));
        }
        let tiles = network.config.hidden_size.div_ceil(TILE_UNITS);
        for tile in 0..tiles {
            match layer.checked_sub(1).map(|upper| &network.upper[upper]) {
                None => {
                    for (sums, &byte) in sums.iter_mut().zip(bytes) {
                        *sums = network.table[usize::from(byte) * tiles + tile];
                    }
                    network.first_recurrent.add_tile(tile, recurrent, sums);
                }
                Some(upper) => {
                    sums.fill(upper.bias[tile]);
                    upper.input.add_tile(tile, below, sums);
                    upper.recurrent.add_tile(tile, recurrent, sums);
                }
            }
            let first = units.start + tile * TILE_UNITS;
            let units = first..units.end.min(first + TILE_UNITS);
            for (state, sums) in states.iter_mut().zip(&*sums) {
                let (c, h) = (&mut state.c[units.clone()], &mut state.h[units.clone()]);
                gates::update(kernel, sums, c, h);
            }
        }
        for (lane, state) in states.iter().enumerate() {
            M::encode(kernel, &state.h[units.clone()], below.lane_mut(lane));
        }
    }
}

impl<M: Matrix> Session for Run<'_, M> {
    fn step(&mut self, states: &mut [State], bytes: &[u8]) {
        assert_eq!(states.len(), bytes.len(), "one byte a lane");
        let config = &self.network.config;
        for state in states.iter() {
            check_shape(config, state);
        }
        if states.len() > self.lanes.sums.len() {
            self.lanes = Lanes::new(config, states.len());
        }
        for layer in 0..config.num_layers {
            self.layer(layer, states, bytes);
        }
    }

    fn log_probs(&mut self, state: &State, out: &mut [f32; VOCABULARY_SIZE]) {
        let network = self.network;
        check_shape(&network.config, state);
        let h = match network.config.head {
            HeadInput::AllLayers => &state.h[..],
            HeadInput::LastLayer => &state.h[network.units(network.config.num_layers - 1)],
        };
        M::encode(network.kernel, h, self.head_input.lane_mut(0));
        for (tile, out) in out.as_chunks_mut::<TILE_ROWS>().0.iter_mut().enumerate() {
            *out = network.head_bias[tile];
            let sums = std::slice::from_mut(out);
            network.head.add_tile(tile, &self.head_input, sums);
        }
        log_softmax(out);
    }
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
