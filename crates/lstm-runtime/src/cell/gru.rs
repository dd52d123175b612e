//! The gated recurrent unit of Cho et al. (2014, "Learning Phrase
//! Representations using RNN Encoder–Decoder for Statistical Machine
//! Translation") as PyTorch's `nn.GRU` computes it, which resets after the
//! product with the hidden state and not before it:
//!
//! ```text
//! r = σ(W_ir·x + b_ir + W_hr·h + b_hr)            reset gate
//! z = σ(W_iz·x + b_iz + W_hz·h + b_hz)            update gate
//! n = tanh(W_in·x + b_in + r ⊙ (W_hn·h + b_hn))   new state
//! h' = (1 − z) ⊙ n + z ⊙ h
//! ```

use lstm_format::Gate;

use super::{Cell, Gates, Sums, each, rows, sigmoid};

pub(super) struct Gru;

impl Cell for Gru {
    fn step(&self, sums: Sums<'_>, h: &mut [f32], _: &mut [f32]) -> Gates {
        let hidden = h.len();
        let reset = each(sums.block(0, hidden), sigmoid);
        let update = each(sums.block(1, hidden), sigmoid);
        let own = rows(2, hidden);
        let (input, recurrent) = (&sums.input[own.clone()], &sums.recurrent[own]);
        let new: Vec<f32> = (0..hidden)
            .map(|unit| libm::tanhf(input[unit] + reset[unit] * recurrent[unit]))
            .collect();
        for unit in 0..hidden {
            h[unit] = (1.0 - update[unit]) * new[unit] + update[unit] * h[unit];
        }
        vec![
            (Gate::Reset, reset),
            (Gate::Update, update),
            (Gate::New, new),
        ]
    }
}
