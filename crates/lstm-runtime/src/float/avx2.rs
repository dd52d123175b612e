//! The f32 product on 256-bit vectors.

use std::arch::x86_64::*;

use crate::tile::{TILE_ROWS, TileRows};

/// Rows of an accumulator.
const ROWS: usize = 8;

/// Accumulators of a tile, half of the 16 registers.
const N: usize = TILE_ROWS / ROWS;

/// As the scalar `add_tile`, bit for bit; one lane after the other.
#[target_feature(enable = "avx2")]
pub(crate) fn add_tile<const LANES: usize>(
    weights: &[f32],
    inputs: [&[f32]; LANES],
    out: &mut [TileRows<f32>],
) {
    for (inputs, out) in inputs.into_iter().zip(out) {
        add_lane(weights, inputs, out);
    }
}

#[target_feature(enable = "avx2")]
#[inline]
fn add_lane(weights: &[f32], inputs: &[f32], out: &mut TileRows<f32>) {
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
