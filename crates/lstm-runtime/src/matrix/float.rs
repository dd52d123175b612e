//! f32 matrices, for checkpoints and masters that are not quantised yet.
//!
//! Packed in groups of one column. Each row's sum runs over the columns from
//! first to last, multiplication and addition apart, on every kernel alike.

use lstm_format::Tensor;

use crate::aligned::Aligned;
use crate::inputs::Inputs;
use crate::kernel::Kernel;
use crate::matrix::Matrix;
use crate::tile::{RowOrder, TILE_ROWS, TileRows};

/// A packed f32 matrix.
pub(crate) struct FloatMatrix {
    kernel: Kernel,
    columns: usize,
    weights: Aligned<f32>,
}

impl Matrix for FloatMatrix {
    type Input = f32;

    fn describe(kernel: Kernel) -> String {
        format!("f32 {}", kernel.name())
    }

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
        self.kernel.set().add_f32(weights, inputs, sums);
    }
}
