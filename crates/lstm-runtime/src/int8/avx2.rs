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

/// Accumulators of a pass over the tile: 64 rows for one lane and 16 rows for
/// more, so that all of them stay in the 16 registers.
const fn accumulators(lanes: usize) -> usize {
    if lanes == 1 { TILE_ROWS / ROWS } else { 2 }
}

/// As [`scalar::encode`].
#[target_feature(enable = "avx2")]
pub(crate) fn encode(h: &[f32], inputs: &mut [u8]) {
    scalar::encode(h, inputs);
}

/// As [`scalar::tile_sums`], for weights in groups of 2 columns.
#[target_feature(enable = "avx2")]
#[inline]
pub(crate) fn tile_sums<const LANES: usize>(
    weights: &[i8],
    starts: &TileRows<i32>,
    inputs: [&[u8]; LANES],
) -> [TileRows<i32>; LANES] {
    let mut sums = [[0; TILE_ROWS]; LANES];
    if LANES == 1 {
        rows_sums::<LANES, { accumulators(1) }>(weights, starts, inputs, 0, &mut sums);
    } else {
        for first in (0..TILE_ROWS).step_by(ROWS * accumulators(2)) {
            rows_sums::<LANES, { accumulators(2) }>(weights, starts, inputs, first, &mut sums);
        }
    }
    sums
}

/// The sums of `8 · N` rows from row `first` on.
#[target_feature(enable = "avx2")]
#[inline]
fn rows_sums<const LANES: usize, const N: usize>(
    weights: &[i8],
    starts: &TileRows<i32>,
    inputs: [&[u8]; LANES],
    first: usize,
    sums: &mut [TileRows<i32>; LANES],
) {
    let groups = weights.len() / (TILE_ROWS * GROUP);
    assert!(first + ROWS * N <= TILE_ROWS);
    assert!(inputs.iter().all(|lane| lane.len() >= groups * GROUP));
    // SAFETY: `first + 8·N <= 64`, so every row read lies in `starts`.
    let start = |n| unsafe { _mm256_loadu_si256(starts.as_ptr().add(first + n * ROWS).cast()) };
    let mut totals: [[__m256i; N]; LANES] = [std::array::from_fn(start); LANES];
    for group in 0..groups {
        let base = (group * TILE_ROWS + first) * GROUP;
        let weight = |n| {
            // SAFETY: the group and its 64 rows of two bytes lie in `weights`.
            let bytes = unsafe { _mm_loadu_si128(weights.as_ptr().add(base + n * 16).cast()) };
            _mm256_cvtepi8_epi16(bytes)
        };
        let weight: [__m256i; N] = std::array::from_fn(weight);
        for lane in 0..LANES {
            // SAFETY: each lane has at least `groups` pairs of bytes.
            let pair = unsafe {
                inputs[lane]
                    .as_ptr()
                    .add(group * GROUP)
                    .cast::<i16>()
                    .read_unaligned()
            };
            let pair = _mm256_cvtepu8_epi16(_mm_set1_epi16(pair));
            for n in 0..N {
                let products = _mm256_madd_epi16(weight[n], pair);
                totals[lane][n] = _mm256_add_epi32(totals[lane][n], products);
            }
        }
    }
    for lane in 0..LANES {
        for n in 0..N {
            let at = sums[lane][first + n * ROWS..][..ROWS].as_mut_ptr();
            // SAFETY: the slice above has room for eight sums.
            unsafe { _mm256_storeu_si256(at.cast(), totals[lane][n]) };
        }
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
