//! int8 matrices: rows of int8 with a scale each, times hidden states as u8.
//!
//! A hidden state `h` in (−1, 1) is handed over as `u = round(127·h) + 128`.
//! With `w = scale · q`, the product of a row is
//! `Σ w·h ≈ scale / 127 · (Σ q·u − 128 · Σ q)`; the last term is known when the
//! matrix is packed and is where the integer sums start. They are exact in
//! i32: at most 32 768 columns of 255 · 128, and no kernel saturates.

use std::borrow::Cow;

use lstm_format::Tensor;

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod scalar;

use crate::aligned::Aligned;
use crate::kernel::Kernel;
use crate::matrix::{Inputs, Matrix, for_lane_blocks};
use crate::tile::{RowOrder, TILE_ROWS, TileRows};

/// `h` is stored in steps of `1 / ACTIVATION_STEPS`.
const ACTIVATION_STEPS: f32 = 127.0;

/// The u8 that stands for `h = 0`.
const ACTIVATION_ZERO: i32 = 128;

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
    /// The weights of one tile, `[group][64][column in group]`.
    fn tile(&self, tile: usize) -> &[i8] {
        let length = TILE_ROWS * self.columns;
        &self.weights[tile * length..][..length]
    }
}

impl Matrix for Int8Matrix {
    type Input = u8;

    const NAME: &'static str = "int8";

    fn pack(kernel: Kernel, tensor: &Tensor, columns: usize, order: &RowOrder) -> Self {
        let (values, scales) = quantised(tensor, columns);
        let group = match kernel {
            Kernel::Scalar => columns,
            Kernel::Avx2 => 2,
            Kernel::Avx512 => 4,
        };
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
        match kernel {
            #[cfg(target_arch = "x86_64")]
            // SAFETY: a network is built only with a kernel that this CPU supports.
            Kernel::Avx2 => unsafe { avx2::encode(h, inputs) },
            #[cfg(target_arch = "x86_64")]
            // SAFETY: as above.
            Kernel::Avx512 => unsafe { avx512::encode(h, inputs) },
            _ => scalar::encode(h, inputs),
        }
    }

    fn add_tile(&self, tile: usize, inputs: &Inputs<u8>, sums: &mut [TileRows<f32>]) {
        let (weights, columns) = (self.tile(tile), self.columns);
        let (starts, scales) = (&self.starts[tile], &self.scales[tile]);
        for_lane_blocks!(
            sums,
            self.kernel == Kernel::Avx512,
            |first, block, LANES| {
                let inputs = inputs.lanes::<LANES>(first, columns);
                match self.kernel {
                    #[cfg(target_arch = "x86_64")]
                    // SAFETY: packed for a kernel that this CPU supports, in groups of 2.
                    Kernel::Avx2 => unsafe {
                        avx2::add_tile(weights, starts, scales, inputs, block)
                    },
                    #[cfg(target_arch = "x86_64")]
                    // SAFETY: as above, in groups of 4.
                    Kernel::Avx512 => unsafe {
                        avx512::add_tile(weights, starts, scales, inputs, block);
                    },
                    _ => scalar::add_tile(weights, starts, scales, inputs, block),
                }
            }
        );
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

/// `sums += scales · integers`, row by row; part of every kernel.
#[inline(always)]
fn add_scaled(integers: &TileRows<i32>, scales: &TileRows<f32>, sums: &mut TileRows<f32>) {
    for row in 0..TILE_ROWS {
        sums[row] += scales[row] * integers[row] as f32;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Integer sums of every tile for up to eight lanes, by `matrix`'s kernel.
    fn sums<const LANES: usize>(matrix: &Int8Matrix, inputs: &Inputs<u8>) -> Vec<i32> {
        let tile = |tile: usize| {
            let (weights, starts) = (matrix.tile(tile), &matrix.starts[tile]);
            let inputs = inputs.lanes::<LANES>(0, matrix.columns);
            match matrix.kernel {
                #[cfg(target_arch = "x86_64")]
                // SAFETY: `check` only packs for supported kernels.
                Kernel::Avx2 => unsafe { avx2::tile_sums(weights, starts, inputs) },
                #[cfg(target_arch = "x86_64")]
                // SAFETY: as above.
                Kernel::Avx512 => unsafe { avx512::tile_sums(weights, starts, inputs) },
                _ => scalar::tile_sums(weights, starts, inputs),
            }
        };
        let tiles = (0..matrix.starts.len()).flat_map(tile);
        tiles.flatten().collect()
    }

    /// All kernels give `Σ q·(u − 128)` exactly.
    fn check<const LANES: usize>(weights: Vec<i8>, inputs: &[u8], columns: usize) {
        let rows = weights.len() / columns;
        let order = RowOrder::plain(rows);
        let tensor = Tensor::Int8 {
            scales: vec![1.0; rows],
            values: weights,
        };
        let mut lanes = Inputs::new(LANES, columns);
        for lane in 0..LANES {
            lanes.lane_mut(lane)[..columns].copy_from_slice(&inputs[lane * columns..][..columns]);
            // What follows the inputs must not matter.
            lanes.lane_mut(lane)[columns..].fill(201);
        }
        let scalar = sums::<LANES>(
            &Int8Matrix::pack(Kernel::Scalar, &tensor, columns, &order),
            &lanes,
        );
        let Tensor::Int8 { values, .. } = &tensor else {
            unreachable!("built above")
        };
        for (row, weights) in values.chunks_exact(columns).enumerate() {
            for lane in 0..LANES {
                let inputs = &inputs[lane * columns..][..columns];
                let products = weights.iter().zip(inputs);
                let expected = products.map(|(&q, &u)| i32::from(q) * (i32::from(u) - 128));
                let at = (row / TILE_ROWS * LANES + lane) * TILE_ROWS + row % TILE_ROWS;
                assert_eq!(scalar[at], expected.sum::<i32>(), "row {row}, lane {lane}");
            }
        }
        for kernel in Kernel::ALL.into_iter().filter(|k| k.is_supported()) {
            let matrix = Int8Matrix::pack(kernel, &tensor, columns, &order);
            assert_eq!(sums::<LANES>(&matrix, &lanes), scalar, "{kernel:?}");
        }
    }

    fn check_lanes(lanes: usize, weights: Vec<i8>, inputs: &[u8], columns: usize) {
        match lanes {
            1 => check::<1>(weights, inputs, columns),
            2 => check::<2>(weights, inputs, columns),
            3 => check::<3>(weights, inputs, columns),
            4 => check::<4>(weights, inputs, columns),
            _ => check::<8>(weights, inputs, columns),
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn every_kernel_gives_the_scalar_sums(
            columns in prop_oneof![Just(1_usize), Just(10), Just(33), Just(64), Just(512), 1_usize..200],
            rows in 1_usize..140,
            lanes in prop_oneof![1_usize..=4, Just(8)],
            seed: u64,
        ) {
            let mut bits = seed | 1;
            let mut random = || {
                bits = bits.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                (bits >> 56) as u8
            };
            let weights = (0..rows * columns).map(|_| random().cast_signed()).collect();
            let inputs: Vec<u8> = (0..lanes * columns).map(|_| random()).collect();
            check_lanes(lanes, weights, &inputs, columns);
        }
    }

    #[test]
    fn the_largest_sums_do_not_saturate() {
        for lanes in 1..=4 {
            for (weight, input) in [(-128, 255), (127, 255), (-128, 0), (127, 0)] {
                check_lanes(lanes, vec![weight; 64 * 512], &[input; 4 * 512], 512);
            }
            check_lanes(lanes, vec![-128; 32_768], &[255; 4 * 32_768], 32_768);
        }
    }

    #[test]
    fn hidden_states_become_bytes_around_128() {
        let h = [-1.0, -0.5, -1.5 / 127.0, 0.0, 0.4 / 127.0, 0.5, 1.0, 7.0];
        for kernel in Kernel::ALL.into_iter().filter(|k| k.is_supported()) {
            let mut bytes = [0; 8];
            Int8Matrix::encode(kernel, &h, &mut bytes);
            assert_eq!(bytes, [1, 64, 126, 128, 128, 192, 255, 255], "{kernel:?}");
        }
    }
}
