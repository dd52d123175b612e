//! `bench lanes`: what several candidates cost when they share one read of the
//! weights. Steps without the output layer.

use std::time::Instant;

use anyhow::Result;
use lstm_format::{Engine, Precision, State};
use lstm_runtime::{Kernel, Runtime};
use serde_json::json;

use crate::paired::{Contender, measure};
use crate::report::{Limit, Report};
use crate::weights::Shape;

const SHAPE: Shape = Shape {
    num_layers: 3,
    hidden_size: 512,
};

/// Lanes that are tried; the first is what the others are compared with.
const LANES: [usize; 5] = [1, 2, 4, 8, 16];

/// 8 lanes may cost this many times what one costs.
const EIGHT_LANES: f64 = 3.0;

pub(crate) fn run(rounds: u32) -> Result<Report> {
    let engine = Runtime::load(
        &SHAPE.model()?.to_precision(Precision::Int8)?,
        Kernel::detect(),
    )?;
    let mut contenders = LANES.map(|lanes| {
        let engine = &engine;
        let mut states = vec![State::zeros(engine.config()); lanes];
        Contender::new(format!("{lanes}"), move || {
            Ok(micros_a_step(engine, &mut states, 200))
        })
    });
    let rounds = measure(rounds, &mut contenders)?;
    let mut report = Report::new("lanes", &["lanes", "µs a step", "of one lane", "µs a lane"]);
    for (index, lanes) in LANES.into_iter().enumerate() {
        let (micros, ratio) = (rounds.median(index), rounds.ratio(index, 0));
        report.row([
            lanes.to_string(),
            format!("{micros:.1}"),
            format!("{ratio:.2} x"),
            format!("{:.1}", micros / lanes as f64),
        ]);
        if lanes == 8 {
            let what = format!("8 lanes of {} against one", SHAPE.name());
            report.bar(what, ratio, " x", Limit::AtMost(EIGHT_LANES));
        }
    }
    report.figures(json!({"shape": SHAPE.name(), "micros_a_step": rounds}));
    Ok(report)
}

/// Mean time of a step of all lanes.
fn micros_a_step(engine: &dyn Engine, states: &mut [State], steps: usize) -> f64 {
    let mut session = engine.session();
    let mut bytes = vec![0; states.len()];
    let started = Instant::now();
    for step in 0..steps {
        for (lane, byte) in bytes.iter_mut().enumerate() {
            *byte = (32 + (step * 7 + lane * 11) % 95) as u8;
        }
        session.step(states, &bytes);
    }
    started.elapsed().as_secs_f64() * 1e6 / steps as f64
}
