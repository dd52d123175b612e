//! How often gates stand open or shut: the scatter of Karpathy, Johnson & Li
//! (2015, "Visualizing and Understanding Recurrent Networks").

use std::ops::ControlFlow;

use serde::Serialize;

use crate::reading::{Document, read};
use crate::subject::Subject;

/// A gate above this is open.
const OPEN: f32 = 0.9;
/// A gate below this is shut.
const SHUT: f32 = 0.1;

/// How often one gate of each unit of a layer stood open or shut.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Saturation {
    /// Layer, from 0.
    pub layer: usize,
    /// The gate's letter.
    pub gate: &'static str,
    /// Its name.
    pub name: &'static str,
    /// Share of the steps at which it was above 0.9, `[H]`.
    pub open: Vec<f32>,
    /// Share of the steps at which it was below 0.1, `[H]`.
    pub shut: Vec<f32>,
}

/// Each gate of each layer over `document`; `progress` is told the share of it
/// that is read and breaks it off.
pub async fn saturation(
    subject: &Subject,
    document: &Document,
    mut progress: impl FnMut(f64) -> ControlFlow<()>,
) -> ControlFlow<(), Vec<Saturation>> {
    let config = subject.config();
    let signals = subject.tracer().signals().iter().copied();
    let gates = signals.filter(|signal| signal.is_gate());
    let mut all = Vec::new();
    for gate in gates {
        for layer in 0..config.num_layers {
            let none = vec![0.0; config.hidden_size];
            let saturation = Saturation {
                layer,
                gate: gate.letter(),
                name: gate.name(),
                open: none.clone(),
                shut: none,
            };
            all.push((gate, saturation));
        }
    }
    let length = document.text.len();
    let one = 1.0 / length.max(1) as f32;
    let outcome = read(subject, document, 0..length, |step| {
        for (gate, counts) in &mut all {
            let counts_of = counts.open.iter_mut().zip(&mut counts.shut);
            for ((open, shut), &value) in counts_of.zip(step.units(counts.layer, *gate)) {
                *open += if value > OPEN { one } else { 0.0 };
                *shut += if value < SHUT { one } else { 0.0 };
            }
        }
        if step.offset.is_multiple_of(256) {
            progress(step.offset as f64 / length as f64)?;
        }
        ControlFlow::Continue(())
    })
    .await;
    if outcome.is_break() {
        return ControlFlow::Break(());
    }
    ControlFlow::Continue(all.into_iter().map(|(_, counts)| counts).collect())
}
