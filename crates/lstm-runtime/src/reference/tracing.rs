//! The reference as a [`Tracer`]: of every cell, and slow.

use lstm_format::{Gate, Session, State, VOCABULARY_SIZE};

use super::{LayerTrace, Reference, ReferenceSession};
use crate::record::{Change, Record, Target, TraceSession, Tracer};

impl Tracer for Reference {
    fn trace_session(&self) -> Box<dyn TraceSession + '_> {
        Box::new(ReferenceSession(self))
    }
}

impl TraceSession for ReferenceSession<'_> {
    fn feed(&mut self, state: &mut State, bytes: &[u8]) {
        Session::feed(self, state, bytes);
    }

    fn trace(&mut self, state: &mut State, bytes: &[u8], changes: &[Change], record: &mut Record) {
        record.reset(bytes.len());
        for (step, &byte) in bytes.iter().enumerate() {
            let mut make = |layer: usize, trace: &mut LayerTrace| {
                for change in changes.iter().filter(|change| change.layer == layer) {
                    apply(change, trace);
                }
            };
            let layers = self.0.advance(state, byte, &mut make);
            for (layer, trace) in layers.iter().enumerate() {
                let states = [&trace.h, &trace.c].into_iter();
                let gates = trace.gates.iter().map(|(_, values)| values);
                // A cell without a cell state has none to write.
                let signals = states.filter(|values| !values.is_empty()).chain(gates);
                for (place, values) in signals.enumerate() {
                    record
                        .units_mut(step, layer, place, 0)
                        .copy_from_slice(values);
                }
            }
        }
    }

    fn log_probs(&mut self, state: &State, out: &mut [f32; VOCABULARY_SIZE]) {
        Session::log_probs(self, state, out);
    }
}

/// Changes a unit in what its layer did.
fn apply(change: &Change, trace: &mut LayerTrace) {
    let unit = change.unit;
    match change.target {
        Target::Hidden => {
            let h = &mut trace.h[unit];
            *h = change.amount.apply(*h).clamp(-1.0, 1.0);
        }
        Target::Cell => {
            let output = trace.gate(Gate::Output).map(|gates| gates[unit]);
            let c = &mut trace.c[unit];
            *c = change.amount.apply(*c);
            trace.h[unit] = output.unwrap_or(1.0) * libm::tanhf(*c);
        }
    }
}
