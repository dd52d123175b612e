//! Traces with the kernels that ship: what is shown is what completes.
//!
//! A block's sums stay in its buffers after the layer has run, so the gates are
//! read off them: a traced step has the bits of any other.

use lstm_format::{Gate, ModelConfig, Session, State, VOCABULARY_SIZE};

use crate::block::{BLOCK, Block};
use crate::kernel::UnitTrace;
use crate::matrix::Matrix;
use crate::network::Network;
use crate::record::{Change, Record, Signal, Target, TraceSession};
use crate::runtime::session::{Run, check_shape};
use crate::tile::TILE_UNITS;

/// A network, and the buffers of one thread that looks into it.
pub(crate) struct TraceRun<'a, M: Matrix> {
    network: &'a Network<M>,
    run: Run<'a, M>,
    block: Block<M>,
    /// The layer's cell state before the block, `[H]`.
    before: Vec<f32>,
}

impl<'a, M: Matrix> TraceRun<'a, M> {
    pub(crate) fn new(network: &'a Network<M>) -> Self {
        Self {
            network,
            run: Run::new(network, 1),
            block: Block::new(network),
            before: vec![0.0; network.config().hidden_size],
        }
    }

    fn config(&self) -> &'a ModelConfig {
        self.network.config()
    }

    /// Feeds one block whose first byte is step `first` of `record`.
    fn record_block(
        &mut self,
        state: &mut State,
        bytes: &[u8],
        changes: &[Change],
        first: usize,
        record: &mut Record,
    ) {
        let hidden = self.config().hidden_size;
        let layers = state.h.chunks_exact_mut(hidden);
        for (layer, (h, c)) in layers.zip(state.c.chunks_exact_mut(hidden)).enumerate() {
            self.before.copy_from_slice(c);
            self.block.set_inputs(self.network, layer, bytes);
            self.block
                .run(self.network, &|| false, layer, bytes.len(), (h, c));
            for step in 0..bytes.len() {
                self.record(layer, step, first + step, record);
            }
            let changes = changes.iter().filter(|change| change.layer == layer);
            let mut changed = false;
            for change in changes {
                apply(change, h, c, first, record);
                changed = true;
            }
            if changed {
                self.block.replace_hidden(self.network, h);
            }
        }
    }

    /// Writes what the units of `layer` did in byte `step` of the block.
    fn record(&mut self, layer: usize, step: usize, place: usize, record: &mut Record) {
        for tile in 0..self.network.tiles() {
            let sums = self.block.sums(tile, step);
            let start = tile * TILE_UNITS;
            let end = self.before.len().min(start + TILE_UNITS);
            let c = &mut self.before[start..end];
            let units = self.network.kernel().trace(sums, c);
            for (signal, values) in in_order(&units).into_iter().enumerate() {
                let row = record.units_mut(place, layer, signal, start);
                let length = row.len().min(TILE_UNITS);
                row[..length].copy_from_slice(&values[..length]);
            }
        }
    }
}

/// In the order of [`Signal::of`] an LSTM.
fn in_order(units: &UnitTrace) -> [&[f32; TILE_UNITS]; 6] {
    let UnitTrace {
        input,
        forget,
        candidate,
        output,
        c,
        h,
    } = units;
    [h, c, input, forget, candidate, output]
}

/// Changes a unit after its step, in the state and in the record.
fn apply(change: &Change, h: &mut [f32], c: &mut [f32], step: usize, record: &mut Record) {
    let unit = change.unit;
    match change.target {
        Target::Hidden => h[unit] = change.amount.apply(h[unit]).clamp(-1.0, 1.0),
        Target::Cell => {
            let output = record.unit(step, change.layer, Signal::Gate(Gate::Output), unit);
            c[unit] = change.amount.apply(c[unit]);
            h[unit] = output.expect("an LSTM has output gates") * libm::tanhf(c[unit]);
        }
    }
    record.units_mut(step, change.layer, 0, unit)[0] = h[unit];
    record.units_mut(step, change.layer, 1, unit)[0] = c[unit];
}

impl<M: Matrix> TraceSession for TraceRun<'_, M> {
    fn feed(&mut self, state: &mut State, bytes: &[u8]) {
        self.run.feed(state, bytes);
    }

    fn trace(&mut self, state: &mut State, bytes: &[u8], changes: &[Change], record: &mut Record) {
        check_shape(self.config(), state);
        record.reset(bytes.len());
        // A change has to be made before the next byte is fed.
        let block = if changes.is_empty() { BLOCK } else { 1 };
        for (index, bytes) in bytes.chunks(block).enumerate() {
            self.record_block(state, bytes, changes, index * block, record);
        }
    }

    fn log_probs(&mut self, state: &State, out: &mut [f32; VOCABULARY_SIZE]) {
        self.run.log_probs(state, out);
    }
}
