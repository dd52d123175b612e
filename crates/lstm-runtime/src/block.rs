//! One layer over a block of bytes that follow one another.
//!
//! The input products of all bytes are done first, as if the bytes were lanes,
//! so that these weights are read once a block. What is left to do byte by byte
//! is the recurrent product, whose weights then stay in the core's own cache.

use crate::inputs::Inputs;
use crate::kernel::Kernel;
use crate::matrix::Matrix;
use crate::network::Network;
use crate::tile::{TILE_ROWS, TILE_UNITS, TileRows};

/// Most bytes of a block.
pub(crate) const BLOCK: usize = 32;

/// Bytes between two looks at whether to stop.
const LOOK: usize = 8;

/// The buffers of one layer, or of one layer after the other.
pub(crate) struct Block<M: Matrix> {
    /// Hidden states after each byte: of the layer below until
    /// [`run`](Self::run) replaces them by the layer's own, `[BLOCK]`.
    hidden: Inputs<M::Input>,
    /// The layer's hidden state before a byte.
    recurrent: Inputs<M::Input>,
    /// Sums of all tiles, `[tiles][BLOCK]`.
    sums: Vec<TileRows<f32>>,
}

impl<M: Matrix> Block<M> {
    pub(crate) fn new(network: &Network<M>) -> Self {
        let hidden = network.config().hidden_size;
        Self {
            hidden: Inputs::new(BLOCK, hidden),
            recurrent: Inputs::new(1, hidden),
            sums: vec![[0.0; TILE_ROWS]; BLOCK * network.tiles()],
        }
    }

    /// Bias and input products of `layer` for `bytes`, at most [`BLOCK`].
    pub(crate) fn set_inputs(&mut self, network: &Network<M>, layer: usize, bytes: &[u8]) {
        let (sums, _) = self.sums.as_chunks_mut::<BLOCK>();
        for (tile, sums) in sums.iter_mut().enumerate() {
            network.set_inputs(layer, tile, bytes, &self.hidden, &mut sums[..bytes.len()]);
        }
    }

    /// Takes the layer's `h` and `c` through the `length` bytes whose input
    /// products are set, unless `stop` says so, which is asked every eight bytes.
    /// False if it did; `h` and `c` are then of no use.
    pub(crate) fn run(
        &mut self,
        network: &Network<M>,
        stop: &dyn Fn() -> bool,
        layer: usize,
        length: usize,
        (h, c): (&mut [f32], &mut [f32]),
    ) -> bool {
        let kernel = network.kernel();
        let (sums, _) = self.sums.as_chunks_mut::<BLOCK>();
        M::encode(kernel, h, self.recurrent.lane_mut(0));
        for step in 0..length {
            if step % LOOK == LOOK - 1 && stop() {
                return false;
            }
            let recurrent = &self.recurrent;
            let tile = |(tile, sums): (usize, &mut [TileRows<f32>; BLOCK])| {
                network.add_recurrent(layer, tile, recurrent, &mut sums[step..=step]);
                update_tile(kernel, tile, &sums[step], h, c);
            };
            // Forwards and backwards by turns. A cache that is too small for all weights
            // drops those read longest ago; always going forwards, that would be
            // exactly the part that is read next.
            let tiles = sums.iter_mut().enumerate();
            if step.is_multiple_of(2) {
                tiles.for_each(tile);
            } else {
                tiles.rev().for_each(tile);
            }
            let after = self.hidden.lane_mut(step);
            M::encode(kernel, h, after);
            self.recurrent.lane_mut(0).copy_from_slice(after);
        }
        true
    }

    /// The sums of `tile` in byte `step`, finished once the layer has
    /// [run](Self::run).
    pub(crate) fn sums(&self, tile: usize, step: usize) -> &TileRows<f32> {
        &self.sums[tile * BLOCK + step]
    }

    /// Makes `h` what the layer above is going to read for the first byte.
    pub(crate) fn replace_hidden(&mut self, network: &Network<M>, h: &[f32]) {
        M::encode(network.kernel(), h, self.hidden.lane_mut(0));
    }
}

/// Moves the units of one tile on, from their finished sums. `h` and `c` are the
/// layer's.
pub(crate) fn update_tile(
    kernel: Kernel,
    tile: usize,
    sums: &TileRows<f32>,
    h: &mut [f32],
    c: &mut [f32],
) {
    let first = tile * TILE_UNITS;
    let units = first..h.len().min(first + TILE_UNITS);
    kernel.update(sums, &mut c[units.clone()], &mut h[units]);
}
