//! 128-bit vectors, with the dot products of newer 64-bit Arm CPUs for int8.
//!
//! int8 is packed in groups of 4 columns: 16 bytes are 4 rows. `sdot` multiplies four
//! weights of a row with four inputs, taken as signed, and adds all to an i32.

use std::arch::aarch64::*;
use std::arch::asm;

use crate::inputs::Inputs;
use crate::tile::{TILE_ROWS, TileRows};

use super::neon::{self, N, ROWS};
use super::{InstructionSet, Int8Tile, KernelName, lane_by_lane};

/// Columns of a group of int8.
const GROUP: usize = 4;

/// That this CPU has NEON and its dot products. [`detect`] alone makes one, after it has
/// asked.
struct NeonDot(());

/// The instruction set, if this CPU has it.
pub(super) fn detect() -> Option<&'static dyn InstructionSet> {
    std::arch::is_aarch64_feature_detected!("dotprod").then_some(&NeonDot(()))
}

impl InstructionSet for NeonDot {
    fn name(&self) -> KernelName {
        KernelName::NeonDot
    }

    fn int8_group(&self, _: usize) -> usize {
        GROUP
    }

    fn add_int8(&self, tile: &Int8Tile<'_>, inputs: &Inputs<u8>, sums: &mut [TileRows<f32>]) {
        // SAFETY: `self` exists, so `detect` has found the dot products.
        let product = |inputs: &[u8]| unsafe { int8_lane(tile.weights, inputs) };
        lane_by_lane::add_int8(tile, inputs, sums, product);
    }

    #[cfg(test)]
    fn int8_sums(&self, tile: &Int8Tile<'_>, inputs: &Inputs<u8>, sums: &mut [TileRows<i32>]) {
        // SAFETY: `self` exists, so `detect` has found the dot products.
        let product = |inputs: &[u8]| unsafe { int8_lane(tile.weights, inputs) };
        lane_by_lane::int8_sums(tile, inputs, sums, product);
    }

    fn add_f32(&self, weights: &[f32], inputs: &Inputs<f32>, sums: &mut [TileRows<f32>]) {
        // SAFETY: `self` exists, so `detect` has found the dot products, which are NEON's.
        unsafe { neon::add_f32(weights, inputs, sums) }
    }
}

#[target_feature(enable = "neon,dotprod")]
fn int8_lane(weights: &[i8], inputs: &[u8]) -> TileRows<i32> {
    let zero = vdupq_n_s32(0);
    let mut totals = [zero; N];
    let groups = weights.chunks_exact(TILE_ROWS * GROUP);
    for (group, four) in groups.zip(inputs.as_chunks::<GROUP>().0) {
        let four = i32::from_le_bytes(four.map(|input| input ^ 0x80));
        let four = vreinterpretq_s8_s32(vdupq_n_s32(four));
        let rows = group.as_chunks::<{ ROWS * GROUP }>().0;
        for (total, rows) in totals.iter_mut().zip(rows) {
            // SAFETY: the chunk is 16 bytes.
            let bytes = unsafe { vld1q_s8(rows.as_ptr()) };
            *total = dot(*total, bytes, four);
        }
    }
    neon::stored(totals)
}

/// `vdotq_s32`, which is not stable in Rust yet.
#[target_feature(enable = "neon,dotprod")]
#[inline]
fn dot(mut total: int32x4_t, weights: int8x16_t, inputs: int8x16_t) -> int32x4_t {
    // SAFETY: it reads the three registers and writes the first, nothing else.
    unsafe {
        asm!(
            "sdot {0:v}.4s, {1:v}.16b, {2:v}.16b",
            inout(vreg) total,
            in(vreg) weights,
            in(vreg) inputs,
            options(pure, nomem, nostack, preserves_flags),
        );
    }
    total
}
