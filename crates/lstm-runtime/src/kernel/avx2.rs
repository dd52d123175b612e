//! 256-bit vectors.
//!
//! int8 is packed in groups of 2 columns: 16 bytes are 8 rows. They are widened to i16
//! and multiplied by `vpmaddwd`, which adds the two products of a row in i32.
//! (`vpmaddubsw` would skip the widening but saturates at i16.)

use std::arch::x86_64::*;

use crate::inputs::Inputs;
use crate::tile::{TILE_ROWS, TileRows};

use super::lanes::for_lane_blocks;
use super::{InstructionSet, Int8Tile, KernelName, UnitTrace, Units, gates, scalar};

/// Columns of a group of int8.
const GROUP: usize = 2;

/// Rows of an accumulator.
const ROWS: usize = 8;

/// Accumulators of a tile, half of the 16 registers.
const N: usize = TILE_ROWS / ROWS;

/// That this CPU has AVX2. [`detect`] alone makes one, after it has asked.
struct Avx2(());

/// The instruction set, if this CPU and operating system have it.
pub(super) fn detect() -> Option<&'static dyn InstructionSet> {
    is_x86_feature_detected!("avx2").then_some(&Avx2(()))
}

impl InstructionSet for Avx2 {
    fn name(&self) -> KernelName {
        KernelName::Avx2
    }

    fn int8_group(&self, _: usize) -> usize {
        GROUP
    }

    fn encode_int8(&self, h: &[f32], inputs: &mut [u8]) {
        // SAFETY: `self` exists, so `detect` has found AVX2.
        unsafe { encode_int8(h, inputs) }
    }

    fn add_int8(&self, tile: &Int8Tile<'_>, inputs: &Inputs<u8>, sums: &mut [TileRows<f32>]) {
        let columns = tile.weights.len() / TILE_ROWS;
        for_lane_blocks!(sums, false, |first, block, LANES| {
            let inputs = inputs.lanes(first, columns);
            // SAFETY: `self` exists, so `detect` has found AVX2.
            unsafe { add_int8::<LANES>(tile, inputs, block) }
        });
    }

    #[cfg(test)]
    fn int8_sums(&self, tile: &Int8Tile<'_>, inputs: &Inputs<u8>, sums: &mut [TileRows<i32>]) {
        let columns = tile.weights.len() / TILE_ROWS;
        for_lane_blocks!(sums, false, |first, block, LANES| {
            let inputs = inputs.lanes(first, columns);
            // SAFETY: `self` exists, so `detect` has found AVX2.
            block.copy_from_slice(&unsafe { int8_sums::<LANES>(tile, inputs) });
        });
    }

    fn add_f32(&self, weights: &[f32], inputs: &Inputs<f32>, sums: &mut [TileRows<f32>]) {
        let columns = weights.len() / TILE_ROWS;
        for_lane_blocks!(sums, false, |first, block, LANES| {
            let inputs = inputs.lanes(first, columns);
            // SAFETY: `self` exists, so `detect` has found AVX2.
            unsafe { add_f32::<LANES>(weights, inputs, block) }
        });
    }

    fn update(&self, sums: &TileRows<f32>, c: &mut Units, h: &mut Units) {
        // SAFETY: `self` exists, so `detect` has found AVX2.
        unsafe { update(sums, c, h) }
    }

    fn trace(&self, sums: &TileRows<f32>, c: &Units) -> UnitTrace {
        // SAFETY: `self` exists, so `detect` has found AVX2.
        unsafe { trace(sums, c) }
    }
}

#[target_feature(enable = "avx2")]
fn encode_int8(h: &[f32], inputs: &mut [u8]) {
    scalar::encode_int8(h, inputs);
}

#[target_feature(enable = "avx2")]
fn update(sums: &TileRows<f32>, c: &mut Units, h: &mut Units) {
    gates::update(sums, c, h);
}

#[target_feature(enable = "avx2")]
fn trace(sums: &TileRows<f32>, c: &Units) -> UnitTrace {
    gates::trace(sums, c)
}

/// Adds the scaled sums of a tile to `out`.
#[target_feature(enable = "avx2")]
fn add_int8<const LANES: usize>(
    tile: &Int8Tile<'_>,
    inputs: [&[u8]; LANES],
    out: &mut [TileRows<f32>],
) {
    scalar::add_scaled(&int8_sums(tile, inputs), tile.scales, out);
}

/// The integer sums of a tile, `[LANES][64]`.
///
/// One lane after the other: the multiplications are what takes the time, not
/// the weights, which the first lane leaves in the cache.
#[target_feature(enable = "avx2")]
#[inline]
fn int8_sums<const LANES: usize>(
    tile: &Int8Tile<'_>,
    inputs: [&[u8]; LANES],
) -> [TileRows<i32>; LANES] {
    let mut sums = [[0; TILE_ROWS]; LANES];
    for (sums, inputs) in sums.iter_mut().zip(inputs) {
        int8_lane(tile.weights, tile.starts, inputs, sums);
    }
    sums
}

#[target_feature(enable = "avx2")]
#[inline]
fn int8_lane(weights: &[i8], starts: &TileRows<i32>, inputs: &[u8], sums: &mut TileRows<i32>) {
    // SAFETY: eight vectors of eight i32 are exactly `starts`.
    let start = |n| unsafe { _mm256_loadu_si256(starts.as_ptr().add(n * ROWS).cast()) };
    let mut totals: [__m256i; N] = std::array::from_fn(start);
    let groups = weights.chunks_exact(TILE_ROWS * GROUP);
    for (group, pair) in groups.zip(inputs.as_chunks::<GROUP>().0) {
        let pair = _mm256_cvtepu8_epi16(_mm_set1_epi16(i16::from_le_bytes(*pair)));
        for (n, total) in totals.iter_mut().enumerate() {
            // SAFETY: a group is 64 rows of two bytes, eight vectors of 16 bytes.
            let bytes = unsafe { _mm_loadu_si128(group.as_ptr().add(n * ROWS * GROUP).cast()) };
            let products = _mm256_madd_epi16(_mm256_cvtepi8_epi16(bytes), pair);
            *total = _mm256_add_epi32(*total, products);
        }
    }
    for (total, sums) in totals.iter().zip(sums.as_chunks_mut::<ROWS>().0) {
        // SAFETY: the chunk is one vector of eight sums.
        unsafe { _mm256_storeu_si256(sums.as_mut_ptr().cast(), *total) };
    }
}

/// Adds the product of a tile, `[columns][64]`, with each lane to `out`, one lane after
/// the other.
#[target_feature(enable = "avx2")]
fn add_f32<const LANES: usize>(
    weights: &[f32],
    inputs: [&[f32]; LANES],
    out: &mut [TileRows<f32>],
) {
    for (inputs, out) in inputs.into_iter().zip(out) {
        add_f32_lane(weights, inputs, out);
    }
}

#[target_feature(enable = "avx2")]
#[inline]
fn add_f32_lane(weights: &[f32], inputs: &[f32], out: &mut TileRows<f32>) {
    let mut totals = [_mm256_setzero_ps(); N];
    for (column, input) in weights.chunks_exact(TILE_ROWS).zip(inputs) {
        let input = _mm256_set1_ps(*input);
        for (n, total) in totals.iter_mut().enumerate() {
            // SAFETY: a column is 64 rows, eight vectors of eight.
            let weight = unsafe { _mm256_loadu_ps(column.as_ptr().add(n * ROWS)) };
            // Never fused: every kernel gives the same bits.
            *total = _mm256_add_ps(*total, _mm256_mul_ps(weight, input));
        }
    }
    for (total, out) in totals.iter().zip(out.as_chunks_mut::<ROWS>().0) {
        let at = out.as_mut_ptr();
        // SAFETY: the chunk is one vector of eight sums.
        unsafe { _mm256_storeu_ps(at, _mm256_add_ps(_mm256_loadu_ps(at), *total)) };
    }
}
