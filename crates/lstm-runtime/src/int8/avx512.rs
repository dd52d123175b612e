//! The int8 product on 512-bit vectors with VNNI.
//!
//! Packed in groups of 4 columns: 64 bytes are 16 rows. `vpdpbusd` multiplies
//! four unsigned inputs with four signed weights and adds all four products to
//! an i32, without saturating.

use std::arch::x86_64::*;

use crate::int8::{add_scaled, scalar};
use crate::tile::{TILE_ROWS, TileRows};

/// Columns of a group.
const GROUP: usize = 4;

/// Rows of an accumulator.
const ROWS: usize = 16;

/// Accumulators of a tile.
const N: usize = TILE_ROWS / ROWS;

/// As [`scalar::encode`].
#[target_feature(enable = "avx512f,avx512bw")]
pub(crate) fn encode(h: &[f32], inputs: &mut [u8]) {
    scalar::encode(h, inputs);
}

/// As [`scalar::tile_sums`], for weights in groups of 4 columns. Up to four lanes
/// keep all their sums in registers; of eight lanes, half of the rows at a time.
#[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
#[inline]
pub(crate) fn tile_sums<const LANES: usize>(
    weights: &[i8],
    starts: &TileRows<i32>,
    inputs: [&[u8]; LANES],
) -> [TileRows<i32>; LANES] {
    let mut sums = [[0; TILE_ROWS]; LANES];
    if LANES <= 4 {
        vector_sums::<LANES, N>(weights, starts, inputs, 0, &mut sums);
    } else {
        vector_sums::<LANES, { N / 2 }>(weights, starts, inputs, 0, &mut sums);
        vector_sums::<LANES, { N / 2 }>(weights, starts, inputs, N / 2, &mut sums);
    }
    sums
}

/// Sums of the rows of `V` vectors from vector `first` on, into `sums`.
#[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
#[inline]
fn vector_sums<const LANES: usize, const V: usize>(
    weights: &[i8],
    starts: &TileRows<i32>,
    inputs: [&[u8]; LANES],
    first: usize,
    sums: &mut [TileRows<i32>; LANES],
) {
    assert!(first + V <= N);
    let groups = weights.chunks_exact(TILE_ROWS * GROUP);
    assert!(inputs.iter().all(|lane| lane.len() >= groups.len() * GROUP));
    // SAFETY: four vectors of sixteen i32 are exactly `starts`.
    let start = |n| unsafe { _mm512_loadu_si512(starts.as_ptr().add((first + n) * ROWS).cast()) };
    let mut totals: [[__m512i; V]; LANES] = [std::array::from_fn(start); LANES];
    for (index, group) in groups.enumerate() {
        // SAFETY: a group is 64 rows of four bytes, four vectors of 64 bytes.
        let weight = |n| unsafe { _mm512_loadu_si512(group.as_ptr().add((first + n) * 64).cast()) };
        let weight: [__m512i; V] = std::array::from_fn(weight);
        for lane in 0..LANES {
            let at = inputs[lane].as_ptr();
            // SAFETY: each lane has four bytes for each group.
            let input = unsafe { at.add(index * GROUP).cast::<i32>().read_unaligned() };
            let input = _mm512_set1_epi32(input);
            for n in 0..V {
                totals[lane][n] = _mm512_dpbusd_epi32(totals[lane][n], input, weight[n]);
            }
        }
    }
    for (totals, sums) in totals.iter().zip(sums) {
        let vectors = sums.as_chunks_mut::<ROWS>().0.iter_mut().skip(first);
        for (total, sums) in totals.iter().zip(vectors) {
            // SAFETY: the chunk is one vector of sixteen sums.
            unsafe { _mm512_storeu_si512(sums.as_mut_ptr().cast(), *total) };
        }
    }
}

/// Adds the scaled sums of a tile to `out`.
#[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
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
