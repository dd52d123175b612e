//! What can keep a model from running.

use lstm_format::CellKind;

use crate::kernel::KernelError;

/// Why a [`Runtime`](crate::Runtime) could not be built.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RuntimeError {
    /// There is no kernel as it was asked for.
    #[error(transparent)]
    Kernel(#[from] KernelError),
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
