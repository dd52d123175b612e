//! The f32 product on 512-bit vectors.

use std::arch::x86_64::*;

use crate::tile::{TILE_ROWS, TileRows};

/// Rows of an accumulator.
const ROWS: usize = 16;

/// Accumulators of a tile and lane.
const N: usize = TILE_ROWS / ROWS;

/// As the scalar `add_tile`, bit for bit.
#[target_feature(enable = "avx512f")]
pub(crate) fn add_tile<const LANES: usize>(
    weights: &[f32],
    inputs: [&[f32]; LANES],
    out: &mut [TileRows<f32>],
) {
    let columns = weights.len() / TILE_ROWS;
    assert!(inputs.iter().all(|lane| lane.len() >= columns));
    let mut totals = [[_mm512_setzero_ps(); N]; LANES];
    for (index, column) in weights.chunks_exact(TILE_ROWS).enumerate() {
        // SAFETY: a column is 64 rows, four vectors of sixteen.
        let weight = |n| unsafe { _mm512_loadu_ps(column.as_ptr().add(n * ROWS)) };
        let weight: [__m512; N] = std::array::from_fn(weight);
        for lane in 0..LANES {
            // SAFETY: each lane has at least `columns` inputs.
            let input = _mm512_set1_ps(unsafe { *inputs[lane].get_unchecked(index) });
            for n in 0..N {
                // Never fused: every kernel gives the same bits.
                let product = _mm512_mul_ps(weight[n], input);
                totals[lane][n] = _mm512_add_ps(totals[lane][n], product);
            }
        }
    }
    for (totals, out) in totals.iter().zip(out) {
        for (total, out) in totals.iter().zip(out.as_chunks_mut::<ROWS>().0) {
            let at = out.as_mut_ptr();
            // SAFETY: the chunk is one vector of sixteen sums.
            unsafe { _mm512_storeu_ps(at, _mm512_add_ps(_mm512_loadu_ps(at), *total)) };
        }
    }
}
