//! A network with packed weights: everything that sessions share.

use std::ops::Range;

use lstm_format::{HeadInput, ModelConfig, ModelFile, State, VOCABULARY_SIZE};

use crate::inputs::Inputs;
use crate::kernel::Kernel;
use crate::matrix::Matrix;
use crate::matrix::float::FloatMatrix;
use crate::tile::{RowOrder, TILE_ROWS, TILE_UNITS, TileRows};

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
    /// Packs the weights of `model` for `kernel`.
    pub(crate) fn new(model: &ModelFile, kernel: Kernel) -> Self {
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
        M::describe(self.kernel)
    }

    /// The kernel it is packed for.
    pub(crate) fn kernel(&self) -> Kernel {
        self.kernel
    }

    /// Tiles of a layer.
    pub(crate) fn tiles(&self) -> usize {
        self.config.hidden_size.div_ceil(TILE_UNITS)
    }

    /// Where layer `layer`'s units lie in a [`State`].
    pub(crate) fn units(&self, layer: usize) -> Range<usize> {
        let hidden = self.config.hidden_size;
        layer * hidden..(layer + 1) * hidden
    }

    /// Sets one tile's sums in each lane to bias and input product of `layer`.
    ///
    /// The input is `bytes[lane]` in the first layer and lane `lane` of
    /// `below`, the layer below's hidden states, in the others.
    pub(crate) fn set_inputs(
        &self,
        layer: usize,
        tile: usize,
        bytes: &[u8],
        below: &Inputs<M::Input>,
        sums: &mut [TileRows<f32>],
    ) {
        match layer.checked_sub(1) {
            None => {
                for (sums, &byte) in sums.iter_mut().zip(bytes) {
                    *sums = self.table[usize::from(byte) * self.tiles() + tile];
                }
            }
            Some(upper) => {
                sums.fill(self.upper[upper].bias[tile]);
                self.upper[upper].input.add_tile(tile, below, sums);
            }
        }
    }

    /// Adds the product with the layer's own hidden states to one tile's sums.
    pub(crate) fn add_recurrent(
        &self,
        layer: usize,
        tile: usize,
        recurrent: &Inputs<M::Input>,
        sums: &mut [TileRows<f32>],
    ) {
        let matrix = match layer.checked_sub(1) {
            None => &self.first_recurrent,
            Some(upper) => &self.upper[upper].recurrent,
        };
        matrix.add_tile(tile, recurrent, sums);
    }

    /// The hidden states that the output layer reads.
    pub(crate) fn head_input<'s>(&self, state: &'s State) -> &'s [f32] {
        match self.config.head {
            HeadInput::AllLayers => &state.h,
            HeadInput::LastLayer => &state.h[self.units(self.config.num_layers - 1)],
        }
    }

    /// 64 logits from row `64 · tile` of the output layer.
    pub(crate) fn logits(&self, tile: usize, input: &Inputs<M::Input>) -> TileRows<f32> {
        let mut logits = self.head_bias[tile];
        self.head
            .add_tile(tile, input, std::slice::from_mut(&mut logits));
        logits
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
