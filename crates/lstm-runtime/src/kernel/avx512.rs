//! 512-bit vectors, with VNNI for int8.
//!
//! int8 is packed in groups of 4 columns: 64 bytes are 16 rows. `vpdpbusd` multiplies
//! four unsigned inputs with four signed weights and adds all four products to
//! an i32, without saturating.

use std::arch::x86_64::*;

use crate::inputs::Inputs;
use crate::tile::{TILE_ROWS, TileRows};

use super::lanes::for_lane_blocks;
use super::{InstructionSet, Int8Tile, KernelName, UnitTrace, Units, gates, scalar};

/// Columns of a group of int8.
const GROUP: usize = 4;

/// Rows of an accumulator.
const ROWS: usize = 16;

/// Accumulators of a tile and lane.
const N: usize = TILE_ROWS / ROWS;

/// That this CPU has AVX-512 F, BW and VNNI. [`detect`] alone makes one, after it has
/// asked.
struct Avx512(());

/// The instruction set, if this CPU and operating system have it.
pub(super) fn detect() -> Option<&'static dyn InstructionSet> {
    let detected = is_x86_feature_detected!("avx512f")
        && is_x86_feature_detected!("avx512bw")
        && is_x86_feature_detected!("avx512vnni");
    detected.then_some(&Avx512(()))
}

impl InstructionSet for Avx512 {
    fn name(&self) -> KernelName {
        KernelName::Avx512
    }

    fn int8_name(&self) -> &'static str {
        "avx512-vnni"
    }

    fn int8_group(&self, _: usize) -> usize {
        GROUP
    }

    fn encode_int8(&self, h: &[f32], inputs: &mut [u8]) {
        // SAFETY: `self` exists, so `detect` has found these features.
        unsafe { encode_int8(h, inputs) }
    }

    fn add_int8(&self, tile: &Int8Tile<'_>, inputs: &Inputs<u8>, sums: &mut [TileRows<f32>]) {
        let columns = tile.weights.len() / TILE_ROWS;
        for_lane_blocks!(sums, true, |first, block, LANES| {
            let inputs = inputs.lanes(first, columns);
            // SAFETY: `self` exists, so `detect` has found these features.
            unsafe { add_int8::<LANES>(tile, inputs, block) }
        });
    }

    #[cfg(test)]
    fn int8_sums(&self, tile: &Int8Tile<'_>, inputs: &Inputs<u8>, sums: &mut [TileRows<i32>]) {
        let columns = tile.weights.len() / TILE_ROWS;
        for_lane_blocks!(sums, true, |first, block, LANES| {
            let inputs = inputs.lanes(first, columns);
            // SAFETY: `self` exists, so `detect` has found these features.
            block.copy_from_slice(&unsafe { int8_sums::<LANES>(tile, inputs) });
        });
    }

    fn add_f32(&self, weights: &[f32], inputs: &Inputs<f32>, sums: &mut [TileRows<f32>]) {
        let columns = weights.len() / TILE_ROWS;
        for_lane_blocks!(sums, false, |first, block, LANES| {
            let inputs = inputs.lanes(first, columns);
            // SAFETY: `self` exists, so `detect` has found these features.
            unsafe { add_f32::<LANES>(weights, inputs, block) }
        });
    }

    fn update(&self, sums: &TileRows<f32>, c: &mut Units, h: &mut Units) {
        // SAFETY: `self` exists, so `detect` has found these features.
        unsafe { update(sums, c, h) }
    }

    fn trace(&self, sums: &TileRows<f32>, c: &Units) -> UnitTrace {
        // SAFETY: `self` exists, so `detect` has found these features.
        unsafe { trace(sums, c) }
    }
}

#[target_feature(enable = "avx512f,avx512bw")]
fn encode_int8(h: &[f32], inputs: &mut [u8]) {
    scalar::encode_int8(h, inputs);
}

#[target_feature(enable = "avx512f,avx512bw")]
fn update(sums: &TileRows<f32>, c: &mut Units, h: &mut Units) {
    gates::update(sums, c, h);
}

#[target_feature(enable = "avx512f,avx512bw")]
fn trace(sums: &TileRows<f32>, c: &Units) -> UnitTrace {
    gates::trace(sums, c)
}

/// Adds the scaled sums of a tile to `out`.
#[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
fn add_int8<const LANES: usize>(
    tile: &Int8Tile<'_>,
    inputs: [&[u8]; LANES],
    out: &mut [TileRows<f32>],
) {
    scalar::add_scaled(&int8_sums(tile, inputs), tile.scales, out);
}

/// The integer sums of a tile, `[LANES][64]`. Up to four lanes keep all their sums in
/// registers; of eight lanes, half of the rows at a time.
#[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
#[inline]
fn int8_sums<const LANES: usize>(
    tile: &Int8Tile<'_>,
    inputs: [&[u8]; LANES],
) -> [TileRows<i32>; LANES] {
    let (weights, starts) = (tile.weights, tile.starts);
    let mut sums = [[0; TILE_ROWS]; LANES];
    if LANES <= 4 {
        int8_vectors::<LANES, N>(weights, starts, inputs, 0, &mut sums);
    } else {
        int8_vectors::<LANES, { N / 2 }>(weights, starts, inputs, 0, &mut sums);
        int8_vectors::<LANES, { N / 2 }>(weights, starts, inputs, N / 2, &mut sums);
    }
    sums
}

/// Sums of the rows of `V` vectors from vector `first` on, into `sums`.
#[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
#[inline]
fn int8_vectors<const LANES: usize, const V: usize>(
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

/// Adds the product of a tile, `[columns][64]`, with each lane to `out`.
#[target_feature(enable = "avx512f")]
fn add_f32<const LANES: usize>(
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
