//! int8 matrices: rows of int8 with a scale each, times hidden states as u8.
//!
//! A hidden state `h` in (−1, 1) is handed over as `u = round(127·h) + 128`.
//! With `w = scale · q`, the product of a row is
//! `Σ w·h ≈ scale / 127 · (Σ q·u − 128 · Σ q)`; the last term is known when the
//! matrix is packed and is where the integer sums start. They are exact in
//! i32: at most 32 768 columns of 255 · 128, and no kernel saturates.

use std::borrow::Cow;

use lstm_format::Tensor;

use crate::aligned::Aligned;
use crate::inputs::Inputs;
use crate::kernel::{ACTIVATION_STEPS, ACTIVATION_ZERO, Int8Tile, Kernel};
use crate::matrix::Matrix;
use crate::tile::{RowOrder, TILE_ROWS, TileRows};

/// A packed int8 matrix.
pub(crate) struct Int8Matrix {
    kernel: Kernel,
    /// Columns in memory, a multiple of the kernel's group.
    columns: usize,
    weights: Aligned<i8>,
    /// `−128 · Σ q` of each row, where the integer sums start.
    starts: Vec<TileRows<i32>>,
    /// `scale / 127` of each row.
    scales: Vec<TileRows<f32>>,
}

impl Int8Matrix {
    fn tile(&self, tile: usize) -> Int8Tile<'_> {
        let length = TILE_ROWS * self.columns;
        Int8Tile {
            weights: &self.weights[tile * length..][..length],
            starts: &self.starts[tile],
            scales: &self.scales[tile],
        }
    }
}

impl Matrix for Int8Matrix {
    type Input = u8;

    fn describe(kernel: Kernel) -> String {
        format!("int8 {}", kernel.set().int8_name())
    }

    fn pack(kernel: Kernel, tensor: &Tensor, columns: usize, order: &RowOrder) -> Self {
        let (values, scales) = quantised(tensor, columns);
        let group = kernel.set().int8_group(columns);
        let start = |row: &[i8]| -ACTIVATION_ZERO * row.iter().map(|&q| i32::from(q)).sum::<i32>();
        let starts: Vec<i32> = values.chunks_exact(columns).map(start).collect();
        let scales: Vec<f32> = scales.iter().map(|s| s / ACTIVATION_STEPS).collect();
        Self {
            kernel,
            columns: columns.next_multiple_of(group),
            weights: order.pack(&values, columns, group),
            starts: order.arrange(&starts),
            scales: order.arrange(&scales),
        }
    }

    fn encode(kernel: Kernel, h: &[f32], inputs: &mut [u8]) {
        kernel.set().encode_int8(h, inputs);
    }

    fn add_tile(&self, tile: usize, inputs: &Inputs<u8>, sums: &mut [TileRows<f32>]) {
        self.kernel.set().add_int8(&self.tile(tile), inputs, sums);
    }
}

/// The int8 rows of `tensor` and their scales; anything else is quantised.
fn quantised(tensor: &Tensor, columns: usize) -> (Cow<'_, [i8]>, Cow<'_, [f32]>) {
    if let Tensor::Int8 { values, scales } = tensor {
        return (values.into(), scales.into());
    }
    match Tensor::quantise(&tensor.to_f32(), columns) {
        Tensor::Int8 { values, scales } => (values.into(), scales.into()),
        _ => unreachable!("quantise gives int8"),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::kernel::KernelName;

    /// Integer sums of every tile for each lane, `[tiles][lanes][64]`, by `matrix`'s
    /// kernel.
    fn sums(matrix: &Int8Matrix, inputs: &Inputs<u8>, lanes: usize) -> Vec<i32> {
        let tile = |tile: usize| {
            let mut sums = vec![[0; TILE_ROWS]; lanes];
            let kernel = matrix.kernel.set();
            kernel.int8_sums(&matrix.tile(tile), inputs, &mut sums);
            sums
        };
        let tiles = (0..matrix.starts.len()).flat_map(tile);
        tiles.flatten().collect()
    }

    /// All kernels give `Σ q·(u − 128)` exactly.
    fn check(lanes: usize, weights: Vec<i8>, inputs: &[u8], columns: usize) {
        let rows = weights.len() / columns;
        let order = RowOrder::plain(rows);
        let tensor = Tensor::Int8 {
            scales: vec![1.0; rows],
            values: weights,
        };
        let mut given = Inputs::new(lanes, columns);
        for lane in 0..lanes {
            given.lane_mut(lane)[..columns].copy_from_slice(&inputs[lane * columns..][..columns]);
            // What follows the inputs must not matter.
            given.lane_mut(lane)[columns..].fill(201);
        }
        let by = |kernel| {
            let matrix = Int8Matrix::pack(kernel, &tensor, columns, &order);
            sums(&matrix, &given, lanes)
        };
        let scalar = by(Kernel::named(KernelName::Scalar).expect("it runs anywhere"));
        let Tensor::Int8 { values, .. } = &tensor else {
            unreachable!("built above")
        };
        for (row, weights) in values.chunks_exact(columns).enumerate() {
            for lane in 0..lanes {
                let inputs = &inputs[lane * columns..][..columns];
                let products = weights.iter().zip(inputs);
                let expected = products.map(|(&q, &u)| i32::from(q) * (i32::from(u) - 128));
                let at = (row / TILE_ROWS * lanes + lane) * TILE_ROWS + row % TILE_ROWS;
                assert_eq!(scalar[at], expected.sum::<i32>(), "row {row}, lane {lane}");
            }
        }
        for kernel in Kernel::available() {
            assert_eq!(by(kernel), scalar, "{kernel:?}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn every_kernel_gives_the_scalar_sums(
            columns in prop_oneof![Just(1_usize), Just(10), Just(33), Just(64), Just(512), 1_usize..200],
            rows in 1_usize..140,
            lanes in 1_usize..=12,
            seed: u64,
        ) {
            let mut bits = seed | 1;
            let mut random = || {
                bits = bits.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                (bits >> 56) as u8
            };
            let weights = (0..rows * columns).map(|_| random().cast_signed()).collect();
            let inputs: Vec<u8> = (0..lanes * columns).map(|_| random()).collect();
            check(lanes, weights, &inputs, columns);
        }
    }

    #[test]
    fn the_largest_sums_do_not_saturate() {
        for lanes in 1..=4 {
            for (weight, input) in [(-128, 255), (127, 255), (-128, 0), (127, 0)] {
                check(lanes, vec![weight; 64 * 512], &[input; 4 * 512], 512);
            }
            check(lanes, vec![-128; 32_768], &[255; 4 * 32_768], 32_768);
        }
    }

    #[test]
    fn hidden_states_become_bytes_around_128() {
        let h = [-1.0, -0.5, -1.5 / 127.0, 0.0, 0.4 / 127.0, 0.5, 1.0, 7.0];
        for kernel in Kernel::available() {
            let mut bytes = [0; 8];
            Int8Matrix::encode(kernel, &h, &mut bytes);
            assert_eq!(bytes, [1, 64, 126, 128, 128, 192, 255, 255], "{kernel:?}");
        }
    }
}
