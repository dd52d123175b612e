//! f32 matrices, for checkpoints and masters that are not quantised yet.
//!
//! Packed in groups of one column. Each row's sum runs over the columns from
//! first to last, multiplication and addition apart, on every kernel alike.

use lstm_format::Tensor;

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;

use crate::aligned::Aligned;
use crate::kernel::Kernel;
use crate::matrix::{Inputs, Matrix, for_lane_blocks};
use crate::tile::{RowOrder, TILE_ROWS, TileRows};

/// A packed f32 matrix.
pub(crate) struct FloatMatrix {
    kernel: Kernel,
    columns: usize,
    weights: Aligned<f32>,
}

impl Matrix for FloatMatrix {
    type Input = f32;

    const NAME: &'static str = "f32";

    fn pack(kernel: Kernel, tensor: &Tensor, columns: usize, order: &RowOrder) -> Self {
        Self {
            kernel,
            columns,
            weights: order.pack(&tensor.to_f32(), columns, 1),
        }
    }

    fn encode(_: Kernel, h: &[f32], inputs: &mut [f32]) {
        inputs[..h.len()].copy_from_slice(h);
    }

    fn add_tile(&self, tile: usize, inputs: &Inputs<f32>, sums: &mut [TileRows<f32>]) {
        let length = TILE_ROWS * self.columns;
        let weights = &self.weights[tile * length..][..length];
        for_lane_blocks!(sums, false, |first, block, LANES| {
            let inputs = inputs.lanes::<LANES>(first, self.columns);
            match self.kernel {
                #[cfg(target_arch = "x86_64")]
                // SAFETY: a network is built only with a kernel that this CPU supports.
                Kernel::Avx2 => unsafe { avx2::add_tile(weights, inputs, block) },
                #[cfg(target_arch = "x86_64")]
                // SAFETY: as above.
                Kernel::Avx512 => unsafe { avx512::add_tile(weights, inputs, block) },
                _ => add_tile(weights, inputs, block),
            }
        });
    }
}

/// Adds the product of a tile, `[columns][64]`, with each lane to `out`.
fn add_tile<const LANES: usize>(
    weights: &[f32],
    inputs: [&[f32]; LANES],
    out: &mut [TileRows<f32>],
) {
    let mut sums = [[0.0; TILE_ROWS]; LANES];
    for (index, column) in weights.chunks_exact(TILE_ROWS).enumerate() {
        for lane in 0..LANES {
            let input = inputs[lane][index];
            for row in 0..TILE_ROWS {
                sums[lane][row] += column[row] * input;
            }
        }
    }
    for (sums, out) in sums.iter().zip(out) {
        for row in 0..TILE_ROWS {
            out[row] += sums[row];
        }
    }
}
