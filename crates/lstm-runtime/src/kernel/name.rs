//! The names that kernels go by, on any CPU, and what can be wrong with one.

use std::fmt;
use std::str::FromStr;

use super::KERNEL_VARIABLE;

/// The name of a kernel, whether or not this CPU runs it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum KernelName {
    /// Plain Rust; runs anywhere and is the oracle of the others.
    Scalar,
    /// 128-bit vectors of WebAssembly: int8 widened to i16, `i32x4.dot_i16x8_s`.
    Simd128,
    /// 128-bit vectors of Arm: int8 by `smull` and `sadalp`.
    Neon,
    /// The same with int8 products by `sdot`.
    NeonDot,
    /// 256-bit vectors: int8 widened to i16, `vpmaddwd`.
    Avx2,
    /// 512-bit vectors: int8 products by `vpdpbusd` (AVX-512 VNNI).
    Avx512,
}

impl KernelName {
    /// Every name; of those that one CPU runs, the slowest kernel's first.
    pub const ALL: [Self; 6] = [
        Self::Scalar,
        Self::Simd128,
        Self::Neon,
        Self::NeonDot,
        Self::Avx2,
        Self::Avx512,
    ];

    /// As it stands in [`KERNEL_VARIABLE`].
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Scalar => "scalar",
            Self::Simd128 => "simd128",
            Self::Neon => "neon",
            Self::NeonDot => "neon-dot",
            Self::Avx2 => "avx2",
            Self::Avx512 => "avx512",
        }
    }
}

impl fmt::Display for KernelName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for KernelName {
    type Err = KernelError;

    fn from_str(name: &str) -> Result<Self, KernelError> {
        let mut all = Self::ALL.into_iter();
        all.find(|known| known.as_str() == name)
            .ok_or_else(|| KernelError::Unknown(name.to_owned()))
    }
}

/// All names, for people.
fn known() -> String {
    KernelName::ALL.map(KernelName::as_str).join(", ")
}

/// Why there is no kernel as it was asked for.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KernelError {
    /// No kernel has that name.
    #[error("{KERNEL_VARIABLE} is {0:?}, expected one of {known}", known = known())]
    Unknown(String),
    /// The kernel exists but this CPU cannot run it.
    #[error("this CPU cannot run the {got} kernel; the best it can run is {best}")]
    Unsupported {
        /// The kernel asked for.
        got: KernelName,
        /// What [`Kernel::detect`](super::Kernel::detect) finds here.
        best: KernelName,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_parse_back() {
        for name in KernelName::ALL {
            assert_eq!(name.as_str().parse(), Ok(name));
        }
    }

    #[test]
    fn a_bad_name_says_what_was_expected() {
        let error = "avx9000".parse::<KernelName>().unwrap_err();
        assert_eq!(
            error.to_string(),
            "LSTM_KERNEL is \"avx9000\", expected one of scalar, simd128, neon, neon-dot, avx2, avx512"
        );
    }
}
