//! `bench prefill`: reading 4 KiB into a fresh state, beside as many steps.

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

/// Bytes that are read.
const LENGTH: usize = 4096;

/// What reading may cost of as many steps, by threads.
const BARS: [(usize, f64); 2] = [(1, 0.75), (2, 0.45)];

pub(crate) fn run(rounds: u32) -> Result<Report> {
    let model = SHAPE.model()?.to_precision(Precision::Int8)?;
    let load = |threads| Runtime::load(&model, Kernel::detect()).map(|r| r.with_threads(threads));
    let engines = BARS.map(|(threads, _)| load(threads));
    let text: Vec<u8> = (0..LENGTH).map(|at| (32 + at * 7 % 95) as u8).collect();
    let text = &text;
    let engine = &load(1)?;
    let mut contenders = vec![Contender::new("steps", move || {
        Ok(millis(|| {
            let mut session = engine.session();
            let mut states = [State::zeros(engine.config())];
            for &byte in text {
                session.step(&mut states, &[byte]);
            }
        }))
    })];
    for ((threads, _), engine) in BARS.into_iter().zip(engines) {
        let engine = engine?;
        contenders.push(Contender::new(format!("{threads} threads"), move || {
            let state = State::zeros(engine.config());
            Ok(millis(|| {
                engine.session().feed_parts(&|| false, &state, &[text]);
            }))
        }));
    }
    let rounds = measure(rounds, &mut contenders)?;
    let mut report = Report::new("prefill", &["4 KiB, 3x512", "ms", "of steps", "µs a byte"]);
    for (index, name) in rounds.names.iter().enumerate() {
        report.row([
            name.clone(),
            format!("{:.1}", rounds.median(index)),
            format!("{:.3} x", rounds.ratio(index, 0)),
            format!("{:.1}", rounds.median(index) * 1e3 / LENGTH as f64),
        ]);
    }
    for (index, (threads, limit)) in BARS.into_iter().enumerate() {
        let what = format!("{threads} threads against {LENGTH} steps on one");
        report.bar(what, rounds.ratio(index + 1, 0), " x", Limit::AtMost(limit));
    }
    report.figures(json!({"shape": SHAPE.name(), "bytes": LENGTH, "millis": rounds}));
    Ok(report)
}

fn millis(work: impl FnOnce()) -> f64 {
    let started = Instant::now();
    work();
    started.elapsed().as_secs_f64() * 1e3
}
