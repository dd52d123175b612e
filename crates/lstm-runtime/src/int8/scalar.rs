//! The int8 product in plain Rust: the oracle of the vector kernels, and what
//! runs on other CPUs. Packed with all columns in one group, so rows are whole.

use crate::int8::{ACTIVATION_STEPS, add_scaled};
use crate::tile::{TILE_ROWS, TileRows};

/// `inputs[j] = round(127 · h[j]) + 128`, ties to even.
#[inline(always)]
pub(crate) fn encode(h: &[f32], inputs: &mut [u8]) {
    // Adding 1.5·2²³ leaves the rounded integer in the low bits of the sum;
    // flipping bit 7 of its low byte adds 128.
    const ROUND: f32 = 12_582_912.0;
    for (input, &h) in inputs.iter_mut().zip(h) {
        let steps = h.clamp(-1.0, 1.0) * ACTIVATION_STEPS + ROUND;
        *input = steps.to_bits() as u8 ^ 0x80;
    }
}

/// Integer sums of a tile: `starts[r] + Σ weights[r][j] · inputs[j]`, `[LANES][64]`.
pub(crate) fn tile_sums<const LANES: usize>(
    weights: &[i8],
    starts: &TileRows<i32>,
    inputs: [&[u8]; LANES],
) -> [TileRows<i32>; LANES] {
    let mut sums = [*starts; LANES];
    let columns = weights.len() / TILE_ROWS;
    for (row, weights) in weights.chunks_exact(columns).enumerate() {
        for lane in 0..LANES {
            let products = weights.iter().zip(inputs[lane]);
            let products = products.map(|(&w, &u)| i32::from(w) * i32::from(u));
            sums[lane][row] += products.sum::<i32>();
        }
    }
    sums
}

/// Adds the scaled sums of a tile to `out`.
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
