//! 128-bit vectors of WebAssembly.
//!
//! A module has them or not as a whole, so this is compiled only where the compiler was
//! told that it has (`-C target-feature=+simd128`). int8 is packed in groups of 2 columns:
//! 16 bytes are 8 rows. They are widened to i16, and `i32x4.dot_i16x8_s` adds the two
//! products of a row.

use std::arch::wasm32::*;

use crate::inputs::Inputs;
use crate::tile::{TILE_ROWS, TileRows};

use super::{InstructionSet, Int8Tile, KernelName, lane_by_lane};

/// Columns of a group of int8.
const GROUP: usize = 2;

/// Rows of an accumulator.
const ROWS: usize = 4;

/// Accumulators of a tile.
const N: usize = TILE_ROWS / ROWS;

/// The instruction set, which the whole module has.
pub(super) struct Simd128;

impl InstructionSet for Simd128 {
    fn name(&self) -> KernelName {
        KernelName::Simd128
    }

    fn int8_group(&self, _: usize) -> usize {
        GROUP
    }

    fn add_int8(&self, tile: &Int8Tile<'_>, inputs: &Inputs<u8>, sums: &mut [TileRows<f32>]) {
        lane_by_lane::add_int8(tile, inputs, sums, |inputs| int8_lane(tile, inputs));
    }

    #[cfg(test)]
    fn int8_sums(&self, tile: &Int8Tile<'_>, inputs: &Inputs<u8>, sums: &mut [TileRows<i32>]) {
        lane_by_lane::int8_sums(tile, inputs, sums, |inputs| int8_lane(tile, inputs));
    }

    fn add_f32(&self, weights: &[f32], inputs: &Inputs<f32>, sums: &mut [TileRows<f32>]) {
        lane_by_lane::add_f32(weights, inputs, sums, |inputs, sums| {
            add_f32_lane(weights, inputs, sums);
        });
    }
}

/// The integer sums of a tile for one lane.
fn int8_lane(tile: &Int8Tile<'_>, inputs: &[u8]) -> TileRows<i32> {
    let mut sums = *tile.starts;
    let mut totals = [i32x4_splat(0); N];
    let groups = tile.weights.chunks_exact(TILE_ROWS * GROUP);
    for (group, &[low, high]) in groups.zip(inputs.as_chunks::<GROUP>().0) {
        let pair = i32x4_splat(i32::from(high) << 16 | i32::from(low));
        let rows = group.as_chunks::<{ 2 * ROWS * GROUP }>().0;
        for (totals, rows) in totals.as_chunks_mut::<2>().0.iter_mut().zip(rows) {
            // SAFETY: the chunk is 16 bytes.
            let bytes = unsafe { v128_load(rows.as_ptr().cast()) };
            let products = i32x4_dot_i16x8(i16x8_extend_low_i8x16(bytes), pair);
            totals[0] = i32x4_add(totals[0], products);
            let products = i32x4_dot_i16x8(i16x8_extend_high_i8x16(bytes), pair);
            totals[1] = i32x4_add(totals[1], products);
        }
    }
    for (total, sums) in totals.iter().zip(sums.as_chunks_mut::<ROWS>().0) {
        let at = sums.as_mut_ptr().cast();
        // SAFETY: the chunk is one vector of four sums.
        unsafe { v128_store(at, i32x4_add(v128_load(at), *total)) };
    }
    sums
}

fn add_f32_lane(weights: &[f32], inputs: &[f32], sums: &mut TileRows<f32>) {
    let mut totals = [f32x4_splat(0.0); N];
    for (column, input) in weights.chunks_exact(TILE_ROWS).zip(inputs) {
        let input = f32x4_splat(*input);
        for (total, rows) in totals.iter_mut().zip(column.as_chunks::<ROWS>().0) {
            // SAFETY: the chunk is four weights.
            let weight = unsafe { v128_load(rows.as_ptr().cast()) };
            *total = f32x4_add(*total, f32x4_mul(weight, input));
        }
    }
    for (total, sums) in totals.iter().zip(sums.as_chunks_mut::<ROWS>().0) {
        let at = sums.as_mut_ptr().cast();
        // SAFETY: the chunk is one vector of four sums.
        unsafe { v128_store(at, f32x4_add(v128_load(at), *total)) };
    }
}
