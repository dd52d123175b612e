//! The simple recurrent network of Elman (1990, "Finding Structure in Time")
//! with tanh, as PyTorch's `nn.RNN`:
//!
//! ```text
//! h' = tanh(W_ih·x + b_ih + W_hh·h + b_hh)
//! ```

use super::{Cell, Gates, Sums, each};

pub(super) struct Rnn;

impl Cell for Rnn {
    fn step(&self, sums: Sums<'_>, h: &mut [f32], _: &mut [f32]) -> Gates {
        h.copy_from_slice(&each(sums.block(0, h.len()), libm::tanhf));
        Vec::new()
    }
}
