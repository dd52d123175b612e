//! From the sums of a tile to new cell and hidden states, in plain Rust.
//!
//! Each instruction set compiles these functions for itself, by inlining them into a
//! function that has its features: the loops then take on its vector width.

use crate::activation::{sigmoid, tanh};
use crate::tile::{TILE_UNITS, TileRows};

/// One value for each of the units whose gates make a tile.
pub(crate) type Units = [f32; TILE_UNITS];

/// What sixteen units did in one step.
#[derive(Default)]
pub(crate) struct UnitTrace {
    pub(crate) input: Units,
    pub(crate) forget: Units,
    pub(crate) candidate: Units,
    pub(crate) output: Units,
    pub(crate) c: Units,
    pub(crate) h: Units,
}

/// The step of sixteen units, with all that leads to it.
#[inline(always)]
pub(super) fn trace(sums: &TileRows<f32>, c: &Units) -> UnitTrace {
    let mut trace = UnitTrace::default();
    for unit in 0..TILE_UNITS {
        trace.input[unit] = sigmoid(sums[unit]);
        trace.forget[unit] = sigmoid(sums[TILE_UNITS + unit]);
        trace.candidate[unit] = tanh(sums[2 * TILE_UNITS + unit]);
        trace.output[unit] = sigmoid(sums[3 * TILE_UNITS + unit]);
        trace.c[unit] = trace.forget[unit] * c[unit] + trace.input[unit] * trace.candidate[unit];
        trace.h[unit] = trace.output[unit] * tanh(trace.c[unit]);
    }
    trace
}

/// The step of sixteen units in place.
#[inline(always)]
pub(super) fn update(sums: &TileRows<f32>, c: &mut Units, h: &mut Units) {
    for unit in 0..TILE_UNITS {
        let input = sigmoid(sums[unit]);
        let forget = sigmoid(sums[TILE_UNITS + unit]);
        let candidate = tanh(sums[2 * TILE_UNITS + unit]);
        let output = sigmoid(sums[3 * TILE_UNITS + unit]);
        c[unit] = forget * c[unit] + input * candidate;
        h[unit] = output * tanh(c[unit]);
    }
}
