//! From the sums of a tile to new cell and hidden states.

use crate::activation::{sigmoid, tanh};
use crate::kernel::Kernel;
use crate::tile::{TILE_UNITS, TileRows};

/// Updates up to sixteen units of one lane.
///
/// `sums` are the gates' inputs in the order of a tile: `i, f, g, o`, sixteen
/// units each. `c` and `h` hold the same number of units, at most sixteen:
/// `c ← σ(f)·c + σ(i)·tanh(g)` and `h ← σ(o)·tanh(c)`.
pub(crate) fn update(kernel: Kernel, sums: &TileRows<f32>, c: &mut [f32], h: &mut [f32]) {
    if let (Ok(c), Ok(h)) = (c.try_into(), h.try_into()) {
        return update_all(kernel, sums, c, h);
    }
    let units = c.len();
    let (mut padded_c, mut padded_h) = ([0.0; TILE_UNITS], [0.0; TILE_UNITS]);
    padded_c[..units].copy_from_slice(c);
    update_all(kernel, sums, &mut padded_c, &mut padded_h);
    c.copy_from_slice(&padded_c[..units]);
    h.copy_from_slice(&padded_h[..units]);
}

type Units = [f32; TILE_UNITS];

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

/// What [`update`] does with the same sums and cell states, written down. `c`
/// holds at most sixteen units and is moved on.
pub(crate) fn trace(kernel: Kernel, sums: &TileRows<f32>, c: &mut [f32]) -> UnitTrace {
    let units = c.len();
    let mut padded = [0.0; TILE_UNITS];
    padded[..units].copy_from_slice(c);
    let trace = trace_all(kernel, sums, &padded);
    c.copy_from_slice(&trace.c[..units]);
    trace
}

fn trace_all(kernel: Kernel, sums: &TileRows<f32>, c: &Units) -> UnitTrace {
    match kernel {
        #[cfg(target_arch = "x86_64")]
        // SAFETY: a network is built only with a kernel that this CPU supports.
        Kernel::Avx2 => unsafe { trace_avx2(sums, c) },
        #[cfg(target_arch = "x86_64")]
        // SAFETY: as above.
        Kernel::Avx512 => unsafe { trace_avx512(sums, c) },
        _ => trace_plain(sums, c),
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn trace_avx2(sums: &TileRows<f32>, c: &Units) -> UnitTrace {
    trace_plain(sums, c)
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512bw")]
fn trace_avx512(sums: &TileRows<f32>, c: &Units) -> UnitTrace {
    trace_plain(sums, c)
}

// Inlined into each of the above, where it takes on their vector width.
#[inline(always)]
fn trace_plain(sums: &TileRows<f32>, c: &Units) -> UnitTrace {
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

fn update_all(kernel: Kernel, sums: &TileRows<f32>, c: &mut Units, h: &mut Units) {
    match kernel {
        #[cfg(target_arch = "x86_64")]
        // SAFETY: a network is built only with a kernel that this CPU supports.
        Kernel::Avx2 => unsafe { avx2(sums, c, h) },
        #[cfg(target_arch = "x86_64")]
        // SAFETY: as above.
        Kernel::Avx512 => unsafe { avx512(sums, c, h) },
        _ => plain(sums, c, h),
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn avx2(sums: &TileRows<f32>, c: &mut Units, h: &mut Units) {
    plain(sums, c, h);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512bw")]
fn avx512(sums: &TileRows<f32>, c: &mut Units, h: &mut Units) {
    plain(sums, c, h);
}

// Inlined into each of the above, where it takes on their vector width.
#[inline(always)]
fn plain(sums: &TileRows<f32>, c: &mut Units, h: &mut Units) {
    for unit in 0..TILE_UNITS {
        let input = sigmoid(sums[unit]);
        let forget = sigmoid(sums[TILE_UNITS + unit]);
        let candidate = tanh(sums[2 * TILE_UNITS + unit]);
        let output = sigmoid(sums[3 * TILE_UNITS + unit]);
        c[unit] = forget * c[unit] + input * candidate;
        h[unit] = output * tanh(c[unit]);
    }
}
