//! The LSTM with peepholes of Gers & Schmidhuber (2000, "Recurrent Nets that
//! Time and Count"): the gates see the cell, through one weight a unit. Input
//! and forget gate see the old cell, the output gate the new one:
//!
//! ```text
//! i = σ(W_ii·x + b_ii + W_hi·h + b_hi + p_i ⊙ c)
//! f = σ(W_if·x + b_if + W_hf·h + b_hf + p_f ⊙ c)
//! g = tanh(W_ig·x + b_ig + W_hg·h + b_hg)
//! c' = f ⊙ c + i ⊙ g
//! o = σ(W_io·x + b_io + W_ho·h + b_ho + p_o ⊙ c')
//! h' = o ⊙ tanh(c')
//! ```
//!
//! `p_i`, `p_f` and `p_o` are the three blocks of `weight_ch`.

use lstm_format::Gate;

use super::{Cell, Gates, Sums, each, rows, sigmoid};

pub(super) struct Peephole {
    /// `[H]` each.
    input: Vec<f32>,
    forget: Vec<f32>,
    output: Vec<f32>,
}

impl Peephole {
    /// From `weight_ch`, `[3*H]`.
    pub(super) fn new(weight_ch: &[f32]) -> Self {
        let hidden = weight_ch.len() / 3;
        let block = |block| weight_ch[rows(block, hidden)].to_vec();
        Self {
            input: block(0),
            forget: block(1),
            output: block(2),
        }
    }
}

impl Cell for Peephole {
    fn step(&self, sums: Sums<'_>, h: &mut [f32], c: &mut [f32]) -> Gates {
        let hidden = h.len();
        let input = each(seen(sums.block(0, hidden), &self.input, c), sigmoid);
        let forget = each(seen(sums.block(1, hidden), &self.forget, c), sigmoid);
        let candidate = each(sums.block(2, hidden), libm::tanhf);
        for unit in 0..hidden {
            c[unit] = forget[unit] * c[unit] + input[unit] * candidate[unit];
        }
        let output = each(seen(sums.block(3, hidden), &self.output, c), sigmoid);
        for unit in 0..hidden {
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

/// `sums + weights ⊙ c`.
fn seen(mut sums: Vec<f32>, weights: &[f32], c: &[f32]) -> Vec<f32> {
    for (sum, (weight, c)) in sums.iter_mut().zip(weights.iter().zip(c)) {
        *sum += weight * c;
    }
    sums
}
