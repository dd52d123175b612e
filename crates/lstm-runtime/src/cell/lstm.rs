//! The long short-term memory of Hochreiter & Schmidhuber (1997, "Long
//! Short-Term Memory") with the forget gate of Gers, Schmidhuber & Cummins
//! (2000, "Learning to Forget"), as PyTorch's `nn.LSTM`:
//!
//! ```text
//! i = σ(W_ii·x + b_ii + W_hi·h + b_hi)      input gate
//! f = σ(W_if·x + b_if + W_hf·h + b_hf)      forget gate
//! g = tanh(W_ig·x + b_ig + W_hg·h + b_hg)   candidate
//! o = σ(W_io·x + b_io + W_ho·h + b_ho)      output gate
//! c' = f ⊙ c + i ⊙ g
//! h' = o ⊙ tanh(c')
//! ```

use lstm_format::Gate;

use super::{Cell, Gates, Sums, each, sigmoid};

pub(super) struct Lstm;

impl Cell for Lstm {
    fn step(&self, sums: Sums<'_>, h: &mut [f32], c: &mut [f32]) -> Gates {
        let hidden = h.len();
        let input = each(sums.block(0, hidden), sigmoid);
        let forget = each(sums.block(1, hidden), sigmoid);
        let candidate = each(sums.block(2, hidden), libm::tanhf);
        let output = each(sums.block(3, hidden), sigmoid);
        for unit in 0..hidden {
            c[unit] = forget[unit] * c[unit] + input[unit] * candidate[unit];
            h[unit] = output[unit] * libm::tanhf(c[unit]);
        }
        vec![
            (Gate::Input, input),
            (Gate::Forget, forget),
            (Gate::Candidate, candidate),
            (Gate::Output, output),
        ]
    }
}
