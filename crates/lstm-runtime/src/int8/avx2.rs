//! The int8 product on 256-bit vectors.
//!
//! Packed in groups of 2 columns: 16 bytes are 8 rows. They are widened to i16
//! and multiplied by `vpmaddwd`, which adds the two products of a row in i32.
//! (`vpmaddubsw` would skip the widening but saturates at i16.)

use std::arch::x86_64::*;

use crate::int8::{add_scaled, scalar};
use crate::tile::{TILE_ROWS, TileRows};

/// Columns of a group.
const GROUP: usize = 2;

/// Rows of an accumulator.
const ROWS: usize = 8;

/// Accumulators of a tile, half of the 16 registers.
const N: usize = TILE_ROWS / ROWS;

/// As [`scalar::encode`].
#[target_feature(enable = "avx2")]
pub(crate) fn encode(h: &[f32], inputs: &mut [u8]) {
    scalar::encode(h, inputs);
}

/// As [`scalar::tile_sums`], for weights in groups of 2 columns.
///
/// One lane after the other: the multiplications are what takes the time, not
/// the weights, which the first lane leaves in the cache.
#[target_feature(enable = "avx2")]
#[inline]
pub(crate) fn tile_sums<const LANES: usize>(
    weights: &[i8],
    starts: &TileRows<i32>,
    inputs: [&[u8]; LANES],
) -> [TileRows<i32>; LANES] {
    let mut sums = [[0; TILE_ROWS]; LANES];
    for (sums, inputs) in sums.iter_mut().zip(inputs) {
        lane_sums(weights, starts, inputs, sums);
    }
    sums
}

#[target_feature(enable = "avx2")]
#[inline]
fn lane_sums(weights: &[i8], starts: &TileRows<i32>, inputs: &[u8], sums: &mut TileRows<i32>) {
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

/// Adds the scaled sums of a tile to `out`.
#[target_feature(enable = "avx2")]
pub(crate) fn add_tile<const LANES: usize>(
    weights: &[i8],
    starts: &TileRows<i32>,
    scales: &TileRows<f32>,
    inputs: [&[u8]; LANES],
    out: &mut [TileRows<f32>],
) {
    let sums = tile_sums(weights, starts, inputs);
    for (sums, out) in sums.iter().zip(out) {
        add_scaled(sums, scales, out);
    }
}
