//! The LSTM with coupled input and forget gate of Greff et al. (2017, "LSTM: A
//! Search Space Odyssey"), there with peepholes, here without: it forgets
//! exactly as much as it takes in.
//!
//! ```text
//! i = σ(W_ii·x + b_ii + W_hi·h + b_hi)
//! f = 1 − i
//! g = tanh(W_ig·x + b_ig + W_hg·h + b_hg)
//! o = σ(W_io·x + b_io + W_ho·h + b_ho)
//! c' = f ⊙ c + i ⊙ g
//! h' = o ⊙ tanh(c')
//! ```

use lstm_format::Gate;

use super::{Cell, Gates, Sums, each, sigmoid};

pub(super) struct Coupled;

impl Cell for Coupled {
    fn step(&self, sums: Sums<'_>, h: &mut [f32], c: &mut [f32]) -> Gates {
        let hidden = h.len();
        let input = each(sums.block(0, hidden), sigmoid);
        let forget: Vec<f32> = input.iter().map(|input| 1.0 - input).collect();
        let candidate = each(sums.block(1, hidden), libm::tanhf);
        let output = each(sums.block(2, hidden), sigmoid);
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
