//! The work whose machine code depends on the CPU, chosen at run time.
//!
//! Owns: the products, the gates and the rounding of hidden states, one file an
//! instruction set behind the trait [`InstructionSet`], and which of them this CPU
//! runs. Must not know: layers, models, or the order in which tiles are done.
//!
//! An instruction set more is a file that implements the trait, a [`KernelName`], and a
//! line in `find`. `scalar` holds the same work in plain Rust: what the others are
//! tested against, and what runs where none of them does.
//!
//! Invariant: a value of a type that implements [`InstructionSet`] exists only on a CPU
//! that has those instructions. Each file keeps its type's only field private and makes
//! the value in one place, after the CPU was asked. The `unsafe` blocks rest on that.

use std::fmt;

use crate::inputs::Inputs;
use crate::tile::{TILE_UNITS, TileRows};

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod gates;
#[cfg(any(
    target_arch = "aarch64",
    all(target_arch = "wasm32", target_feature = "simd128")
))]
mod lane_by_lane;
mod lanes;
mod name;
#[cfg(target_arch = "aarch64")]
mod neon;
#[cfg(target_arch = "aarch64")]
mod neon_dot;
mod scalar;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod simd128;

pub(crate) use gates::{UnitTrace, Units};
pub use name::{KernelError, KernelName};

/// Environment variable that overrides [`Kernel::detect`].
pub const KERNEL_VARIABLE: &str = "LSTM_KERNEL";

/// `h` is stored in steps of `1 / ACTIVATION_STEPS` where it is an int8 product's input.
pub(crate) const ACTIVATION_STEPS: f32 = 127.0;

/// The u8 that stands for `h = 0`.
pub(crate) const ACTIVATION_ZERO: i32 = 128;

/// An instruction set that this CPU has. All give the same bits; see the crate's
/// invariant.
///
/// ```
/// use lstm_runtime::{Kernel, KernelName};
///
/// let fastest = Kernel::detect();
/// assert_eq!(Kernel::available().last(), Some(fastest));
/// // Plain Rust runs anywhere.
/// let scalar = Kernel::named(KernelName::Scalar)?;
/// assert_eq!(scalar.name().to_string(), "scalar");
/// # Ok::<(), lstm_runtime::KernelError>(())
/// ```
#[derive(Clone, Copy)]
pub struct Kernel(&'static dyn InstructionSet);

impl Kernel {
    /// Every kernel that this CPU runs, slowest first.
    pub fn available() -> impl DoubleEndedIterator<Item = Self> {
        KernelName::ALL.into_iter().filter_map(find).map(Self)
    }

    /// The fastest kernel that this CPU runs.
    pub fn detect() -> Self {
        Self::available().next_back().unwrap_or(Self::scalar())
    }

    /// The kernel in plain Rust, which runs on every CPU.
    fn scalar() -> Self {
        Self(&scalar::Scalar)
    }

    /// The kernel of that name.
    ///
    /// # Errors
    /// [`KernelError::Unsupported`] if this CPU lacks its instructions.
    pub fn named(name: KernelName) -> Result<Self, KernelError> {
        find(name)
            .map(Self)
            .ok_or_else(|| KernelError::Unsupported {
                got: name,
                best: Self::detect().name(),
            })
    }

    /// The kernel named by `LSTM_KERNEL`, or [`detect`](Self::detect) where that
    /// is unset or empty.
    ///
    /// # Errors
    /// [`KernelError::Unknown`] for what is no name of a kernel,
    /// [`KernelError::Unsupported`] for the name of one that this CPU cannot run.
    pub fn from_env() -> Result<Self, KernelError> {
        match std::env::var_os(KERNEL_VARIABLE) {
            Some(name) if !name.is_empty() => Self::named(name.to_string_lossy().parse()?),
            _ => Ok(Self::detect()),
        }
    }

    /// Its name.
    pub fn name(self) -> KernelName {
        self.0.name()
    }

    /// What it computes with.
    pub(crate) fn set(self) -> &'static dyn InstructionSet {
        self.0
    }

    /// Updates up to sixteen units of one lane.
    ///
    /// `sums` are the gates' inputs in the order of a tile: `i, f, g, o`, sixteen
    /// units each. `c` and `h` hold the same number of units, at most sixteen:
    /// `c ← σ(f)·c + σ(i)·tanh(g)` and `h ← σ(o)·tanh(c)`.
    pub(crate) fn update(self, sums: &TileRows<f32>, c: &mut [f32], h: &mut [f32]) {
        if let (Ok(c), Ok(h)) = (c.try_into(), h.try_into()) {
            return self.0.update(sums, c, h);
        }
        let units = c.len();
        let (mut padded_c, mut padded_h) = ([0.0; TILE_UNITS], [0.0; TILE_UNITS]);
        padded_c[..units].copy_from_slice(c);
        self.0.update(sums, &mut padded_c, &mut padded_h);
        c.copy_from_slice(&padded_c[..units]);
        h.copy_from_slice(&padded_h[..units]);
    }

    /// What [`update`](Self::update) does with the same sums and cell states, written
    /// down. `c` holds at most sixteen units and is moved on.
    pub(crate) fn trace(self, sums: &TileRows<f32>, c: &mut [f32]) -> UnitTrace {
        let units = c.len();
        let mut padded = [0.0; TILE_UNITS];
        padded[..units].copy_from_slice(c);
        let trace = self.0.trace(sums, &padded);
        c.copy_from_slice(&trace.c[..units]);
        trace
    }
}

impl fmt::Debug for Kernel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Kernel").field(&self.name()).finish()
    }
}

impl PartialEq for Kernel {
    fn eq(&self, other: &Self) -> bool {
        self.name() == other.name()
    }
}

impl Eq for Kernel {}

/// What an instruction set does. Every implementation gives the bits of `scalar`'s.
pub(crate) trait InstructionSet: Send + Sync {
    /// Its name.
    fn name(&self) -> KernelName;

    /// The name of how it multiplies int8, which may take more instructions.
    fn int8_name(&self) -> &'static str {
        self.name().as_str()
    }

    /// How many neighbouring columns of a row of int8, of `columns` in all, lie side by
    /// side in a tile: `G` in the description of `tile`.
    fn int8_group(&self, columns: usize) -> usize;

    /// `inputs[j] = round(127 · h[j]) + 128`, ties to even, `h` clamped to ±1.
    fn encode_int8(&self, h: &[f32], inputs: &mut [u8]) {
        scalar::encode_int8(h, inputs);
    }

    /// Adds the product of an int8 tile with each lane's inputs to that lane's sums:
    /// `sums[lane][r] += scales[r] · (starts[r] + Σ weights[r][j] · inputs[lane][j])`,
    /// where what is in brackets is exact.
    fn add_int8(&self, tile: &Int8Tile<'_>, inputs: &Inputs<u8>, sums: &mut [TileRows<f32>]);

    /// The exact sums that [`add_int8`](Self::add_int8) scales.
    #[cfg(test)]
    fn int8_sums(&self, tile: &Int8Tile<'_>, inputs: &Inputs<u8>, sums: &mut [TileRows<i32>]);

    /// Adds the product of an f32 tile, `[columns][64]`, with each lane's inputs to that
    /// lane's sums. A row's products are added up from the first column to the last, and
    /// multiplication and addition are never fused.
    fn add_f32(&self, weights: &[f32], inputs: &Inputs<f32>, sums: &mut [TileRows<f32>]);

    /// Moves sixteen units on, as [`Kernel::update`] says.
    fn update(&self, sums: &TileRows<f32>, c: &mut Units, h: &mut Units) {
        gates::update(sums, c, h);
    }

    /// What [`update`](Self::update) would do to units with these cell states.
    fn trace(&self, sums: &TileRows<f32>, c: &Units) -> UnitTrace {
        gates::trace(sums, c)
    }
}

/// 64 rows of a packed int8 matrix.
pub(crate) struct Int8Tile<'a> {
    /// `[group][64][column in group]`, in the kernel's
    /// [groups](InstructionSet::int8_group).
    pub(crate) weights: &'a [i8],
    /// −128 times the sum of each row's weights: where its integer sum starts, or what
    /// comes out the same, what is left out where inputs are taken as signed, `u − 128`.
    pub(crate) starts: &'a TileRows<i32>,
    /// What the integer sum of each row is multiplied by.
    pub(crate) scales: &'a TileRows<f32>,
}

/// The instruction set of that name, if this CPU has it.
fn find(name: KernelName) -> Option<&'static dyn InstructionSet> {
    match name {
        KernelName::Scalar => Some(&scalar::Scalar),
        #[cfg(target_arch = "x86_64")]
        KernelName::Avx2 => avx2::detect(),
        #[cfg(target_arch = "x86_64")]
        KernelName::Avx512 => avx512::detect(),
        #[cfg(target_arch = "aarch64")]
        KernelName::Neon => neon::detect(),
        #[cfg(target_arch = "aarch64")]
        KernelName::NeonDot => neon_dot::detect(),
        #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
        KernelName::Simd128 => Some(&simd128::Simd128),
        #[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
        KernelName::Simd128 => None,
        #[cfg(not(target_arch = "x86_64"))]
        KernelName::Avx2 | KernelName::Avx512 => None,
        #[cfg(not(target_arch = "aarch64"))]
        KernelName::Neon | KernelName::NeonDot => None,
    }
}

/// Whether this CPU has instructions for products of bf16 (AVX-512 BF16). Without them
/// libtorch emulates them and takes several times as long as for f32.
pub fn cpu_multiplies_bf16() -> bool {
    #[cfg(target_arch = "x86_64")]
    return is_x86_feature_detected!("avx512bf16");
    #[cfg(not(target_arch = "x86_64"))]
    false
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::tile::TILE_ROWS;

    #[test]
    fn the_detected_kernel_is_the_last_that_is_available() {
        assert_eq!(Kernel::available().last(), Some(Kernel::detect()));
        assert_eq!(Kernel::available().next(), Some(Kernel::scalar()));
    }

    #[test]
    fn a_kernel_is_found_by_name_just_where_the_cpu_has_it() {
        for name in KernelName::ALL {
            let available = Kernel::available().any(|kernel| kernel.name() == name);
            let expected = KernelError::Unsupported {
                got: name,
                best: Kernel::detect().name(),
            };
            match Kernel::named(name) {
                Ok(kernel) => assert!(available && kernel.name() == name, "{name}"),
                Err(error) => assert!(!available && error == expected, "{name}: {error}"),
            }
        }
    }

    fn bits(values: &[TileRows<f32>]) -> Vec<u32> {
        values
            .iter()
            .flatten()
            .map(|value| value.to_bits())
            .collect()
    }

    fn floats(length: usize) -> impl Strategy<Value = Vec<f32>> {
        proptest::collection::vec(-8.0_f32..8.0, length)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn every_kernel_gives_the_scalar_bits_of_an_f32_product(
            (columns, lanes, weights, values, start) in (1_usize..100, 1_usize..12).prop_flat_map(
                |(columns, lanes)| (
                    Just(columns),
                    Just(lanes),
                    floats(TILE_ROWS * columns),
                    floats(lanes * columns),
                    -8.0_f32..8.0,
                ),
            ),
        ) {
            let mut inputs = Inputs::new(lanes, columns);
            for (lane, values) in values.chunks_exact(columns).enumerate() {
                inputs.lane_mut(lane)[..columns].copy_from_slice(values);
            }
            let sums = |kernel: Kernel| {
                let mut sums = vec![[start; TILE_ROWS]; lanes];
                kernel.set().add_f32(&weights, &inputs, &mut sums);
                bits(&sums)
            };
            let scalar = sums(Kernel::scalar());
            for kernel in Kernel::available() {
                prop_assert_eq!(&sums(kernel), &scalar, "{:?}", kernel);
            }
        }

        #[test]
        fn every_kernel_gives_the_scalar_bits_of_the_gates(
            sums in floats(TILE_ROWS),
            cells in (1_usize..=TILE_UNITS).prop_flat_map(floats),
        ) {
            let sums: &TileRows<f32> = sums.as_slice().try_into().unwrap();
            let moved = |kernel: Kernel| {
                let (mut c, mut h) = (cells.clone(), vec![0.0; cells.len()]);
                kernel.update(sums, &mut c, &mut h);
                let mut traced = cells.clone();
                let trace = kernel.trace(sums, &mut traced);
                let all = [&c, &h, &traced, &trace.h[..cells.len()]];
                all.map(|values| values.iter().map(|value| value.to_bits()).collect::<Vec<_>>())
            };
            let scalar = moved(Kernel::scalar());
            prop_assert_eq!(&scalar[0], &scalar[2], "a trace moves the cell states alike");
            prop_assert_eq!(&scalar[1], &scalar[3], "a trace has the same hidden states");
            for kernel in Kernel::available() {
                prop_assert_eq!(&moved(kernel), &scalar, "{:?}", kernel);
            }
        }
    }
}
