//! 128-bit vectors, which every 64-bit Arm CPU has.
//!
//! int8 is packed in groups of 2 columns: 16 bytes are 8 rows. `smull` gives products in
//! i16 and `sadalp` adds the two of a row to an i32. Inputs are taken as signed.

use std::arch::aarch64::*;

use crate::inputs::Inputs;
use crate::tile::{TILE_ROWS, TileRows};

use super::{InstructionSet, Int8Tile, KernelName, lane_by_lane};

/// Columns of a group of int8.
const GROUP: usize = 2;

/// Rows of an accumulator.
pub(super) const ROWS: usize = 4;

/// Accumulators of a tile, half of the 32 registers.
pub(super) const N: usize = TILE_ROWS / ROWS;

/// That this CPU has NEON. [`detect`] alone makes one, after it has asked.
struct Neon(());

/// The instruction set, if this CPU has it.
pub(super) fn detect() -> Option<&'static dyn InstructionSet> {
    std::arch::is_aarch64_feature_detected!("neon").then_some(&Neon(()))
}

impl InstructionSet for Neon {
    fn name(&self) -> KernelName {
        KernelName::Neon
    }

    fn int8_group(&self, _: usize) -> usize {
        GROUP
    }

    fn add_int8(&self, tile: &Int8Tile<'_>, inputs: &Inputs<u8>, sums: &mut [TileRows<f32>]) {
        // SAFETY: `self` exists, so `detect` has found NEON.
        let product = |inputs: &[u8]| unsafe { int8_lane(tile.weights, inputs) };
        lane_by_lane::add_int8(tile, inputs, sums, product);
    }

    #[cfg(test)]
    fn int8_sums(&self, tile: &Int8Tile<'_>, inputs: &Inputs<u8>, sums: &mut [TileRows<i32>]) {
        // SAFETY: `self` exists, so `detect` has found NEON.
        let product = |inputs: &[u8]| unsafe { int8_lane(tile.weights, inputs) };
        lane_by_lane::int8_sums(tile, inputs, sums, product);
    }

    fn add_f32(&self, weights: &[f32], inputs: &Inputs<f32>, sums: &mut [TileRows<f32>]) {
        // SAFETY: `self` exists, so `detect` has found NEON.
        unsafe { add_f32(weights, inputs, sums) }
    }
}

/// The integer sums of a tile for one lane.
#[target_feature(enable = "neon")]
fn int8_lane(weights: &[i8], inputs: &[u8]) -> TileRows<i32> {
    let zero = vdupq_n_s32(0);
    let mut totals = [zero; N];
    // Four groups at once: to bring a group's inputs into a register costs a fifth of its work.
    let (fours, rest) = inputs.as_chunks::<{ 4 * GROUP }>();
    let (groups, _) = weights.as_chunks::<{ TILE_ROWS * GROUP }>();
    let (groups, last) = groups.split_at(groups.len().min(4 * fours.len()));
    for (groups, inputs) in groups.as_chunks::<4>().0.iter().zip(fours) {
        let pairs = vcreate_s16(u64::from_le_bytes(inputs.map(|input| input ^ 0x80)));
        add_group(&mut totals, &groups[0], vdup_lane_s16::<0>(pairs));
        add_group(&mut totals, &groups[1], vdup_lane_s16::<1>(pairs));
        add_group(&mut totals, &groups[2], vdup_lane_s16::<2>(pairs));
        add_group(&mut totals, &groups[3], vdup_lane_s16::<3>(pairs));
    }
    for (group, pair) in last.iter().zip(rest.as_chunks::<GROUP>().0) {
        let pair = i16::from_le_bytes(pair.map(|input| input ^ 0x80));
        add_group(&mut totals, group, vdup_n_s16(pair));
    }
    stored(totals)
}

/// Adds the products of a group's weights with `pair`, its two inputs over and over.
#[target_feature(enable = "neon")]
#[inline]
fn add_group(totals: &mut [int32x4_t; N], group: &[i8; TILE_ROWS * GROUP], pair: int16x4_t) {
    let pair = vreinterpret_s8_s16(pair);
    let rows = group.as_chunks::<{ 2 * ROWS * GROUP }>().0;
    for (totals, rows) in totals.as_chunks_mut::<2>().0.iter_mut().zip(rows) {
        // SAFETY: the chunk is 16 bytes.
        let bytes = unsafe { vld1q_s8(rows.as_ptr()) };
        let products = vmull_s8(vget_low_s8(bytes), pair);
        totals[0] = vpadalq_s16(totals[0], products);
        let products = vmull_s8(vget_high_s8(bytes), pair);
        totals[1] = vpadalq_s16(totals[1], products);
    }
}

/// The sums of all accumulators of a tile.
#[target_feature(enable = "neon")]
#[inline]
pub(super) fn stored(totals: [int32x4_t; N]) -> TileRows<i32> {
    let mut sums = [0; TILE_ROWS];
    for (total, sums) in totals.iter().zip(sums.as_chunks_mut::<ROWS>().0) {
        // SAFETY: the chunk is one vector of four sums.
        unsafe { vst1q_s32(sums.as_mut_ptr(), *total) };
    }
    sums
}

/// Adds the product of a tile, `[columns][64]`, with each lane to `sums`.
#[target_feature(enable = "neon")]
pub(super) fn add_f32(weights: &[f32], inputs: &Inputs<f32>, sums: &mut [TileRows<f32>]) {
    lane_by_lane::add_f32(weights, inputs, sums, |inputs, sums| {
        add_f32_lane(weights, inputs, sums);
    });
}

#[target_feature(enable = "neon")]
#[inline]
fn add_f32_lane(weights: &[f32], inputs: &[f32], sums: &mut TileRows<f32>) {
    let mut totals = [vdupq_n_f32(0.0); N];
    for (column, input) in weights.chunks_exact(TILE_ROWS).zip(inputs) {
        let input = vdupq_n_f32(*input);
        for (total, rows) in totals.iter_mut().zip(column.as_chunks::<ROWS>().0) {
            // SAFETY: the chunk is four weights.
            let weight = unsafe { vld1q_f32(rows.as_ptr()) };
            // Never fused: every kernel gives the same bits.
            *total = vaddq_f32(*total, vmulq_f32(weight, input));
        }
    }
    for (total, sums) in totals.iter().zip(sums.as_chunks_mut::<ROWS>().0) {
        let at = sums.as_mut_ptr();
        // SAFETY: the chunk is one vector of four sums.
        unsafe { vst1q_f32(at, vaddq_f32(vld1q_f32(at), *total)) };
    }
}
