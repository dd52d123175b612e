//! What each recurrent cell computes in a step, a file a cell.
//!
//! All cells share the matrix products of a layer, which `reference` does; a
//! cell is what happens to their sums unit by unit. Written to be read: the
//! fast kernels and libtorch are tested against this.

mod coupled;
mod gru;
mod lstm;
mod peephole;
mod rnn;

use std::ops::Range;

use lstm_format::{CellKind, Gate, ModelFile};

/// One layer's cell: from the sums of a step to the new state.
pub(crate) trait Cell: Send + Sync {
    /// Replaces hidden state `h`, `[H]`, and cell state `c`, `[H]` or empty, by
    /// those after the step, and gives each of the kind's
    /// [`gates`](CellKind::gates), `[H]` each.
    fn step(&self, sums: Sums<'_>, h: &mut [f32], c: &mut [f32]) -> Gates;
}

/// The values of a step's gates, `[H]` each, in the order of [`CellKind::gates`].
pub(crate) type Gates = Vec<(Gate, Vec<f32>)>;

/// What the matrices make of a step's inputs, `[G*H]` each, in the blocks of
/// [`CellKind::row_blocks`].
#[derive(Clone, Copy)]
pub(crate) struct Sums<'a> {
    /// `W_ih·x + b_ih`, of the byte's embedding or the layer below.
    pub(crate) input: &'a [f32],
    /// `W_hh·h + b_hh`, of the layer's own last hidden state.
    pub(crate) recurrent: &'a [f32],
}

impl Sums<'_> {
    /// Block `block` of both together, for layers of `hidden` units.
    fn block(&self, block: usize, hidden: usize) -> Vec<f32> {
        let rows = rows(block, hidden);
        let pairs = self.input[rows.clone()].iter().zip(&self.recurrent[rows]);
        pairs.map(|(input, recurrent)| input + recurrent).collect()
    }
}

/// The cell of layer `layer` of `model`.
pub(crate) fn of(model: &ModelFile, layer: usize) -> Box<dyn Cell> {
    match model.config.cell {
        CellKind::Lstm => Box::new(lstm::Lstm),
        CellKind::Rnn => Box::new(rnn::Rnn),
        CellKind::Gru => Box::new(gru::Gru),
        CellKind::Coupled => Box::new(coupled::Coupled),
        CellKind::Peephole => {
            let name = model.config.recurrent_name("weight_ch", layer);
            Box::new(peephole::Peephole::new(&model.tensor(&name).to_f32()))
        }
    }
}

/// The logistic function.
fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + libm::expf(-x))
}

/// `function` of each value.
fn each(values: Vec<f32>, function: fn(f32) -> f32) -> Vec<f32> {
    values.into_iter().map(function).collect()
}

fn rows(block: usize, hidden: usize) -> Range<usize> {
    block * hidden..(block + 1) * hidden
}
