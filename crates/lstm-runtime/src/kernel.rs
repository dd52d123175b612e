//! Which instruction set the products and gates use, chosen at run time.

use std::str::FromStr;

use crate::error::RuntimeError;

/// Environment variable that overrides [`Kernel::detect`].
pub const KERNEL_VARIABLE: &str = "LSTM_KERNEL";

/// An instruction set to compute with. All give the same bits; see the crate's
/// invariant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kernel {
    /// Plain Rust; runs anywhere and is the oracle of the others.
    Scalar,
    /// 256-bit vectors: int8 widened to i16, `vpmaddwd`.
    Avx2,
    /// 512-bit vectors: int8 products by `vpdpbusd` (AVX-512 VNNI).
    Avx512,
}

impl Kernel {
    /// Every kernel, slowest first.
    pub const ALL: [Self; 3] = [Self::Scalar, Self::Avx2, Self::Avx512];

    /// The fastest kernel this CPU supports.
    pub fn detect() -> Self {
        let supported = Self::ALL.into_iter().rev().find(|k| k.is_supported());
        supported.unwrap_or(Self::Scalar)
    }

    /// The kernel named by `LSTM_KERNEL`, or [`detect`](Self::detect) where that
    /// is unset or empty.
    ///
    /// # Errors
    /// [`RuntimeError::UnknownKernel`] for a name that is none of `scalar`,
    /// `avx2` and `avx512`, [`RuntimeError::UnsupportedKernel`] for one that
    /// this CPU cannot run.
    pub fn from_env() -> Result<Self, RuntimeError> {
        match std::env::var_os(KERNEL_VARIABLE) {
            Some(name) if !name.is_empty() => name.to_string_lossy().parse::<Self>()?.checked(),
            _ => Ok(Self::detect()),
        }
    }

    /// Whether this CPU and operating system can run it.
    pub fn is_supported(self) -> bool {
        match self {
            Self::Scalar => true,
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => is_x86_feature_detected!("avx2"),
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => {
                is_x86_feature_detected!("avx512f")
                    && is_x86_feature_detected!("avx512bw")
                    && is_x86_feature_detected!("avx512vnni")
            }
            #[cfg(not(target_arch = "x86_64"))]
            Self::Avx2 | Self::Avx512 => false,
        }
    }

    /// The kernel itself if this CPU can run it.
    ///
    /// # Errors
    /// [`RuntimeError::UnsupportedKernel`] if not.
    pub fn checked(self) -> Result<Self, RuntimeError> {
        if self.is_supported() {
            return Ok(self);
        }
        Err(RuntimeError::UnsupportedKernel {
            got: self,
            best: Self::detect(),
        })
    }

    /// Its name in [`KERNEL_VARIABLE`].
    pub fn name(self) -> &'static str {
        match self {
            Self::Scalar => "scalar",
            Self::Avx2 => "avx2",
            Self::Avx512 => "avx512",
        }
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

impl FromStr for Kernel {
    type Err = RuntimeError;

    fn from_str(name: &str) -> Result<Self, RuntimeError> {
        let mut all = Self::ALL.into_iter();
        all.find(|kernel| kernel.name() == name)
            .ok_or_else(|| RuntimeError::UnknownKernel(name.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_parse_back() {
        for kernel in Kernel::ALL {
            assert_eq!(kernel.name().parse(), Ok(kernel));
        }
    }

    #[test]
    fn a_bad_name_says_what_was_expected() {
        let error = "avx9000".parse::<Kernel>().unwrap_err();
        assert_eq!(
            error.to_string(),
            "LSTM_KERNEL is \"avx9000\", expected scalar, avx2 or avx512"
        );
    }

    #[test]
    fn the_detected_kernel_is_supported() {
        assert_eq!(Kernel::detect().checked(), Ok(Kernel::detect()));
    }
}
