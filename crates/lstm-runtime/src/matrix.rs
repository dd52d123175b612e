//! What a network needs of a packed matrix, whatever its numbers are.

pub(crate) mod float;
pub(crate) mod int8;

use lstm_format::Tensor;

use crate::inputs::Inputs;
use crate::kernel::Kernel;
use crate::tile::{RowOrder, TileRows};

/// A matrix packed in tiles, ready to be multiplied.
pub(crate) trait Matrix: Send + Sync + Sized {
    /// How a hidden unit is handed to the product.
    type Input: Copy + Default + Send + Sync;

    /// The answer of [`Engine::describe`](lstm_format::Engine::describe): its numbers
    /// and how `kernel` multiplies them, such as `int8 avx512-vnni`.
    fn describe(kernel: Kernel) -> String;

    /// Packs the `[rows, columns]` tensor as `kernel` reads it.
    fn pack(kernel: Kernel, tensor: &Tensor, columns: usize, order: &RowOrder) -> Self;

    /// Turns hidden states in (−1, 1) into inputs, one for one.
    fn encode(kernel: Kernel, h: &[f32], inputs: &mut [Self::Input]);

    /// Adds the product of tile `tile` with each lane's inputs to that lane's
    /// 64 sums: `sums[lane] += W[tile] · inputs[lane]`.
    fn add_tile(&self, tile: usize, inputs: &Inputs<Self::Input>, sums: &mut [TileRows<f32>]);
}
