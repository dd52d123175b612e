//! What can keep a model from running.

use lstm_format::CellKind;

use crate::kernel::{KERNEL_VARIABLE, Kernel};

/// Why a [`Runtime`](crate::Runtime) could not be built.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RuntimeError {
    /// The environment asks for a kernel that does not exist.
    #[error("{KERNEL_VARIABLE} is {0:?}, expected scalar, avx2 or avx512")]
    UnknownKernel(String),
    /// The kernel exists but this CPU cannot run it.
    #[error("this CPU cannot run the {} kernel; the best it can run is {}", got.name(), best.name())]
    UnsupportedKernel {
        /// The kernel asked for.
        got: Kernel,
        /// What [`Kernel::detect`] finds here.
        best: Kernel,
    },
    /// The fast kernels are written for one cell.
    #[error(
        "the model's cell is `{}`, and the fast kernels run `lstm` alone: look into this model with \
         `lstm-ls explore`, or let it write with `lstm-train sample`",
        got.name()
    )]
    UnsupportedCell {
        /// The model's cell.
        got: CellKind,
    },
}
