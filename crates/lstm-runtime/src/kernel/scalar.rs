//! Plain Rust: the oracle of the vector kernels, and what runs on other CPUs.
//!
//! int8 is packed with all columns in one group, so rows are whole.

use crate::inputs::Inputs;
use crate::tile::{TILE_ROWS, TileRows};

use super::lanes::for_lane_blocks;
use super::{ACTIVATION_STEPS, InstructionSet, Int8Tile, KernelName};

/// What every CPU has.
pub(super) struct Scalar;

impl InstructionSet for Scalar {
    fn name(&self) -> KernelName {
        KernelName::Scalar
    }

    fn int8_group(&self, columns: usize) -> usize {
        columns
    }

    fn add_int8(&self, tile: &Int8Tile<'_>, inputs: &Inputs<u8>, sums: &mut [TileRows<f32>]) {
        let columns = tile.weights.len() / TILE_ROWS;
        for_lane_blocks!(sums, false, |first, block, LANES| {
            let integers = int8_sums::<LANES>(tile, inputs.lanes(first, columns));
            add_scaled(&integers, tile.scales, block);
        });
    }

    #[cfg(test)]
    fn int8_sums(&self, tile: &Int8Tile<'_>, inputs: &Inputs<u8>, sums: &mut [TileRows<i32>]) {
        let columns = tile.weights.len() / TILE_ROWS;
        for_lane_blocks!(sums, false, |first, block, LANES| {
            block.copy_from_slice(&int8_sums::<LANES>(tile, inputs.lanes(first, columns)));
        });
    }

    fn add_f32(&self, weights: &[f32], inputs: &Inputs<f32>, sums: &mut [TileRows<f32>]) {
        let columns = weights.len() / TILE_ROWS;
        for_lane_blocks!(sums, false, |first, block, LANES| {
            add_f32::<LANES>(weights, inputs.lanes(first, columns), block);
        });
    }
}

/// As the trait says; the other kernels compile it for themselves.
#[inline(always)]
pub(super) fn encode_int8(h: &[f32], inputs: &mut [u8]) {
    // Adding 1.5·2²³ leaves the rounded integer in the low bits of the sum;
    // flipping bit 7 of its low byte adds 128.
    const ROUND: f32 = 12_582_912.0;
    for (input, &h) in inputs.iter_mut().zip(h) {
        let steps = h.clamp(-1.0, 1.0) * ACTIVATION_STEPS + ROUND;
        *input = steps.to_bits() as u8 ^ 0x80;
    }
}

/// `sums[lane] += scales · integers[lane]`, row by row; part of every kernel.
#[inline(always)]
pub(super) fn add_scaled(
    integers: &[TileRows<i32>],
    scales: &TileRows<f32>,
    sums: &mut [TileRows<f32>],
) {
    for (integers, sums) in integers.iter().zip(sums) {
        for row in 0..TILE_ROWS {
            sums[row] += scales[row] * integers[row] as f32;
        }
    }
}

/// `starts[r] + Σ weights[r][j] · inputs[j]` of each lane, `[LANES][64]`.
fn int8_sums<const LANES: usize>(
    tile: &Int8Tile<'_>,
    inputs: [&[u8]; LANES],
) -> [TileRows<i32>; LANES] {
    let mut sums = [*tile.starts; LANES];
    let columns = tile.weights.len() / TILE_ROWS;
    for (row, weights) in tile.weights.chunks_exact(columns).enumerate() {
        for lane in 0..LANES {
            let products = weights.iter().zip(inputs[lane]);
            let products = products.map(|(&w, &u)| i32::from(w) * i32::from(u));
            sums[lane][row] += products.sum::<i32>();
        }
    }
    sums
}

/// Adds the product of a tile, `[columns][64]`, with each lane to `out`.
fn add_f32<const LANES: usize>(
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
