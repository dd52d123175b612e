//! A recurrent layer on libtorch: fused where libtorch has the cell, else step
//! by step. The equations are in `lstm-runtime`'s reference, cell by cell.

use lstm_format::{CellKind, Gate};
use tch::Tensor;

/// A layer's parameters, in the type of the computation.
pub(crate) struct Weights {
    /// `[G*H, input]`.
    pub(crate) input: Tensor,
    /// `[G*H, H]`.
    pub(crate) recurrent: Tensor,
    /// `[G*H]`.
    pub(crate) input_bias: Tensor,
    /// `[G*H]`.
    pub(crate) recurrent_bias: Tensor,
    /// `[3*H]`, for the one cell that has them.
    pub(crate) peepholes: Option<Tensor>,
}

/// Runs `x`, `[T, B, input]`, through a layer from `h`, `[1, B, H]`, and `c`,
/// the same or `[1, B, 0]`: hidden states `[T, B, H]` and the last `h` and `c`.
pub(crate) fn run(
    kind: CellKind,
    weights: &Weights,
    x: &Tensor,
    h: Tensor,
    c: Tensor,
    train: bool,
) -> (Tensor, Tensor, Tensor) {
    let fused = || {
        let weights = [
            &weights.input,
            &weights.recurrent,
            &weights.input_bias,
            &weights.recurrent_bias,
        ];
        weights.map(Tensor::shallow_clone)
    };
    match kind {
        CellKind::Lstm => x.lstm(&[h, c], &fused(), true, 1, 0.0, train, false, false),
        CellKind::Gru => {
            let (y, h) = x.gru(&h, &fused(), true, 1, 0.0, train, false, false);
            (y, h, c)
        }
        CellKind::Rnn => {
            let (y, h) = x.rnn_tanh(&h, &fused(), true, 1, 0.0, train, false, false);
            (y, h, c)
        }
        CellKind::Peephole | CellKind::Coupled => unrolled(kind, weights, x, h, c),
    }
}

/// An LSTM that libtorch does not have, one step after the other.
fn unrolled(
    kind: CellKind,
    weights: &Weights,
    x: &Tensor,
    h: Tensor,
    c: Tensor,
) -> (Tensor, Tensor, Tensor) {
    let bias = &weights.input_bias + &weights.recurrent_bias;
    let inputs = x.linear(&weights.input, Some(&bias));
    let recurrent = weights.recurrent.transpose(0, 1);
    let hidden = h.size()[2];
    let block_of = |blocks: &[Gate], gate: Gate| {
        let block = blocks.iter().position(|&g| g == gate);
        block.map(|block| block as i64 * hidden)
    };
    let (mut h, mut c) = (h.squeeze_dim(0), c.squeeze_dim(0));
    let mut outputs = Vec::new();
    for sums in inputs.unbind(0) {
        let sums = sums.addmm(&h, &recurrent);
        let block = |gate: Gate| {
            let start = block_of(kind.row_blocks(), gate);
            sums.narrow(1, start.expect("a block of this cell"), hidden)
        };
        let opened = |gate: Gate, c: &Tensor| match &weights.peepholes {
            None => block(gate).sigmoid(),
            Some(peepholes) => {
                let start = block_of(kind.peepholes(), gate);
                let peephole = peepholes.narrow(0, start.expect("it sees the cell"), hidden);
                block(gate).addcmul(&peephole, c).sigmoid()
            }
        };
        let input = opened(Gate::Input, &c);
        let candidate = block(Gate::Candidate).tanh();
        c = match kind {
            // c + i·(g − c), which is (1 − i)·c + i·g.
            CellKind::Coupled => c.lerp_tensor(&candidate, &input),
            _ => opened(Gate::Forget, &c) * &c + input * candidate,
        };
        h = opened(Gate::Output, &c) * c.tanh();
        outputs.push(h.shallow_clone());
    }
    let y = Tensor::stack(&outputs, 0);
    (y, h.unsqueeze(0), c.unsqueeze(0))
}
