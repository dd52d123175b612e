//! The f32 product on 512-bit vectors.
//!
//! 64 rows are four accumulators a lane.

use std::arch::x86_64::*;

use crate::tile::{TILE_ROWS, TileRows};

/// Rows of an accumulator.
const ROWS: usize = 16;

/// As the scalar `add_tile`, bit for bit.
#[target_feature(enable = "avx512f")]
pub(crate) fn add_tile<const LANES: usize>(
    weights: &[f32],
    inputs: [&[f32]; LANES],
    out: &mut [TileRows<f32>],
) {
    add_rows::<LANES, { TILE_ROWS / ROWS }>(weights, inputs, 0, out);
}

/// Adds the sums of `16 · N` rows from row `first` on.
#[target_feature(enable = "avx512f")]
#[inline]
fn add_rows<const LANES: usize, const N: usize>(
    weights: &[f32],
    inputs: [&[f32]; LANES],
    first: usize,
    out: &mut [TileRows<f32>],
) {
    let columns = weights.len() / TILE_ROWS;
    assert!(first + ROWS * N <= TILE_ROWS);
    assert!(inputs.iter().all(|lane| lane.len() >= columns));
    let mut totals = [[_mm512_setzero_ps(); N]; LANES];
    for column in 0..columns {
        let base = column * TILE_ROWS + first;
        let weight = |n| {
            // SAFETY: the column and its 64 rows lie in `weights`.
            unsafe { _mm512_loadu_ps(weights.as_ptr().add(base + n * ROWS)) }
        };
        let weight: [__m512; N] = std::array::from_fn(weight);
        for lane in 0..LANES {
            // SAFETY: each lane has at least `columns` inputs.
            let input = _mm512_set1_ps(unsafe { *inputs[lane].get_unchecked(column) });
            for n in 0..N {
                // Never fused: every kernel gives the same bits.
                let product = _mm512_mul_ps(weight[n], input);
                totals[lane][n] = _mm512_add_ps(totals[lane][n], product);
            }
        }
    }
    for (totals, out) in totals.iter().zip(out) {
        for (n, total) in totals.iter().enumerate() {
            let at = out[first + n * ROWS..][..ROWS].as_mut_ptr();
            // SAFETY: the slice above is one vector of sums.
            unsafe { _mm512_storeu_ps(at, _mm512_add_ps(_mm512_loadu_ps(at), *total)) };
        }
    }
}
